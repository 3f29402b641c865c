"""The belief about one person, and the mean of their looks."""

from __future__ import annotations

import numpy as np
import pytest

from edge.config import MoodConfig
from edge.room.evidence import UNIFORM, Evidence, Look
from edge.room.person import Person, predict, update
from edge.values import EXPRESSIONS, Expression


def look(name: str, sure: float = 0.8, quality: float = 1.0) -> Look:
    rest = (1 - sure) / 6
    expression = Expression(tuple(sure if label == name else rest for label in EXPRESSIONS), quality)
    return Evidence(MoodConfig()).of(expression)


def test_without_looks_a_belief_returns_to_uniform() -> None:
    sure = update(UNIFORM, look("happy", 0.99).evidence, 1.0)
    assert predict(sure, 1e6, 20.0) == pytest.approx(UNIFORM)
    assert predict(sure, 0.0, 20.0) == pytest.approx(sure)
    assert predict(sure, -5.0, 20.0) == pytest.approx(sure)


def test_half_the_lead_of_a_hesitant_expression_counts() -> None:
    evidence = look("angry").evidence
    plain, hesitating = update(UNIFORM, evidence, 1.0), update(UNIFORM, evidence, 1.0, ("angry",))
    angry, sad = EXPRESSIONS.index("angry"), EXPRESSIONS.index("sad")
    assert plain.argmax() == hesitating.argmax() == angry
    # The uniform share that is mixed in changes the ratios a little.
    assert np.log(hesitating[angry] / hesitating[sad]) == pytest.approx(np.log(plain[angry] / plain[sad]) / 2, rel=0.1)
    assert update(UNIFORM, look("happy").evidence, 1.0, ("angry",)) == pytest.approx(
        update(UNIFORM, look("happy").evidence, 1.0)
    )
    assert update(UNIFORM, evidence, 1.0, EXPRESSIONS) == pytest.approx(plain)


def test_the_mean_begins_anew_when_the_expression_changes() -> None:
    person = Person(0.0)
    for n in range(50):
        person.look(n * 0.4, look("happy"), stickiness=60)
    for n in range(8):
        person.look(20 + n * 0.4, look("sad"), stickiness=60)
    mean = person.mean.evidence
    assert mean.argmax() == EXPRESSIONS.index("sad")
    assert mean[EXPRESSIONS.index("sad")] > 0.8 * look("sad").evidence.max()


def test_a_look_of_low_quality_changes_the_quality_more_than_the_evidence() -> None:
    person = Person(0.0)
    for n in range(5):
        person.look(n * 0.4, look("happy"), stickiness=60)
    for n in range(8):
        person.look(2 + n * 0.4, look("sad", quality=0.05), stickiness=60)
    assert person.mean.evidence.argmax() == EXPRESSIONS.index("happy")
    assert person.quality < 0.2
