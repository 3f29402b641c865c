"""What people like for each mood, learned from what they skip and what they leave playing: Thompson sampling.

Each choice for a mood has a Beta belief about how likely it is to be left playing. A number is drawn from each belief,
and the largest wins (Thompson 1933, doi 10.1093/biomet/25.3-4.285; Chapelle and Li 2011, "An Empirical Evaluation of
Thompson Sampling"). Older outcomes count for less, so that tastes may change (discounted Thompson sampling: Raj and
Kalyani 2017, arXiv 1707.09727).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

# The weight that older outcomes keep after each new one for the same mood: half after 70.
OUTCOME_DISCOUNT = 0.99
# Both parameters of the belief before any outcome: a choice is as likely to be left playing as not.
PRIOR_COUNT = 1.0
# Draws for the chances of a mood's choices.
CHANCE_DRAWS = 512


class BetaSource(Protocol):
    """Draws from Beta distributions, such as numpy's random generators."""

    def beta(self, a: float, b: float, /) -> float:
        """Return a number 0..1; a and b are 1 or more."""


class Feedback(str, Enum):
    """What people made of the device's choice."""

    SKIP = "skip"
    STAYED = "stayed"
    REPLAY = "replay"
    HANDS_OFF = "hands_off"
    LIKE = "like"
    UNLIKE = "unlike"
    NOT_THIS = "not_this"


# What each feedback adds to a belief: for and against the choice. What a person did says more than leaving it playing.
EVIDENCE = {
    Feedback.SKIP: (0.0, 1.0),
    Feedback.STAYED: (1.0, 0.0),
    Feedback.REPLAY: (2.0, 0.0),
    Feedback.HANDS_OFF: (0.0, 1.0),
    Feedback.LIKE: (3.0, 0.0),
    # Takes away what is left of the song's like.
    Feedback.UNLIKE: (0.0, 0.0),
    Feedback.NOT_THIS: (0.0, 1.0),
}


@dataclass(frozen=True)
class Outcome:
    """What happened to a choice.

    at: seconds, on the clock of the event or, in the journal, Unix time. uri: the choice's address. title: its name.
    song: the address of the song that a LIKE or UNLIKE is for, if known.
    """

    at: float
    mood: str
    uri: str
    title: str
    feedback: Feedback
    song: str | None = None


@dataclass(frozen=True)
class Belief:
    """A Beta distribution over how likely a choice is to be left playing; both parameters are 1 or more."""

    alpha: float = PRIOR_COUNT
    beta: float = PRIOR_COUNT

    @property
    def mean(self) -> float:
        """The expected chance of being left playing, 0..1."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def evidence(self) -> float:
        """How many outcomes it is based on; older ones count for less."""
        return self.alpha + self.beta - 2 * PRIOR_COUNT


class Tastes:
    """The belief about each choice for each mood."""

    def __init__(self, outcomes: Iterable[Outcome] = ()) -> None:
        """outcomes: in order of time."""
        self._beliefs: dict[str, dict[str, Belief]] = {}
        # What is left of each liked song's evidence: the mood, the choice's address, and what it adds to the belief.
        self._likes: dict[str, tuple[str, str, float]] = {}
        for outcome in outcomes:
            self.learn(outcome)

    def learn(self, outcome: Outcome) -> None:
        """Add an outcome in full; the older ones of its mood count a little less from now on.

        A song is liked once: more likes of it change nothing until the like is taken back.
        """
        beliefs = self._beliefs.setdefault(outcome.mood, {})
        if outcome.feedback is Feedback.UNLIKE:
            self._take_back(outcome)
            return
        if outcome.feedback is Feedback.LIKE and outcome.song in self._likes:
            return
        self._likes = {
            song: (mood, uri, left * OUTCOME_DISCOUNT if mood == outcome.mood else left)
            for song, (mood, uri, left) in self._likes.items()
        }
        for uri, belief in beliefs.items():
            beliefs[uri] = Belief(
                *(PRIOR_COUNT + OUTCOME_DISCOUNT * (n - PRIOR_COUNT) for n in (belief.alpha, belief.beta))
            )
        belief = beliefs.get(outcome.uri, Belief())
        good, bad = EVIDENCE[outcome.feedback]
        beliefs[outcome.uri] = Belief(belief.alpha + good, belief.beta + bad)
        if outcome.feedback is Feedback.LIKE and outcome.song is not None:
            self._likes[outcome.song] = outcome.mood, outcome.uri, good

    def _take_back(self, outcome: Outcome) -> None:
        if outcome.song not in self._likes:
            return
        mood, uri, left = self._likes.pop(outcome.song)
        belief = self.belief(mood, uri)
        self._beliefs[mood][uri] = Belief(max(PRIOR_COUNT, belief.alpha - left), belief.beta)

    def belief(self, mood: str, uri: str) -> Belief:
        """Return the belief about a choice; the prior where nothing is known."""
        return self._beliefs.get(mood, {}).get(uri, Belief())

    def moods(self) -> dict[str, tuple[str, ...]]:
        """Return the addresses with at least one outcome, by mood."""
        return {mood: tuple(beliefs) for mood, beliefs in self._beliefs.items()}

    def draw(self, mood: str, uris: Sequence[str], source: BetaSource) -> list[float]:
        """Return one draw for each choice, 0..1; to play the choice with the largest is Thompson sampling."""
        beliefs = [self.belief(mood, uri) for uri in uris]
        return [float(source.beta(belief.alpha, belief.beta)) for belief in beliefs]

    def shares(self, mood: str, uris: Sequence[str], source: BetaSource, draws: int = CHANCE_DRAWS) -> list[float]:
        """Return the chance of each choice to be played now, estimated by draws; they sum to 1, or are empty."""
        if len(uris) < 2:
            return [1.0] * len(uris)
        wins = [0] * len(uris)
        for _ in range(draws):
            drawn = self.draw(mood, uris, source)
            wins[drawn.index(max(drawn))] += 1
        return [count / draws for count in wins]
