"""Times of day and spans of them, as people write them."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from edge.config.fields import Section

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def _time(value: Any) -> Any:
    """`7:00` or `22:30` -> a time of day."""
    if isinstance(value, time):
        return value
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("must be a time of day such as 7:00 or 22:30")
    return time(int(found[1]), int(found[2]))


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError):
        # Missing names, folders of the database and names that climb out of it each raise another error.
        raise ValueError("must be a time zone such as Europe/Berlin") from None
    return value


TimeOfDay = Annotated[
    time, BeforeValidator(_time), WithJsonSchema({"type": "string", "pattern": f"^(?:{_TIME.pattern})$"})
]
Zone = Annotated[str, AfterValidator(_zone)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class TimeSpan(Section):
    """From one time of day to another, by the clock on the wall; over midnight where it ends before it begins."""

    begins: TimeOfDay
    """Such as 22:00."""
    ends: TimeOfDay
    """Such as 7:00; the same as `begins` is the whole day."""
    days: Annotated[tuple[Day, ...], Field(min_length=1)] = DAYS
    """The days on which it begins: mon, tue, wed, thu, fri, sat, sun."""


class QuietHours(TimeSpan):
    max_volume: Annotated[int, Field(ge=0, le=100)] | None = 30
    """0..100, the loudest that the device lets its music be then; null sets no limit."""
    camera: Literal["on", "rest"] = "on"
    """rest: the sensor stops then, nobody is looked at, and the music stays as it is."""


class ScheduledProfile(TimeSpan):
    profile: str
    """The profile that is used then."""
