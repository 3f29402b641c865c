"""How often music may change."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.config import MusicConfig
from edge.music.limits import HOUR, Limits


def limits(**music: object) -> Limits:
    return Limits(MusicConfig.model_validate(music))


def test_sudden_changes_are_spaced() -> None:
    one = limits(cooldown=60)
    assert one.cooling(0) is None
    one.sudden(0)
    assert one.cooling(59.9) == "the last switch is less than 60 s ago"
    assert one.cooling(60) is None


def test_a_mood_must_last() -> None:
    one = limits(min_dwell=20)
    assert one.dwelling(119, 100, "sad") == "the room must be sad for 20 s first"
    assert one.dwelling(120, 100, "sad") is None


def test_an_hour_holds_only_so_many() -> None:
    one = limits(max_switches=2)
    one.switched(0)
    one.switched(100)
    assert one.full(3599) == "the music has changed 2 times within the hour"
    assert one.full(3600) is None
    one.switched(3600)
    assert one.full(3601) is not None
    one.undone()
    assert one.full(3601) is None
    assert limits(max_switches=0).full(0) == "music.max_switches is 0"
    limits().undone()


@given(st.lists(st.floats(0, 600), max_size=60), st.integers(0, 6))
def test_no_hour_holds_more(gaps: list[float], most: int) -> None:
    one, now, done = limits(max_switches=most), 0.0, []
    for gap in gaps:
        now += gap
        if one.full(now) is None:
            one.switched(now)
            done.append(now)
    assert all(len([at for at in done if end - HOUR < at <= end]) <= most for end in done)
