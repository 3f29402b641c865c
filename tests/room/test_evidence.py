"""What one look says, by both heads of the model."""

from __future__ import annotations

import numpy as np
import pytest

from edge.circumplex import CIRCUMPLEX
from edge.config import MoodConfig
from edge.room.evidence import Evidence
from edge.values import EXPRESSIONS, Expression

FEAR, SURPRISE, NEUTRAL = (EXPRESSIONS.index(name) for name in ("fear", "surprise", "neutral"))
SHARES = {
    "expression": (0.09, 0.01, 0.02, 0.26, 0.13, 0.13, 0.36),
    "fer2013": (0.14, 0.02, 0.14, 0.24, 0.17, 0.12, 0.17),
}


def head(**sure: float) -> tuple[float, ...]:
    rest = (1 - sum(sure.values())) / (7 - len(sure))
    return tuple(sure.get(name, rest) for name in EXPRESSIONS)


def test_the_second_head_counts() -> None:
    evidence = Evidence(MoodConfig())
    torn = head(fear=0.4, surprise=0.4)
    for name, index in (("fear", FEAR), ("surprise", SURPRISE)):
        look = evidence.of(Expression(torn, original=head(**{name: 0.8})))
        assert look.evidence.argmax() == index
        assert look.point[0] == pytest.approx(
            np.mean([np.dot(p, [CIRCUMPLEX[n][0] for n in EXPRESSIONS]) for p in (torn, head(**{name: 0.8}))])
        )


def test_a_share_of_what_is_common_in_training_is_taken_out() -> None:
    torn = Expression(head(fear=0.4, neutral=0.4))
    assert Evidence(MoodConfig(), SHARES).of(torn).evidence.argmax() == FEAR
    plain = Evidence(MoodConfig()).of(torn).evidence
    assert plain[FEAR] == pytest.approx(plain[NEUTRAL]) and plain.mean() == pytest.approx(0.0)


def test_shares_may_be_missing_for_a_head_or_sum_to_another_number() -> None:
    look = Expression(head(happy=0.5), original=head(happy=0.5))
    doubled = {name: tuple(2 * share for share in shares) for name, shares in SHARES.items()}
    assert Evidence(MoodConfig(), doubled).of(look).evidence == pytest.approx(
        Evidence(MoodConfig(), SHARES).of(look).evidence
    )
    assert np.isfinite(Evidence(MoodConfig(), {"fer2013": SHARES["fer2013"]}).of(look).evidence).all()


def test_disgust_counts_as_angry_in_both_heads() -> None:
    look = Expression(head(disgust=0.8), original=head(disgust=0.8))
    evidence = Evidence(MoodConfig(merge_disgust=True), SHARES).of(look).evidence
    assert EXPRESSIONS[int(evidence.argmax())] == "angry" and EXPRESSIONS[int(evidence.argmin())] == "disgust"
