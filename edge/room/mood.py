"""The filter from expressions to the room's mood. Pure.

For each person a discrete Bayes filter follows changes: its belief returns to uniform at a rate that depends on time
alone, so that more frequent looks don't make the mood less stable, and each look multiplies it by the evidence. What is
told of the mood comes from the mean evidence instead, because the belief is far surer than it is right. The room's mood
is that of the people in view together; it stays for a minimum dwell and within a margin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from edge.config import MoodConfig
from edge.room.confidence import chances, confidence, together
from edge.room.evidence import UNIFORM, Evidence, Point, Seven
from edge.room.person import Person, kept_share, predict
from edge.room.presence import PresenceFilter
from edge.values import ABSENT, EXPRESSIONS, UNKNOWN, Expression, Mood, Reading

# A person counts at least this much among several.
QUALITY_MIN = 0.01
# The lead in belief that a new mood needs over the current one.
SWITCH_MARGIN = 0.5
# An unclear mood becomes `unknown` after this time, and unclear people count as settled.
UNKNOWN_AFTER_S = 3.0
# A person out of view for longer is forgotten, while looks are frequent.
FORGET_PERSON_AFTER_S = 2.0
# A person is read once the belief in their strongest expression is this.
READ_PROBABILITY = 0.85
# A mood that wasn't told last begins only with people who were exposed (0..1) by this much: a bowed head may look sad.
EXPOSED_MIN = 0.6
# Once a mood was told, the next one needs this much more confidence, so that none comes and goes at the limit.
NEXT_MOOD_MARGIN = 0.15
# A mood is settled once it is told with this confidence and has lasted for this long.
SETTLED_CONFIDENCE, SETTLED_AFTER_S = 0.7, 1.5


class MoodFilter:
    """The mood of the people in view; call `look` once for each look."""

    def __init__(self, config: MoodConfig, *, shares: Mapping[str, Sequence[float]] | None = None) -> None:
        """shares: of each expression in the training set of each head; None counts all as equally common."""
        self._config = config
        self._evidence = Evidence(config, shares)
        self._people: dict[int, Person] = {}
        self._presence = PresenceFilter(config)
        # When somebody was last in view, and the room's chances, valence and arousal then.
        self._last_seen, self._last_chances, self._last_point = 0.0, UNIFORM, np.zeros(2)
        # The last mood of EXPRESSIONS, and when it began; the dwell holds through `unknown`.
        self._last_read: tuple[str, float] | None = None
        self._unclear_since: float | None = None
        self._looked = 0.0
        self._mood = Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, 0.0)

    @property
    def settled(self) -> bool:
        """True if more looks would change little."""
        if not self._presence.present:
            return not self._presence.face_known
        if self._mood.mood not in EXPRESSIONS:
            # People with different moods, or a face that can't be read.
            return self._looked - self._mood.since >= UNKNOWN_AFTER_S
        return all(person.belief.max() >= READ_PROBABILITY for person in self._people.values())

    def clear(self) -> None:
        """Forget everything, as when the camera is switched off."""
        self._people.clear()
        self._presence.clear()
        self._unclear_since = None

    def look(
        self,
        now: float,
        expressions: dict[int, Expression],
        *,
        moved_at: float | None = None,
        held_for: float = FORGET_PERSON_AFTER_S,
    ) -> Reading:
        """Take the expressions of the people in view, by track number; returns the mood after it.

        moved_at: when something last moved where somebody was last seen. held_for: whoever was in view last more than
        so many seconds ago is forgotten; more than FORGET_PERSON_AFTER_S where looks are rare.
        """
        self._looked = now
        if not self._presence.begun:
            self._mood = Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, now)
        # One look without a face never empties a room that is looked at rarely.
        at_least = held_for if held_for > FORGET_PERSON_AFTER_S else 0.0
        if self._presence.look(now, faces=bool(expressions), moved_at=moved_at, held_for=at_least):
            self._people.clear()
            self._last_read = None
        for track, expression in expressions.items():
            person = self._people.setdefault(track, Person(now))
            person.look(
                now, self._evidence.of(expression), stickiness=self._config.stickiness, hesitant=self._config.hesitant
            )
        self._people = {n: p for n, p in self._people.items() if 0 <= now - p.seen <= held_for}
        self._mood = self._decide(now, len(expressions))
        return Reading(now, self._mood, self._presence.present, self._is_certain(now))

    def _is_certain(self, now: float) -> bool:
        """True if the mood is one of EXPRESSIONS, and more looks would change it little."""
        mood = self._mood
        lasted = now - mood.since >= SETTLED_AFTER_S
        known = mood.mood in EXPRESSIONS and bool(self._people)
        return known and lasted and mood.confidence >= SETTLED_CONFIDENCE and self.settled

    def _decide(self, now: float, people: int) -> Mood:
        current = self._mood
        if not self._presence.present:
            empty = self._presence.is_empty(now)
            return Mood(ABSENT, 1.0, 0.0, 0.0, 0, now) if empty and current.mood != ABSENT else current
        if not self._people:
            return self._faded(now)
        everybody = list(self._people.values())
        weights = [max(person.quality, QUALITY_MIN) for person in everybody]
        belief = np.average([person.belief for person in everybody], axis=0, weights=weights)
        point = np.average([person.mean.point for person in everybody], axis=0, weights=weights)
        known = together(
            [chances(person.mean.evidence, person.quality, self._evidence.log_shares) for person in everybody], weights
        )
        name = self._name(now, belief, known)
        if name in EXPRESSIONS and name != current.mood:
            for person in everybody:
                person.accept()
        self._last_seen, self._last_chances, self._last_point = now, known, point
        mood = self._told(now, name, known, point, people)
        if mood.mood in EXPRESSIONS and (self._last_read is None or self._last_read[0] != mood.mood):
            self._last_read = mood.mood, now
        return mood

    def _faded(self, now: float) -> Mood:
        """The mood of people whose faces are out of view: less and less is known of it, then nothing."""
        current, elapsed = self._mood, now - self._last_seen
        known = predict(self._last_chances, elapsed, self._config.stickiness)
        forgotten = self._presence.out_of_view(now) >= self._config.leave_after
        unclear = current.mood not in EXPRESSIONS or _told(known, current.mood) < self._config.min_confidence
        name = UNKNOWN if forgotten or unclear else current.mood
        return self._told(now, name, known, self._last_point * kept_share(elapsed, self._config.stickiness), 0)

    def _told(self, now: float, name: str, known: Seven, point: Point, people: int) -> Mood:
        since = self._mood.since if name == self._mood.mood else now
        # `unknown` claims nothing, so there is nothing to be sure of.
        sure = _told(known, name) if name in EXPRESSIONS else 0.0
        valence, arousal = point.tolist()
        return Mood(name, sure, valence, arousal, people, since)

    def _name(self, now: float, belief: Seven, known: Seven) -> str:
        current, best = self._mood.mood, EXPRESSIONS[int(belief.argmax())]
        margin = 0.0 if self._last_read is None else NEXT_MOOD_MARGIN
        clear = _told(known, best) >= self._config.min_confidence + margin
        if current not in EXPRESSIONS:
            self._unclear_since = None
            sure = best not in self._config.hesitant or belief.max() >= READ_PROBABILITY
            return best if clear and sure and self._may_become(now, best) else UNKNOWN
        ahead = belief.max() - belief[EXPRESSIONS.index(current)] >= SWITCH_MARGIN
        if best != current and ahead and clear and self._may_become(now, best):
            self._unclear_since = None
            return best
        if _told(known, current) >= self._config.min_confidence:
            self._unclear_since = None
            return current
        # A turned head is unclear for a moment only.
        self._unclear_since = now if self._unclear_since is None else self._unclear_since
        return UNKNOWN if now - self._unclear_since >= UNKNOWN_AFTER_S else current

    def _may_become(self, now: float, name: str) -> bool:
        """True if this is the last mood that was read, or faces are exposed and that one was kept for long enough."""
        last = self._last_read
        if last is not None and last[0] == name:
            return True
        # A clock that went back tells nothing about how long a mood has lasted.
        kept = last is None or not 0 <= now - last[1] < self._config.min_dwell
        return kept and max(person.exposed for person in self._people.values()) >= EXPOSED_MIN


def _told(known: Seven, name: str) -> float:
    """The confidence with which this expression would be told."""
    return confidence(float(known[EXPRESSIONS.index(name)]))
