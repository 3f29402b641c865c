"""The wall clock beside the monotonic one, for display and quiet hours, corrected when it is set. Pure."""

from __future__ import annotations

# A smaller difference between the two clocks is drift.
STEP_MIN_S = 1.0


class WallClock:
    """Converts monotonic times to Unix times.

    A Pi without a battery starts with the time of its last stop, and its clock is set forward once the network is up.
    Times noted on the monotonic clock before that are then still converted correctly.
    """

    def __init__(self, monotonic: float, wall: float) -> None:
        """monotonic: seconds on the monotonic clock. wall: Unix time at the same moment."""
        self._offset = wall - monotonic
        # The last step of the wall clock in seconds, and when it happened on the monotonic clock.
        self.step = 0.0
        self.stepped_at: float | None = None

    def offset(self) -> float:
        """Wall clock minus monotonic clock, in seconds."""
        return self._offset

    def update(self, monotonic: float, wall: float) -> bool:
        """Compare the two clocks; return True if the wall clock was set since the last call."""
        step = wall - monotonic - self._offset
        if abs(step) < STEP_MIN_S:
            return False
        self._offset += step
        self.step, self.stepped_at = step, monotonic
        return True
