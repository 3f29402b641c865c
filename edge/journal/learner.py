"""Learns while the device runs: takes events, saves outcomes in the journal, and weighs choices for the director."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from edge.events import Event
from edge.journal.entry import JournalEntry
from edge.music.likes import Likes, liked_songs
from edge.music.outcomes import Outcomes
from edge.music.tastes import Feedback, Outcome, Tastes
from edge.values import Music

# Draws for all choices of a mood together. Fewer make the chances rougher, but no less fair.
DRAWS = 256


class PythonBeta:
    """Python's own Beta distribution; importing numpy's generators would take 6 MB."""

    def __init__(self, seed: int | None) -> None:
        self.beta = random.Random(seed).betavariate  # noqa: S311


class Learner:
    """An outlet. The thread that decides calls it; the journal's thread calls `replace_outcomes`."""

    def __init__(self, save: Callable[[JournalEntry | Outcome], None], *, learn: bool, seed: int | None = None) -> None:
        """save: called with entries and outcomes, such as Journal.put. learn: False only notes replays.

        seed: of the random generator, for tests.
        """
        self._save, self._learn = save, learn
        self._outcomes = Outcomes()
        # What the room shows as liked; `Outcomes` has what was counted.
        self.likes = Likes()
        self._source = PythonBeta(seed)
        # The profile's entry that each address was last chosen for.
        self._entries: dict[str, str] = {}
        self.tastes = Tastes()

    def __call__(self, event: Event) -> None:
        for outcome in self._outcomes.of(event):
            at = time.time() - (time.monotonic() - outcome.at)
            # A choice counts for the profile's entry that it was made for, which may not be the mood's own.
            outcome = replace(outcome, mood=self._entries.get(outcome.uri, outcome.mood))
            if outcome.feedback is Feedback.REPLAY:
                self._save(JournalEntry(at, "replay", outcome.mood, outcome.title, uri=outcome.uri))
            if self._learn:
                self.tastes.learn(outcome)
                self._save(replace(outcome, at=at))

    def replace_outcomes(self, outcomes: list[Outcome]) -> None:
        """Learn from these outcomes alone: all that are stored, at the start and after some were deleted."""
        if self._learn:
            self.tastes = Tastes(outcomes)
            liked = liked_songs(outcomes)
            self.likes.replace(liked)
            self._outcomes.likes.replace(liked)

    def weigh(self, mood: str, choices: Sequence[Music]) -> list[float]:
        """The chance that each choice is the best one: choosing with these is Thompson sampling. See choices.Weigh.

        mood: the profile's entry that holds the choices. All chances are equal where learning is off.
        """
        uris = [music.uri for music in choices]
        self._entries.update(dict.fromkeys(uris, mood))
        if not self._learn:
            return [1.0] * len(uris)
        return self.tastes.shares(mood, uris, self._source, max(1, DRAWS // max(1, len(uris))))
