"""A connection to MPD, and since when the process behind it has been there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpd

DRIFT = 0.001  # between two machines' clocks


@dataclass(frozen=True)
class Birth:
    """When MPD was started, as far as its age in whole seconds tells. at: when it was asked. Monotonic seconds."""

    earliest: float
    latest: float
    at: float

    def is_after(self, before: Birth) -> bool:
        """It is another process than the one before, for certain."""
        return self.earliest > before.latest + DRIFT * (self.at - before.at)


def birth(client: Any, clock: Callable[[], float]) -> Birth | None:
    """None where it isn't told; Mopidy answers 0 whatever is asked."""
    before = clock()
    try:
        found = client.stats()
    except mpd.CommandError:
        return None
    after, age = clock(), float(found.get("uptime", 0))
    return Birth(before - age - 1, after - age, after) if set(found.values()) - {"0"} else None


def connect(client: Any, host: str, port: int, password: str | None, timeout: float) -> None:
    """timeout: seconds for each answer. Raises mpd.CommandError where the password is wrong."""
    client.timeout = timeout
    client.connect(host, port)
    if password is not None:
        client.password(password)


def disconnect(client: Any) -> None:
    """However far it has come; never raises."""
    with contextlib.suppress(mpd.MPDError, OSError, ValueError):
        client.disconnect()


def reason(error: Exception) -> str:
    """In words."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
