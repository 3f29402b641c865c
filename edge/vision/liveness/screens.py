"""Screens: places where one face replaces another and everything around it changes in the same moment, again and again.

A person who turns away changes too, but the wall behind doesn't.
"""

from __future__ import annotations

from collections import deque

from edge.values import Box

# A place is a screen after so many cuts within this time, the first and the last at least so far apart.
CUTS_MIN, CUTS_WITHIN_S, CUTS_SPAN_S = 4, 600.0, 20.0
CUTS_REMEMBERED = 64
# The faces on a screen are of similar sizes: shares of the area that is compared for a face.
SIMILAR_MIN_SHARE, SIMILAR_MAX_SHARE = 0.3, 1.2


class Screens:
    """Takes the cuts, and tells which places are screens."""

    def __init__(self) -> None:
        self._cuts: deque[tuple[float, Box]] = deque(maxlen=CUTS_REMEMBERED)

    def clear(self) -> None:
        """Forget all cuts."""
        self._cuts.clear()

    def add_cut(self, now: float, area: Box) -> None:
        """A face and all that surrounds it, in this area, were replaced."""
        self._cuts.append((now, area))

    def contains(self, now: float, box: Box) -> bool:
        """Whether a face in this box is on a screen."""
        times = [at for at, area in self._cuts if 0 <= now - at <= CUTS_WITHIN_S and _surrounds(area, box)]
        return len(times) >= CUTS_MIN and max(times) - min(times) >= CUTS_SPAN_S


def _surrounds(area: Box, box: Box) -> bool:
    """Whether a face in `box` is in an area round a face of about the same size."""
    x, y = box.centre
    similar = SIMILAR_MIN_SHARE <= max(box.w, box.h) / area.w <= SIMILAR_MAX_SHARE
    return similar and area.x <= x <= area.x + area.w and area.y <= y <= area.y + area.h
