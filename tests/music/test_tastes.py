"""Thompson sampling over a mood's choices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.music.tastes import OUTCOME_DISCOUNT, Belief, Feedback, Outcome, Tastes
from edge.values import EXPRESSIONS

URIS = [f"spotify:album:{n}" for n in range(4)]
outcomes = st.builds(
    Outcome,
    at=st.floats(0, 1e9),
    mood=st.sampled_from(EXPRESSIONS),
    uri=st.sampled_from(URIS),
    title=st.just(""),
    feedback=st.sampled_from(Feedback),
)


def outcome(uri: str, feedback: Feedback, mood: str = "happy") -> Outcome:
    return Outcome(0.0, mood, uri, "", feedback)


class Listener:
    """A listener with hidden tastes: how likely each choice is to be skipped in each mood."""

    def __init__(self, seed: int, moods: int = 2) -> None:
        self.rng = np.random.default_rng(seed)
        self.moods = EXPRESSIONS[:moods]
        # In each mood one or two choices are liked, and the others mostly aren't.
        self.skips = {mood: self.rng.permutation([0.08, 0.25, 0.7, 0.85]) for mood in self.moods}

    def feedback(self, mood: str, choice: int) -> Feedback:
        return Feedback.SKIP if self.rng.random() < self.skips[mood][choice] else Feedback.STAYED


def skipped(listener: Listener, plays: int, tastes: Tastes | None, rng: np.random.Generator) -> float:
    """Return the share of skipped choices. tastes: None picks at random."""
    count = 0
    for _ in range(plays):
        mood = str(rng.choice(listener.moods))
        choice = int(rng.integers(len(URIS))) if tastes is None else int(np.argmax(tastes.draw(mood, URIS, rng)))
        feedback = listener.feedback(mood, choice)
        count += feedback is Feedback.SKIP
        if tastes is not None:
            tastes.learn(outcome(URIS[choice], feedback, mood))
    return count / plays


@pytest.mark.parametrize("moods", [1, 2, 4, 7])
def test_after_100_plays_listeners_skip_half_as_often_as_with_random_choices(moods: int) -> None:
    learned, uniform = [], []
    for seed in range(20):
        rng, tastes = np.random.default_rng(1000 + seed), Tastes()
        skipped(Listener(seed, moods), 100, tastes, rng)
        learned.append(skipped(Listener(seed, moods), 100, tastes, rng))
        uniform.append(skipped(Listener(seed, moods), 100, None, rng))
    assert np.mean(learned) <= 0.5 * np.mean(uniform)
    assert all(with_tastes < without for with_tastes, without in zip(learned, uniform, strict=True))


def test_a_taste_that_changes_is_followed() -> None:
    rng, tastes = np.random.default_rng(5), Tastes()
    for liked in (0, 3):
        for _ in range(150):
            choice = int(np.argmax(tastes.draw("happy", URIS, rng)))
            tastes.learn(outcome(URIS[choice], Feedback.STAYED if choice == liked else Feedback.SKIP))
        shares = tastes.shares("happy", URIS, rng)
        assert int(np.argmax(shares)) == liked
        assert shares[liked] > 0.6


def test_without_outcomes_all_choices_are_equally_likely() -> None:
    shares = Tastes().shares("sad", URIS, np.random.default_rng(1), draws=20_000)
    assert shares == pytest.approx([0.25] * 4, abs=0.02)
    assert Tastes().shares("sad", [], np.random.default_rng(1)) == []


@pytest.mark.parametrize("feedback", [Feedback.STAYED, Feedback.REPLAY, Feedback.LIKE])
def test_positive_feedback_raises_the_belief(feedback: Feedback) -> None:
    tastes = Tastes([outcome(URIS[0], feedback)])
    assert tastes.belief("happy", URIS[0]).mean > 0.5
    assert tastes.belief("sad", URIS[0]) == Belief()


@pytest.mark.parametrize("feedback", [Feedback.SKIP, Feedback.HANDS_OFF])
def test_negative_feedback_lowers_the_belief(feedback: Feedback) -> None:
    assert Tastes([outcome(URIS[0], feedback)]).belief("happy", URIS[0]).mean < 0.5


def test_a_like_counts_more_than_a_song_left_playing() -> None:
    means = [Tastes([outcome(URIS[0], v)]).belief("happy", URIS[0]).mean for v in (Feedback.STAYED, Feedback.LIKE)]
    assert means[0] < means[1]


def test_old_outcomes_fade() -> None:
    tastes = Tastes([outcome(URIS[0], Feedback.SKIP)] + [outcome(URIS[1], Feedback.STAYED)] * 100)
    assert tastes.belief("happy", URIS[0]).beta == pytest.approx(1 + OUTCOME_DISCOUNT**100)


def liked(feedback: Feedback, song: str = "mpd:song", uri: str = URIS[0]) -> Outcome:
    return Outcome(0, "happy", uri, "", feedback, song)


def test_a_song_is_liked_once_and_a_like_can_be_taken_back() -> None:
    once, six = Tastes([liked(Feedback.LIKE)]), Tastes([liked(Feedback.LIKE)] * 6)
    assert six.belief("happy", URIS[0]) == once.belief("happy", URIS[0]) == Belief(4.0, 1.0)
    both = Tastes([liked(Feedback.LIKE), liked(Feedback.LIKE, "mpd:another")])
    assert both.belief("happy", URIS[0]).alpha > 6
    both.learn(liked(Feedback.UNLIKE))
    assert both.belief("happy", URIS[0]) == Belief(4.0, 1.0)
    both.learn(liked(Feedback.UNLIKE))
    assert both.belief("happy", URIS[0]) == Belief(4.0, 1.0), "it was taken back already"


def test_a_like_that_is_taken_back_late_leaves_what_else_was_learned() -> None:
    others = [outcome(URIS[0], Feedback.STAYED)] * 20
    without = Tastes(others).belief("happy", URIS[0])
    taken_back = Tastes([liked(Feedback.LIKE), *others, liked(Feedback.UNLIKE)]).belief("happy", URIS[0])
    assert taken_back.alpha == pytest.approx(without.alpha)


@settings(deadline=None)
@given(st.lists(outcomes, max_size=60))
def test_beliefs_stay_valid_after_any_history(history: list[Outcome]) -> None:
    tastes = Tastes(history)
    rng = np.random.default_rng(0)
    for mood in EXPRESSIONS:
        beliefs = [tastes.belief(mood, uri) for uri in URIS]
        assert all(b.alpha >= 1 and b.beta >= 1 and b.evidence <= 3 / (1 - OUTCOME_DISCOUNT) for b in beliefs)
        assert sum(tastes.shares(mood, URIS, rng, draws=32)) == pytest.approx(1.0)
        assert all(0 <= drawn <= 1 for drawn in tastes.draw(mood, URIS, rng))
    assert set(tastes.moods()) == {outcome.mood for outcome in history}
