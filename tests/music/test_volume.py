"""The volume of each choice."""

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
    policy = VolumePolicy(detector, Timetable(MusicConfig.model_validate(music), BERLIN))
    policy.learn(0)
    return policy


def test_an_offset_is_added_to_the_rooms_volume() -> None:
    assert level().for_music(0, 0) is None, "the volume needs no change"
    assert level().for_music(0, 15) == 55
    assert level().for_music(0, -60) == 0
    assert level(volume=None).for_music(0, 15) is None, "the current volume isn't known"
    assert level(volume=None).for_resume(0) is None


def test_no_volume_exceeds_the_ceiling() -> None:
    assert level(max_volume=50).for_music(0, 30) == 50
    assert level(max_volume=30).for_music(0, 0) == 30
    assert level(max_volume=30).for_resume(0) == 30
    assert level(max_volume=50).for_resume(0) is None


def test_a_volume_set_by_a_person_is_the_rooms_volume() -> None:
    policy = level()
    policy.set_by_person(60, 10)
    assert policy.room_volume == 50
    assert policy.for_music(0, -10) is None
    policy.set_by_person(5, 30)
    assert policy.room_volume == 0


def test_a_correction_is_returned_once() -> None:
    loud = level(max_volume=30)
    assert loud.correction(0, 0) == (30, "the volume goes to 30, the loudest that is allowed now")
    assert loud.correction(1, 0) is None
    loud.set_by_person(90, 0)
    assert loud.correction(2, 0) is not None, "until a person sets it again"
    late = level()
    assert late.correction(0, 20) == (60, "the volume goes to 60, as configured for this music")
    assert late.correction(1, 20) is None
    assert level().correction(0, 0) is None


@given(st.integers(0, 100), st.integers(-100, 100), st.integers(0, 100), st.integers(0, 100))
def test_no_sequence_exceeds_the_ceiling(volume: int, offset: int, max_volume: int, chosen: int) -> None:
    policy = level(volume, max_volume=max_volume)
    targets = [policy.for_music(0, offset), policy.for_resume(0), (policy.correction(0, offset) or [None])[0]]
    policy.set_by_person(chosen, offset)
    targets += [policy.for_music(0, -offset), (policy.correction(0, offset) or [None])[0]]
    assert all(target is None or 0 <= target <= max_volume for target in targets)
