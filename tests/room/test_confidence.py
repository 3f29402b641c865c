"""From evidence to the published confidence."""

from __future__ import annotations

import numpy as np
import pytest

from edge.room.confidence import chances, confidence, together
from edge.room.evidence import UNIFORM

HAPPY = np.array([0.02, 0.02, 0.02, 0.86, 0.02, 0.02, 0.04])
SAD = np.array([0.02, 0.02, 0.02, 0.02, 0.86, 0.02, 0.04])
EQUAL = np.zeros(7)


def test_a_face_of_low_quality_tells_little() -> None:
    evidence = np.log(HAPPY)
    clear, poor, worst = (chances(evidence, quality, EQUAL) for quality in (0.4, 0.2, 0.0))
    assert chances(evidence, 1.0, EQUAL) == pytest.approx(clear)
    assert clear.max() > poor.max() + 0.2 and worst == pytest.approx(UNIFORM)
    assert clear.sum() == pytest.approx(1.0)


def test_people_who_agree_are_surer_than_one_and_people_who_differ_are_not_sure() -> None:
    assert together([HAPPY], [1.0]) == pytest.approx(HAPPY)
    assert together([HAPPY, HAPPY], [1.0, 1.0])[3] > 0.95
    assert together([HAPPY, SAD], [1.0, 1.0]).max() <= 1 / 7
    assert together([HAPPY, HAPPY, SAD], [1.0] * 3).argmax() == 3
    assert together([HAPPY, SAD], [1.0, 0.1]).argmax() == 3, "one of them can hardly be seen"


def test_the_published_number_grows_with_the_chance_and_is_a_little_lower_than_it() -> None:
    told = [confidence(chance) for chance in np.linspace(0, 1, 21)]
    assert told == sorted(told) and 0 < told[0] < told[-1] < 1
    assert 0.35 < confidence(0.5) < 0.5
