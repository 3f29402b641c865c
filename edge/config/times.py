"""Times of day, spans of them, and time zones."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from edge.config.basis import AfterValidator, BeforeValidator, Field, WithJsonSchema
from edge.config.fields import Kind, Section
from edge.sentences import Sentence

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def _time(value: Any) -> Any:
    """`7:00` or `22:30` -> a time of day."""
    if isinstance(value, time):
        return value
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(Sentence("must be a time of day such as 7:00 or 22:30"))
    return time(int(match[1]), int(match[2]))


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError):
        # A missing name, a folder of the database and a name that leads out of it each raise another error.
        raise ValueError(Sentence("must be a time zone such as Europe/Berlin")) from None
    return value


TimeOfDay = Annotated[
    time,
    BeforeValidator(_time),
    WithJsonSchema({"type": "string", "pattern": f"^(?:{_TIME.pattern})$"}),
    Kind("time of day"),
]
Zone = Annotated[str, AfterValidator(_zone), Kind("time zone")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class TimeSpan(Section):
    """From one time of day to another, in local time; past midnight if it ends before it begins."""

    begins: TimeOfDay
    """When it begins, such as "22:00"."""
    ends: TimeOfDay
    """When it ends, such as "7:00". The same time as `begins`: the whole day."""
    days: Annotated[tuple[Day, ...], Field(min_length=1)] = DAYS
    """The days on which it begins."""


class QuietHours(TimeSpan):
    """Hours in which the device starts no music."""

    max_volume: Annotated[int, Field(ge=0, le=100)] | None = 30
    """Maximum volume of the device's music in these hours. null: no limit."""
    camera: Literal["on", "rest"] = "on"
    """`rest` stops the sensor in these hours: nobody is looked at, and the music stays as it is."""


class ScheduledProfile(TimeSpan):
    """Hours in which a certain profile is used."""

    profile: str
    """The profile."""
