"""The time ranges that `moodroom history` shows: `--since`, days and weeks, in this machine's time zone."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from edge.errors import ConfigError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNIT_S = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
# Years that datetime can still add a week to.
YEARS = range(1970, 9999)


def parse_since(text: str, now: float) -> float:
    """Return the Unix time of `12h`, `7d`, `today`, `yesterday`, `monday` (the last one, or today) or `2026-11-21`.

    Raises ConfigError for anything else.
    """
    text = text.strip()
    word = text.lower()
    length = re.fullmatch(r"(\d{1,5})\s*([mhdw])", word)
    if length:
        return now - int(length[1]) * UNIT_S[length[2]]
    if word in ("today", "yesterday"):
        return _midnight(local(now).date() - timedelta(days=("today", "yesterday").index(word)))
    if (weekday := next((n for n, name in enumerate(WEEKDAYS) if word in (name, name[:3])), None)) is not None:
        today = local(now).date()
        return _midnight(today - timedelta(days=(today.weekday() - weekday) % 7))
    try:
        day = datetime.fromisoformat(text)
        if day.year in YEARS:
            return day.astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        raise ConfigError(
            f"--since: {text!r} must be such as 12h, 7d, today, yesterday, monday or 2026-11-21"
        ) from None
    raise ConfigError(f"--since: {text!r} must be a day from {YEARS[0]} to {YEARS[-1]}, such as 2026-11-21")


def midnight(now: float) -> float:
    """The last midnight, a Unix time."""
    return span(now, week=False)[0]


def span(now: float, *, week: bool) -> tuple[float, float]:
    """Today from midnight to midnight, or the seven days that end with today; Unix times."""
    today = local(now).date()
    # Count by dates, since a day may be an hour shorter or longer.
    first, after = today - timedelta(days=6 if week else 0), today + timedelta(days=1)
    return _midnight(first), _midnight(after)


def _midnight(day: date) -> float:
    """The Unix time with which a day begins."""
    return datetime(day.year, day.month, day.day).astimezone().timestamp()


def local(at: float) -> datetime:
    """A Unix time in this machine's time zone."""
    return datetime.fromtimestamp(at, timezone.utc).astimezone()
