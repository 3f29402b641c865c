"""Spotify ends each login after six months: said in time, 30, 7 and 1 days before, each once."""

from __future__ import annotations

import time
from collections.abc import Callable

from edge.events import ProblemOccurred
from edge.system import state

DAYS = (30, 7, 1)
EVERY = 3600.0
_DAY = 86400.0
_NAME = "login_end_told"


def due(expires: float, now: float, told: str | None) -> tuple[str, str] | None:
    """What to remember and what to say, None where nothing is due.

    expires, now: Unix time. told: what was to be remembered the last time; a new login begins anew.
    """
    left = expires - now
    day = next((day for day in reversed(DAYS) if left <= day * _DAY), None)
    if day is None or left <= 0:
        return None
    before = (told or "").split()
    if len(before) == 2 and before[0] == str(int(expires)) and before[1].isdecimal() and int(before[1]) <= day:
        return None
    days = max(1, round(left / _DAY))
    when = "within a day" if left <= _DAY else f"in {days} days"
    return f"{int(expires)} {day}", f"spotify: the login ends {when}; run `moodroom login` on this device before"


class LoginReminder:
    """Asks itself at most once an hour; a restart doesn't make it say things twice."""

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        """now: Unix time."""
        self._now = now
        self._next = 0.0

    def event(self, at: float, expires: Callable[[], float | None]) -> ProblemOccurred | None:
        """What is to be told now. at: for the event, on the device's clock. expires: Unix time of the login's end."""
        now = self._now()
        if now < self._next:
            return None
        self._next = now + EVERY
        end = expires()
        found = due(end, now, state.read(_NAME)) if end is not None else None
        if found is None:
            return None
        state.write(_NAME, found[0])
        return ProblemOccurred(at, "spotify", found[1])
