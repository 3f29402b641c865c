"""`vision.ignore`: areas of the picture, and what is said about a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Moodroom


@pytest.mark.parametrize(
    ("areas", "message"),
    [
        ("[[0.7, 0, 0.4, 0.5]]", "vision.ignore.0: must end inside the picture"),
        ("[0, 0, 1, 1]", "vision.ignore.0: must be four numbers, [left, top, width, height]"),
        ("[[0, 0, 0, 1]]", "vision.ignore.0: must have a width and a height above 0"),
        ("[[0, 0, 1, 1], [a, 0, 1, 1]]", "vision.ignore.1: must be four numbers"),
        ("[[0, 0, 1, .nan]]", "vision.ignore.0: must be four numbers from 0 to 1"),
        ("[[true, 0, 1, 1]]", "vision.ignore.0: must be four numbers"),
        ("[[0, 0, 200, 100]]", "vision.ignore.0: must be four numbers from 0 to 1"),
        ("0.5", "vision.ignore: must be a list"),
    ],
)
def test_a_wrong_area_is_one_sentence(areas: str, message: str, tmp_path: Path, moodroom: Moodroom) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"vision:\n  ignore: {areas}\n")
    done = moodroom("check", "--config-only", "--config", file)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_areas_that_fill_the_picture_exactly_are_fine(tmp_path: Path, moodroom: Moodroom) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("vision:\n  ignore: [[0.7, 0.9, 0.3, 0.1], [0, 0, 1, 1]]\n")
    assert moodroom("check", "--config-only", "--config", file).returncode == 0
