"""How often music may change."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.config import MusicConfig
from edge.music.limits import HOUR_S, Limits


def limits(**music: object) -> Limits:
    return Limits(MusicConfig.model_validate(music))


def test_interruptions_wait_for_the_cooldown() -> None:
    limiter = limits(cooldown=60)
    assert limiter.cooldown_reason(0) is None
    limiter.record_interruption(0)
    assert limiter.cooldown_reason(59.9) == "the last switch was less than 60 s ago"
    assert limiter.cooldown_reason(60) is None


def test_a_mood_must_last() -> None:
    limiter = limits(min_dwell=20)
    assert limiter.dwell_reason(119, 100, "sad") == "the room must be sad for 20 s first"
    assert limiter.dwell_reason(120, 100, "sad") is None


def test_switches_within_an_hour_are_limited() -> None:
    limiter = limits(max_switches=2)
    limiter.record_switch(0)
    limiter.record_switch(100)
    assert limiter.hourly_reason(3599) == "the music has changed 2 times within the hour"
    assert limiter.hourly_reason(3600) is None
    limiter.record_switch(3600)
    assert limiter.hourly_reason(3601) is not None
    limiter.undo_switch()
    assert limiter.hourly_reason(3601) is None
    assert limits(max_switches=0).hourly_reason(0) == "music.max_switches is 0"
    limits().undo_switch()


@given(st.lists(st.floats(0, 600), max_size=60), st.integers(0, 6))
def test_no_hour_has_more_switches_than_allowed(gaps: list[float], allowed: int) -> None:
    limiter, now, done = limits(max_switches=allowed), 0.0, []
    for gap in gaps:
        now += gap
        if limiter.hourly_reason(now) is None:
            limiter.record_switch(now)
            done.append(now)
    assert all(len([at for at in done if end - HOUR_S < at <= end]) <= allowed for end in done)
