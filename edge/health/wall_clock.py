"""The wall clock beside the monotonic one: for display and quiet hours only, and right again after it was set. Pure."""

from __future__ import annotations

# Seconds; a smaller difference is drift, which isn't worth telling every time anew.
JUMP = 1.0


class WallClock:
    """Monotonic times as Unix times.

    A Pi without a battery starts with the time of its last stop, and is set hours forward once the network is there;
    what was noted on the monotonic clock before is then told right all the same.
    """

    def __init__(self, steady: float, wall: float) -> None:
        """steady: monotonic seconds. wall: Unix time at the same moment."""
        self._offset = wall - steady
        self.step = 0.0
        self.stepped: float | None = None

    def offset(self) -> float:
        """Wall clock minus monotonic clock, seconds."""
        return self._offset

    def look(self, steady: float, wall: float) -> bool:
        """Compare the two clocks; True where the wall clock was set since the last look."""
        step = wall - steady - self._offset
        if abs(step) < JUMP:
            return False
        self._offset += step
        self.step, self.stepped = step, steady
        return True
