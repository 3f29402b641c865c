"""`Fade`: a change of the volume in a few steps, which ends when a person sets the volume. Pure."""

from __future__ import annotations

from edge.values import VOLUME_TOLERANCE

FADE_STEP_S = 0.8
FADE_STEPS = 3
FADE_IN_START_SHARE = 0.3  # of the volume, for new music that fades in


class Fade:
    """Volumes (0..100) and when to set them, in seconds on the player's clock."""

    def __init__(self) -> None:
        self._steps: list[tuple[float, int]] = []
        self._last_set: int | None = None

    @property
    def goal(self) -> int | None:
        """The volume at the end; None if no fade is under way."""
        return self._steps[-1][1] if self._steps else None

    @property
    def next_step_at(self) -> float | None:
        """When the next step is due; None if no fade is under way."""
        return self._steps[0][0] if self._steps else None

    def start(self, now: float, volume: int, goal: int) -> None:
        """Fade from `volume` to `goal`."""
        self._last_set = volume
        self._steps = [
            (now + FADE_STEP_S * step, volume + round((goal - volume) * step / FADE_STEPS))
            for step in range(1, FADE_STEPS + 1)
        ]

    def start_low(self, now: float, volume: int, goal: int) -> int:
        """Fade new music in, up to `goal`. Returns the volume to begin it with."""
        low = round(volume * FADE_IN_START_SHARE)
        self.start(now, low, goal)
        return low

    def stop(self) -> None:
        self._steps, self._last_set = [], None

    def step(self, now: float, volume: int | None) -> int | None:
        """Return the volume to set now, None for none.

        volume: as observed; if it isn't what was set last, a person has set it and the fade stops.
        """
        if volume is None or (self._last_set is not None and abs(volume - self._last_set) > VOLUME_TOLERANCE):
            self.stop()
            return None
        due = [step for step in self._steps if step[0] <= now]
        if not due:
            return None
        self._steps = self._steps[len(due) :]
        self._last_set = due[-1][1]
        return self._last_set
