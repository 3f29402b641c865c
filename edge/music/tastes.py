"""What a mood should play, learnt from what people leave playing and what they skip: Thompson sampling.

Each choice for a mood has a Beta belief about how likely it is to be left playing; a draw from each belief, and the
largest wins (Thompson 1933, doi 10.1093/biomet/25.3-4.285; Chapelle and Li 2011, "An Empirical Evaluation of Thompson
Sampling"). What is long ago counts for less, so that tastes may change (discounted Thompson sampling: Raj and Kalyani
2017, arXiv 1707.09727).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

# How much of what was learnt about a mood is left after one more outcome for it: half after 70 of them.
DISCOUNT = 0.99
# Before anything is known, a choice is as likely to be left playing as not.
PRIOR = 1.0
DRAWS = 512


class Feedback(str, Enum):
    """What people made of the device's choice."""

    SKIP = "skip"
    STAYED = "stayed"
    REPLAY = "replay"
    HANDS_OFF = "hands_off"
    LIKE = "like"


# What a verdict counts for and against a choice; what somebody did says more than what nobody did.
EVIDENCE = {
    Feedback.SKIP: (0.0, 1.0),
    Feedback.STAYED: (1.0, 0.0),
    Feedback.REPLAY: (2.0, 0.0),
    Feedback.HANDS_OFF: (0.0, 1.0),
    Feedback.LIKE: (3.0, 0.0),
}


@dataclass(frozen=True)
class Outcome:
    """How a choice fared.

    at: on the clock of whoever says it. uri: the choice's address. title: what people call it.
    """

    at: float
    mood: str
    uri: str
    title: str
    verdict: Feedback


@dataclass(frozen=True)
class Belief:
    """A Beta distribution over how likely a choice is to be left playing; both parameters are 1 or more."""

    alpha: float = PRIOR
    beta: float = PRIOR

    @property
    def mean(self) -> float:
        """0..1."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def evidence(self) -> float:
        """How many outcomes it rests on, what is long ago counting for less."""
        return self.alpha + self.beta - 2 * PRIOR


class Tastes:
    """What is believed about each choice for each mood."""

    def __init__(self, outcomes: Iterable[Outcome] = ()) -> None:
        """outcomes: the oldest first."""
        self._beliefs: dict[str, dict[str, Belief]] = {}
        for outcome in outcomes:
            self.learn(outcome)

    def learn(self, outcome: Outcome) -> None:
        """One more outcome: it counts in full, and everything else about its mood a little less."""
        beliefs = self._beliefs.setdefault(outcome.mood, {})
        for uri, belief in beliefs.items():
            beliefs[uri] = Belief(*(PRIOR + DISCOUNT * (n - PRIOR) for n in (belief.alpha, belief.beta)))
        belief = beliefs.get(outcome.uri, Belief())
        good, bad = EVIDENCE[outcome.verdict]
        beliefs[outcome.uri] = Belief(belief.alpha + good, belief.beta + bad)

    def belief(self, mood: str, uri: str) -> Belief:
        """What is believed about a choice; the prior where nothing is known."""
        return self._beliefs.get(mood, {}).get(uri, Belief())

    def moods(self) -> dict[str, tuple[str, ...]]:
        """The addresses about which something is known, by mood."""
        return {mood: tuple(beliefs) for mood, beliefs in self._beliefs.items()}

    def draw(self, mood: str, uris: Sequence[str], rng: np.random.Generator) -> list[float]:
        """One draw for each choice, 0..1; to play the one with the largest is Thompson sampling."""
        beliefs = [self.belief(mood, uri) for uri in uris]
        return [float(rng.beta(belief.alpha, belief.beta)) for belief in beliefs]

    def shares(self, mood: str, uris: Sequence[str], rng: np.random.Generator, draws: int = DRAWS) -> list[float]:
        """How often each choice would be played now; they sum to 1 (to 0 where there are none)."""
        if not uris:
            return []
        beliefs = [self.belief(mood, uri) for uri in uris]
        drawn = rng.beta([b.alpha for b in beliefs], [b.beta for b in beliefs], (draws, len(uris)))
        return (np.bincount(drawn.argmax(1), minlength=len(uris)) / draws).tolist()  # type: ignore[no-any-return]
