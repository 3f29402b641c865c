"""How loud."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.config import MusicConfig
from edge.music.takeover import TakeoverDetector
from edge.music.timetable import Timetable
from edge.music.volume import VolumePolicy
from edge.values import Playback
from tests.scenarios.house import BERLIN


def level(volume: int | None = 40, **music: object) -> VolumePolicy:
    detector = TakeoverDetector(8.0)
    detector.observe(0, Playback("playing", "x", uri="s", volume=volume))
    made = VolumePolicy(detector, Timetable(MusicConfig.model_validate(music), BERLIN))
    made.learn(0)
    return made


def test_music_is_louder_or_quieter_than_the_room() -> None:
    assert level().for_music(0, 0) is None, "it is right as it is"
    assert level().for_music(0, 15) == 55
    assert level().for_music(0, -60) == 0
    assert level(volume=None).for_music(0, 15) is None, "nobody knows how loud it is"
    assert level(volume=None).for_resume(0) is None


def test_the_ceiling_holds() -> None:
    assert level(max_volume=50).for_music(0, 30) == 50
    assert level(max_volume=30).for_music(0, 0) == 30
    assert level(max_volume=30).for_resume(0) == 30
    assert level(max_volume=50).for_resume(0) is None


def test_what_somebody_sets_is_the_rooms_own() -> None:
    one = level()
    one.set_by_person(60, 10)
    assert one.room_volume == 50
    assert one.for_music(0, -10) is None
    one.set_by_person(5, 30)
    assert one.room_volume == 0


def test_a_correction_is_asked_for_once() -> None:
    loud = level(max_volume=30)
    assert loud.correction(0, 0) == (30, "the volume goes to 30, the loudest that is allowed now")
    assert loud.correction(1, 0) is None
    loud.set_by_person(90, 0)
    assert loud.correction(2, 0) is not None, "until somebody touches it again"
    late = level()
    assert late.correction(0, 20) == (60, "the volume goes to 60, as this music is set to")
    assert late.correction(1, 20) is None
    assert level().correction(0, 0) is None


@given(st.integers(0, 100), st.integers(-100, 100), st.integers(0, 100), st.integers(0, 100))
def test_nothing_is_ever_over_the_ceiling(volume: int, offset: int, most: int, chosen: int) -> None:
    one = level(volume, max_volume=most)
    found = [one.for_music(0, offset), one.for_resume(0), (one.correction(0, offset) or [None])[0]]
    one.set_by_person(chosen, offset)
    found += [one.for_music(0, -offset), (one.correction(0, offset) or [None])[0]]
    assert all(goal is None or 0 <= goal <= most for goal in found)
