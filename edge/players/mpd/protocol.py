"""Connecting a `BoundedClient`, and when the MPD process behind it was started."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpd

from edge.text import clean

CLOCK_DRIFT = 0.001  # the largest difference between the speeds of two machines' clocks
REASON_MAX_CHARS = 120


@dataclass(frozen=True)
class StartTime:
    """When MPD was started, between `earliest` and `latest`, as measured at `measured`; all in monotonic seconds.

    It is an interval because MPD reports its age in whole seconds.
    """

    earliest: float
    latest: float
    measured: float

    def is_after(self, earlier: StartTime) -> bool:
        """True if this is certainly another process than that of the earlier measurement."""
        return self.earliest > earlier.latest + CLOCK_DRIFT * (self.measured - earlier.measured)


def start_time(client: Any, clock: Callable[[], float]) -> StartTime | None:
    """Measure when MPD was started. Returns None for Mopidy, which reports only zeros."""
    before = clock()
    try:
        stats = client.stats()
    except mpd.CommandError:
        return None
    after, age = clock(), float(stats.get("uptime", 0))
    return StartTime(before - age - 1, after - age, after) if set(stats.values()) - {"0"} else None


def is_mopidy(client: Any) -> bool:
    """True for a server that reports only zeros. Raises mpd.CommandError."""
    return start_time(client, lambda: 0.0) is None


def connect(client: Any, host: str, port: int, password: str | None, timeout: float) -> None:
    """Connect and log in. timeout: seconds for each response. Raises mpd.CommandError for a wrong password."""
    client.timeout = timeout
    client.connect(host, port)
    if password is not None:
        client.password(password)


def disconnect(client: Any) -> None:
    """Close the connection in whatever state it is; never raises."""
    with contextlib.suppress(mpd.MPDError, OSError, ValueError):
        client.disconnect()


def reason(error: Exception) -> str:
    """Return the cause of an error in words."""
    return clean(str(getattr(error, "strerror", None) or error or ""), REASON_MAX_CHARS) or type(error).__name__
