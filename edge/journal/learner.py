"""Learns while the device runs: events in, outcomes into the journal, weights for the director out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from edge.events import Event
from edge.journal.entry import JournalEntry
from edge.music.outcomes import Outcomes
from edge.music.tastes import Feedback, Outcome, Tastes
from edge.values import Music


class Learner:
    """An outlet; called by the thread that decides, `told` by the journal's."""

    def __init__(self, keep: Callable[[JournalEntry | Outcome], None], *, learn: bool, seed: int | None = None) -> None:
        """keep: what takes entries and outcomes, as Journal.put does. learn: False notes skips, and no more."""
        self._keep, self._learn = keep, learn
        self._verdicts = Outcomes()
        self._rng = np.random.default_rng(seed)
        self._keys: dict[str, str] = {}
        self.tastes = Tastes()

    def __call__(self, event: Event) -> None:
        for outcome in self._verdicts.of(event):
            at = time.time() - (time.monotonic() - outcome.at)
            # What was chosen by another entry of the profile counts for that one.
            outcome = replace(outcome, mood=self._keys.get(outcome.uri, outcome.mood))
            if outcome.feedback is Feedback.REPLAY:
                self._keep(JournalEntry(at, "replay", outcome.mood, outcome.title, uri=outcome.uri))
            if self._learn:
                self.tastes.learn(outcome)
                self._keep(replace(outcome, at=at))

    def told(self, outcomes: list[Outcome]) -> None:
        """All that is kept: at the start, and after somebody made the device forget."""
        if self._learn:
            self.tastes = Tastes(outcomes)

    def weigh(self, mood: str, choices: Sequence[Music]) -> list[float]:
        """How likely each choice is the best one; to choose with these chances is Thompson sampling. See choices.Weigh.

        mood: the entry of the profile that the choices stand under. All alike where nothing is to be learnt.
        """
        uris = [music.uri for music in choices]
        self._keys.update(dict.fromkeys(uris, mood))
        return self.tastes.shares(mood, uris, self._rng) if self._learn else [1.0] * len(uris)
