"""Quiet hours and profiles by time of day: spans on the wall's clock, daylight saving included. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from edge.config import DAYS, MusicConfig, QuietHours, ScheduledProfile, TimeSpan


def local(unix: float, zone: tzinfo) -> datetime:
    """The time on the wall. unix: seconds."""
    return datetime.fromtimestamp(unix, zone)


def within(span: TimeSpan, wall: datetime) -> bool:
    """True from `begins` on until just before `ends`.

    Only the hands of the wall's clock count: in the night in which the clock is put forward the span is an hour
    shorter, and in the other an hour longer.
    """
    now, day = wall.time(), wall.weekday()
    if span.begins < span.ends:
        return span.begins <= now < span.ends and DAYS[day] in span.days
    if now >= span.begins:
        return DAYS[day] in span.days
    # After midnight it is still the span of the day before.
    return now < span.ends and DAYS[(wall - timedelta(days=1)).weekday()] in span.days


def quiet(spans: Iterable[QuietHours], wall: datetime) -> list[QuietHours]:
    """The quiet hours that hold now."""
    return [span for span in spans if within(span, wall)]


def ceiling(spans: Iterable[QuietHours], most: int, wall: datetime | None) -> int:
    """0..100, the loudest that music may be now. wall: None where the time isn't known."""
    limits = [span.max_volume for span in quiet(spans, wall)] if wall is not None else []
    return min([most, *(limit for limit in limits if limit is not None)])


def scheduled(spans: Sequence[ScheduledProfile], wall: datetime, otherwise: str) -> str:
    """The profile that the schedule names now; the first span that fits counts."""
    return next((span.profile for span in spans if within(span, wall)), otherwise)


class Timetable:
    """Quiet hours and schedule of one configuration, once the time is known."""

    def __init__(self, config: MusicConfig, zone: tzinfo) -> None:
        """config: as it stands in the file; its profile holds where the schedule names none."""
        self._config, self._zone = config, zone
        self._offset: float | None = None
        # What the schedule named last; somebody may have chosen another profile since.
        self.profile: str | None = None

    def clock(self, now: float, unix: float) -> None:
        """The Unix time of `now`; without it there are neither quiet hours nor a schedule."""
        self._offset = unix - now

    def wall(self, now: float) -> datetime | None:
        """The time on the wall, None where nobody knows it."""
        return None if self._offset is None else local(now + self._offset, self._zone)

    def profile_due(self, now: float) -> str | None:
        """The profile that the schedule changes to now, else None."""
        wall = self.wall(now)
        if wall is None or not self._config.schedule:
            return None
        before, self.profile = self.profile, scheduled(self._config.schedule, wall, self._config.profile)
        return self.profile if self.profile != before else None

    def quiet(self, now: float) -> str | None:
        """Why nothing may be started now, or None."""
        wall = self.wall(now)
        spans = quiet(self._config.quiet_hours, wall) if wall is not None else []
        return f"quiet hours: nothing is started until {spans[0].ends:%H:%M}" if spans else None

    def resting(self, now: float) -> bool:
        """True where quiet hours let the camera rest."""
        wall = self.wall(now)
        return wall is not None and any(span.camera == "rest" for span in quiet(self._config.quiet_hours, wall))

    def ceiling(self, now: float) -> int:
        """0..100, the loudest that music may be now."""
        return ceiling(self._config.quiet_hours, self._config.max_volume, self.wall(now))
