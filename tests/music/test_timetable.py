"""Quiet hours and scheduled profiles in local time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.config import MusicConfig, QuietHours, ScheduledProfile, TimeSpan
from edge.music.timetable import Timetable, is_within, local_time, scheduled_profile, volume_ceiling

BERLIN = ZoneInfo("Europe/Berlin")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def span(begins: str, ends: str, **more: Any) -> TimeSpan:
    return TimeSpan.model_validate({"begins": begins, "ends": ends} | more)


@pytest.mark.parametrize(
    ("time", "inside"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_a_span_may_go_over_midnight(time: str, inside: bool) -> None:
    assert is_within(span("22:00", "7:00"), local(f"2026-11-21 {time}")) is inside


def test_a_span_that_goes_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    weekend = span("22:00", "7:00", days=["fri", "sat"])
    assert is_within(weekend, local("2026-11-20 23:00"))  # Friday
    assert is_within(weekend, local("2026-11-22 06:00"))  # Sunday morning, of Saturday's
    assert not is_within(weekend, local("2026-11-22 23:00"))
    assert not is_within(weekend, local("2026-11-20 06:00"))
    assert not is_within(span("9:00", "12:00", days=["mon"]), local("2026-11-21 10:00"))


def test_the_same_time_twice_is_the_whole_day() -> None:
    assert all(is_within(span("7:00", "7:00"), local(f"2026-11-21 {hour:02}:30")) for hour in range(24))


@pytest.mark.parametrize(("night", "hours"), [("2027-03-27", 8), ("2026-10-24", 10), ("2026-11-21", 9)])
def test_daylight_saving_makes_a_night_shorter_or_longer(night: str, hours: float) -> None:
    begin = local(f"{night} 12:00").timestamp()
    quiet = [at for at in range(0, 86400, 60) if is_within(span("22:00", "7:00"), local_time(begin + at, BERLIN))]
    assert len(quiet) / 60 == hours


@given(st.integers(1_767_225_600, 1_830_297_600), st.times(), st.times())
def test_a_span_and_its_complement_cover_the_day(unix: int, begins: Any, ends: Any) -> None:
    if f"{begins:%H:%M}" == f"{ends:%H:%M}":
        return
    texts = f"{begins:%H:%M}", f"{ends:%H:%M}"
    moment = local_time(unix, BERLIN)
    assert is_within(span(*texts), moment) is not is_within(span(*reversed(texts)), moment)


def test_the_lowest_ceiling_counts() -> None:
    spans = [
        QuietHours.model_validate({"begins": "20:00", "ends": "22:00", "max_volume": 40}),
        QuietHours.model_validate({"begins": "21:00", "ends": "7:00"}),
        QuietHours.model_validate({"begins": "21:00", "ends": "7:00", "max_volume": None}),
    ]
    assert volume_ceiling(spans, 80, local("2026-11-21 19:00")) == 80
    assert volume_ceiling(spans, 80, local("2026-11-21 20:30")) == 40
    assert volume_ceiling(spans, 80, local("2026-11-21 21:30")) == 30
    assert volume_ceiling(spans, 10, local("2026-11-21 21:30")) == 10
    assert volume_ceiling(spans, 80, None) == 80


def test_the_first_span_that_fits_names_the_profile() -> None:
    spans = [
        ScheduledProfile.model_validate({"profile": "party", "begins": "20:00", "ends": "2:00", "days": ["sat"]}),
        ScheduledProfile.model_validate({"profile": "evening", "begins": "18:00", "ends": "23:00"}),
    ]
    assert scheduled_profile(spans, local("2026-11-21 21:00"), "everyday") == "party"
    assert scheduled_profile(spans, local("2026-11-22 21:00"), "everyday") == "evening"
    assert scheduled_profile(spans, local("2026-11-22 12:00"), "everyday") == "everyday"


PROFILES = {name: {"default": "nothing"} for name in ("everyday", "evening")}
EVENING = [{"profile": "evening", "begins": "18:00", "ends": "23:00"}]


def test_a_scheduled_profile_is_due_once() -> None:
    timetable = Timetable(MusicConfig.model_validate({"profiles": PROFILES, "schedule": EVENING}), BERLIN)
    begin = local("2026-11-21 17:00").timestamp()
    assert timetable.profile_due(0) is None, "the time isn't known yet"
    timetable.set_clock(0, begin)
    due = [(at // 3600, name) for at in range(0, 8 * 3600, 60) if (name := timetable.profile_due(at))]
    assert due == [(0, "everyday"), (1, "evening"), (6, "everyday")]


def test_a_corrected_clock_applies_at_once() -> None:
    config = MusicConfig.model_validate({"quiet_hours": [{"begins": "22:00", "ends": "7:00"}]})
    timetable = Timetable(config, BERLIN)
    assert timetable.quiet_reason(0) is None and timetable.volume_ceiling(0) == 100
    timetable.set_clock(0, local("2020-01-01 12:00").timestamp())
    assert timetable.quiet_reason(10) is None
    timetable.set_clock(20, local("2026-11-21 23:00").timestamp())
    assert timetable.quiet_reason(20) == "quiet hours: nothing is started until 07:00"
    assert timetable.volume_ceiling(20) == 30
    assert timetable.quiet_reason(20 + timedelta(hours=8).total_seconds()) is None


@pytest.mark.parametrize("text", ["24:00", "7", "7:60", "", "seven", 7, None, "07:00:00"])
def test_an_invalid_time_of_day_is_rejected(text: object) -> None:
    with pytest.raises(ValidationError, match="must be a time of day such as 7:00 or 22:30"):
        TimeSpan.model_validate({"begins": text, "ends": "7:00"})


@pytest.mark.parametrize("name", ["Europe/Berlim", "Berlin", "", "../../etc/passwd", "Europe", "/etc/localtime"])
def test_an_unknown_time_zone_is_rejected(name: str) -> None:
    with pytest.raises(ValidationError, match="must be a time zone such as Europe/Berlin"):
        MusicConfig.model_validate({"time_zone": name})
