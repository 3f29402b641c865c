"""Quiet hours and profiles by time of day, in local time with daylight saving. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from edge.config import DAYS, MusicConfig, QuietHours, ScheduledProfile, TimeSpan
from edge.sentences import Sentence


def local_time(unix: float, zone: tzinfo) -> datetime:
    """Return the local time. unix: Unix time in seconds."""
    return datetime.fromtimestamp(unix, zone)


def is_within(span: TimeSpan, local: datetime) -> bool:
    """True from `begins` until just before `ends`.

    Only the local time of day counts: a span is an hour shorter in the night in which the clocks go forward, and an
    hour longer when they go back.
    """
    time, day = local.time(), local.weekday()
    if span.begins < span.ends:
        return span.begins <= time < span.ends and DAYS[day] in span.days
    if time >= span.begins:
        return DAYS[day] in span.days
    # After midnight the span belongs to the day before.
    return time < span.ends and DAYS[(local - timedelta(days=1)).weekday()] in span.days


def active_quiet_hours(spans: Iterable[QuietHours], local: datetime) -> list[QuietHours]:
    """Return the quiet hours that apply at this time."""
    return [span for span in spans if is_within(span, local)]


def volume_ceiling(spans: Iterable[QuietHours], max_volume: int, local: datetime | None) -> int:
    """Return the loudest allowed volume, 0..100. local: None where the time isn't known; then `max_volume` applies."""
    limits = [span.max_volume for span in active_quiet_hours(spans, local)] if local is not None else []
    return min([max_volume, *(limit for limit in limits if limit is not None)])


def scheduled_profile(spans: Sequence[ScheduledProfile], local: datetime, default: str) -> str:
    """Return the profile of the first span that contains this time, else `default`."""
    return next((span.profile for span in spans if is_within(span, local)), default)


class Timetable:
    """Quiet hours and schedule of one configuration; neither applies until `set_clock` was called."""

    def __init__(self, config: MusicConfig, zone: tzinfo) -> None:
        """config: as in the file; its profile applies where the schedule names none."""
        self._config, self._zone = config, zone
        self._unix_offset: float | None = None
        # The profile that the schedule named last; a person may have chosen another since.
        self.profile: str | None = None

    def set_clock(self, now: float, unix: float) -> None:
        """Set the Unix time of `now`, a time on the monotonic clock."""
        self._unix_offset = unix - now

    def local_time(self, now: float) -> datetime | None:
        """Return the local time; None where it isn't known."""
        return None if self._unix_offset is None else local_time(now + self._unix_offset, self._zone)

    def profile_due(self, now: float) -> str | None:
        """Return the profile that the schedule changes to now, else None."""
        local = self.local_time(now)
        if local is None or not self._config.schedule:
            return None
        before, self.profile = self.profile, scheduled_profile(self._config.schedule, local, self._config.profile)
        return self.profile if self.profile != before else None

    def quiet_reason(self, now: float) -> str | None:
        """Why no music may begin now, or None."""
        local = self.local_time(now)
        spans = active_quiet_hours(self._config.quiet_hours, local) if local is not None else []
        if not spans:
            return None
        return Sentence("quiet hours: nothing is started until {time}", time=f"{spans[0].ends:%H:%M}")

    def camera_rests(self, now: float) -> bool:
        """True where quiet hours let the camera rest."""
        local = self.local_time(now)
        if local is None:
            return False
        return any(span.camera == "rest" for span in active_quiet_hours(self._config.quiet_hours, local))

    def volume_ceiling(self, now: float) -> int:
        """Return the loudest allowed volume, 0..100."""
        return volume_ceiling(self._config.quiet_hours, self._config.max_volume, self.local_time(now))
