"""A volume that changes in few steps, unless a person sets it meanwhile. Pure."""

from __future__ import annotations

from edge.values import VOLUME_TOLERANCE

STEP = 0.8
STEPS = 3
LOW = 0.3


class Fade:
    """Volumes 0..100 and when they are due; times are seconds on the player's clock."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int]] = []
        self._last: int | None = None

    @property
    def goal(self) -> int | None:
        """Where it ends; None where there is none under way."""
        return self._due[-1][1] if self._due else None

    def next_at(self) -> float | None:
        return self._due[0][0] if self._due else None

    def glide(self, now: float, volume: int, goal: int) -> None:
        """From `volume` to `goal`."""
        self._last = volume
        self._due = [(now + STEP * n, volume + round((goal - volume) * n / STEPS)) for n in range(1, STEPS + 1)]

    def begin_low(self, now: float, volume: int, goal: int) -> int:
        """Up to `goal` after other music has begun; gives the volume to begin it with."""
        low = round(volume * LOW)
        self.glide(now, low, goal)
        return low

    def stop(self) -> None:
        self._due, self._last = [], None

    def step(self, now: float, volume: int | None) -> int | None:
        """The volume to set now, None for none. volume: what it is; another than we set was a person's hand."""
        if volume is None or (self._last is not None and abs(volume - self._last) > VOLUME_TOLERANCE):
            self.stop()
            return None
        due = [one for one in self._due if one[0] <= now]
        if not due:
            return None
        self._due = self._due[len(due) :]
        self._last = due[-1][1]
        return self._last
