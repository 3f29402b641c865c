"""`LoginReminder`: reports 30, 7 and 1 days ahead that Spotify will end the login."""

from __future__ import annotations

import time
from collections.abc import Callable

from edge.events import ProblemOccurred
from edge.sentences import Sentence, TechnicalText
from edge.system import state

REMINDER_DAYS = (30, 7, 1)
CHECK_INTERVAL_S = 3600.0
DAY_S = 86400.0
STATE_NAME = "login_end_told"


def due(expires: float, now: float, reported: str | None) -> tuple[str, str] | None:
    """The value to remember and the message to report, None if no reminder is due.

    expires, now: Unix time. reported: the value remembered last time; it doesn't count for a new login.
    """
    left = expires - now
    day = next((day for day in reversed(REMINDER_DAYS) if left <= day * DAY_S), None)
    if day is None or left <= 0:
        return None
    before = (reported or "").split()
    if len(before) == 2 and before[0] == str(int(expires)) and before[1].isdecimal() and int(before[1]) <= day:
        return None
    days = max(1, round(left / DAY_S))
    when = Sentence("within a day") if left <= DAY_S else Sentence("in {count} days", count=days)
    text = TechnicalText(
        f"spotify: the login ends {when}; run `moodroom login` on this device before",
        Sentence("Spotify's sign-in ends {when}; sign in again in the settings before then.", when=when),
    )
    return f"{int(expires)} {day}", text


class LoginReminder:
    """Checks at most once an hour. What was reported is kept over a restart, so no reminder comes twice."""

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        """now: returns Unix time."""
        self._now = now
        self._next = 0.0

    def event(self, at: float, expires: Callable[[], float | None]) -> ProblemOccurred | None:
        """The reminder that is due now, if any. at: the event's time. expires: Unix time at which the login ends."""
        now = self._now()
        if now < self._next:
            return None
        self._next = now + CHECK_INTERVAL_S
        end = expires()
        reminder = due(end, now, state.read(STATE_NAME)) if end is not None else None
        if reminder is None:
            return None
        value, message = reminder
        state.write(STATE_NAME, value)
        return ProblemOccurred(at, "spotify", message)
