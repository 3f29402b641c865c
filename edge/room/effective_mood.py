"""Which mood and presence count: a person's, the home's sensor's or the camera's, and whether they are news. Pure."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto

from edge.circumplex import override_mood
from edge.room.home_presence import CAMERA, HomePresence, in_agreement
from edge.sentences import Sentence, mood_word
from edge.values import ABSENT, UNKNOWN, Mood

# The smallest change of confidence, valence or arousal that is published.
MOOD_CHANGE_MIN = 0.1
# How long a correction counts: about as long as a mood lasts that somebody would tell the device of.
CORRECTION_LASTS_S = 1800.0


class MoodNews(Enum):
    """What is new about the mood: nothing, its numbers only, or which it is."""

    NONE = auto()
    UPDATED = auto()
    CHANGED = auto()


class EffectiveMood:
    """Puts together what the camera shows, what the home says and what a person set.

    mood: what was decided last; None before the first.
    """

    def __init__(self, source: str, presence_expires: float) -> None:
        """source: where the readings come from, as in `Mood.source`. presence_expires: see `Room`."""
        self.mood: Mood | None = None
        self._override: str | None = None
        # What the camera's mood really is, and until when that counts.
        self._correction: tuple[str, float] | None = None
        self._source = source
        self._camera_mood: Mood | None = None
        self._camera_present: bool | None = None
        self._home = HomePresence(presence_expires)
        # Whether anybody is present and who says so, and the presence that was news last.
        self._decided: tuple[bool | None, str] = (None, CAMERA)
        self._present: bool | None = None

    @property
    def override(self) -> str | None:
        """A mood in place of the camera's, until it is taken back. Setting it, also to None, ends a correction."""
        return self._override

    @override.setter
    def override(self, mood: str | None) -> None:
        self._override, self._correction = mood, None

    @property
    def correction(self) -> str | None:
        """What a person says that the camera's mood really is."""
        return None if self._correction is None else self._correction[0]

    def read_now(self, *, looking: bool) -> Mood | None:
        """The camera's mood if it is about people who are present; None otherwise. looking: whether the camera does."""
        mood, (present, _) = self._camera_mood, self._decided
        if not looking or mood is None or present is False or mood.mood == ABSENT:
            return None
        return mood if mood.mood != UNKNOWN or mood.people or present else None

    def correct(self, now: float, mood: str, *, looking: bool) -> Mood | str:
        """The camera's mood is really this one: it counts for a while, until everybody has left or it stops looking.

        Returns the mood that the camera reads; a sentence instead where there is nothing to correct.
        """
        read = self.read_now(looking=looking)
        if self.override is not None:
            return Sentence("correct is for a mood that the camera reads, and this one was set; set mood to auto first")
        if read is None:
            return Sentence("correct is for a mood that the camera reads, and it reads nobody's now; set mood instead")
        if mood == (self.correction or read.mood):
            return Sentence("the mood is {mood} already", mood=mood_word(mood))
        self._correction = mood, now + CORRECTION_LASTS_S
        return read

    def correction_ended(self, now: float) -> bool:
        """Whether there is a correction whose time is over."""
        return self._correction is not None and now >= self._correction[1]

    @property
    def camera_knows(self) -> bool:
        """Whether the camera has shown a mood since it was forgotten."""
        return self._camera_mood is not None and self._camera_mood.mood != UNKNOWN

    @property
    def presence_override(self) -> bool | None:
        """The presence that a person set."""
        return self._home.override

    def look(self, mood: Mood, *, present: bool | None) -> None:
        """Take what the camera shows."""
        self._camera_mood = replace(mood, source=self._source)
        if present or mood.mood != UNKNOWN:
            self._camera_present = present

    def forget_camera(self, now: float) -> None:
        """The camera's last mood says nothing about the room any more."""
        self._camera_mood, self._camera_present = Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, now, self._source), None

    def report_presence(self, now: float, source: str, present: bool | None) -> None:
        """Take whether anybody is present from SENSOR or OVERRIDE of `home_presence`; None: no value any more."""
        self._home.report(now, source, present)

    def presence_differs(self, now: float) -> bool:
        """Whether the presence, or who decides about it, is another than was decided last."""
        return self._home.decide(now, self._camera_present) != self._decided

    def decide_presence(self, now: float) -> bool | None:
        """Return whether anybody is present; None if nobody knows."""
        self._decided = self._home.decide(now, self._camera_present)
        return self._decided[0]

    def presence_is_new(self) -> bool:
        """Return whether the presence that was decided last is known, and not the same as the last time."""
        present, _ = self._decided
        if present is None or present == self._present:
            return False
        self._present = present
        return True

    def decide_mood(self, now: float, *, looking: bool) -> MoodNews:
        """Decide which mood counts, and return what is new about it. looking: whether the camera does."""
        mood, before = self._mood_now(now, looking=looking), self.mood
        if mood is None:
            return MoodNews.NONE
        if before is None and mood.mood == UNKNOWN:
            if mood.presence_source == CAMERA:
                return MoodNews.NONE
            self.mood = mood
            return MoodNews.UPDATED
        if before is not None and (before.mood, before.source) == (mood.mood, mood.source):
            mood = replace(mood, since=before.since)
            if not _differs(before, mood):
                return MoodNews.NONE
            self.mood = mood
            return MoodNews.UPDATED
        self.mood = mood
        return MoodNews.CHANGED

    def _mood_now(self, now: float, *, looking: bool) -> Mood | None:
        mood, (present, source) = self._camera_mood, self._decided
        if mood is None and source != CAMERA:
            mood = Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, now, self._source)
        if mood is not None:
            mood = in_agreement(mood, now, present=present if looking else None, source=source)
        if self.correction_ended(now) or self.read_now(looking=looking) is None:
            self._correction = None
        by_hand = self._override or self.correction
        if by_hand is not None:
            people = mood.people if mood else 0
            mood = replace(override_mood(by_hand, now, people), presence_source=source)
        return mood


def _differs(a: Mood, b: Mood) -> bool:
    steps = (a.confidence - b.confidence, a.valence - b.valence, a.arousal - b.arousal)
    changed = (a.people, a.presence_source) != (b.people, b.presence_source)
    return changed or any(abs(step) >= MOOD_CHANGE_MIN for step in steps)
