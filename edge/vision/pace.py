"""How often frames and looks come, which decides for how long people are held between them. Pure."""

from __future__ import annotations

from collections import deque

from edge.median import median

# Somebody who isn't found is held for this long, and for two looks at least.
HELD_S = 2.0
# So long without a frame is a gap, unless the source's frames are usually about as far apart.
GAP_MIN_S, GAP_USUAL_INTERVALS = 10.0, 3.0
_INTERVALS = 5


class LookPace:
    """Takes the time of each look."""

    def __init__(self) -> None:
        self._looks: deque[float] = deque(maxlen=2)

    @property
    def last(self) -> float | None:
        """The time of the last look; None before the first."""
        return self._looks[-1] if self._looks else None

    def look(self, now: float) -> float:
        """Take a look; returns for how many seconds people who aren't found in it are held.

        Whoever was seen in one of the last two looks before this one is held, however far apart they were.
        """
        if self._looks and now < self._looks[-1]:
            # The clock went back.
            self._looks.clear()
        held = now - self._looks[0] if self._looks else 0.0
        self._looks.append(now)
        return max(HELD_S, held)

    def clear(self) -> None:
        """Forget the looks, as when the camera is switched off."""
        self._looks.clear()


class FramePace:
    """Takes the time of each frame, and tells a source that is always slow from a gap without frames."""

    def __init__(self) -> None:
        self._intervals: deque[float] = deque(maxlen=_INTERVALS)
        self._usual = 0.0
        self._last: float | None = None

    @property
    def last(self) -> float | None:
        """The time of the last frame; None before the first."""
        return self._last

    def frame(self, now: float) -> bool:
        """Take a frame; returns whether it ends a gap. A clock that went back is one, too."""
        gap = self.overdue(now) or (self._last is not None and now < self._last)
        if self._last is not None:
            self._intervals.append(max(0.0, now - self._last))
            self._usual = median(self._intervals)
        self._last = now
        return gap

    def overdue(self, now: float) -> bool:
        """Whether there was no frame for so long that what the last one showed says nothing any more.

        May be called by another thread than `frame`.
        """
        last = self._last
        return last is not None and is_gap(now - last, self._usual)


def is_gap(interval: float, usual: float) -> bool:
    """Whether so many seconds between two frames are a gap. usual: seconds between two frames of this source."""
    return interval > max(GAP_MIN_S, GAP_USUAL_INTERVALS * usual)
