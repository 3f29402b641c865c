"""Screens: places where one face replaces another and everything around it changes in the same moment, again and again.

A person who turns away changes too, but the wall behind doesn't. Cuts are noticed in two ways: a rectangle whose whole
content is replaced from one frame to the next (`cuts`), and a face that is replaced with all that surrounds it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from edge.values import Box

# A place is a screen after so many cuts within this time, the first and the last at least so far apart.
CUTS_MIN, CUTS_WITHIN_S, CUTS_SPAN_S = 4, 600.0, 20.0
CUTS_REMEMBERED = 64
# The faces on a screen are of similar sizes: shares of the area that is compared for a face.
SIMILAR_MIN_SHARE, SIMILAR_MAX_SHARE = 0.3, 1.2
# A rectangle that was replaced once may be a screen; for so long no face in it counts.
SUSPECTED_FOR_S = 15.0
# Twice, so many seconds apart, and it is one. The rectangles of one screen overlap by this (intersection over union).
TWICE_APART_S, SAME_SCREEN_OVERLAP = 1.0, 0.5
# Once is enough if another face appears in it this soon.
REPLACED_WITHIN_S = 3.0
SCREENS_MAX = 8
# A face on a screen lies in it with this share of its area, and a screen shows this many times as much as a face. What
# was replaced with a face and hardly more may be a head.
INSIDE_SHARE, SCREEN_MIN_FACES = 0.6, 1.5


@dataclass
class _Rectangle:
    """A rectangle that was replaced first and last at these times."""

    box: Box
    first: float
    last: float
    sure: bool = False

    def is_known(self, now: float) -> bool:
        return self.sure and 0 <= now - self.last <= CUTS_WITHIN_S

    def is_suspected(self, now: float) -> bool:
        return self.is_known(now) or 0 <= now - self.last <= SUSPECTED_FOR_S


class Screens:
    """Takes the cuts, and tells which places are screens."""

    def __init__(self) -> None:
        self._cuts: deque[tuple[float, Box]] = deque(maxlen=CUTS_REMEMBERED)
        self._rectangles: list[_Rectangle] = []

    def clear(self) -> None:
        """Forget all cuts."""
        self._cuts.clear()
        self._rectangles.clear()

    def add_cut(self, now: float, area: Box) -> None:
        """A face and all that surrounds it, in this area, were replaced."""
        self._cuts.append((now, area))

    def add_rectangle(self, now: float, box: Box) -> None:
        """All that this rectangle shows was replaced."""
        known = next((r for r in self._rectangles if r.box.overlap(box) >= SAME_SCREEN_OVERLAP), None)
        if known is None or not 0 <= now - known.last <= CUTS_WITHIN_S:
            self._rectangles = [r for r in self._rectangles if r is not known][-SCREENS_MAX + 1 :]
            self._rectangles.append(_Rectangle(box, now, now))
            return
        known.sure = known.sure or now - known.first >= TWICE_APART_S
        known.box, known.last = box, now

    def face_replaced(self, now: float, box: Box) -> None:
        """A face in this box is another than the one before."""
        for rectangle in self._rectangles:
            if is_inside(box, rectangle.box) and 0 <= now - rectangle.last <= REPLACED_WITHIN_S:
                rectangle.sure = True

    def suspects(self, now: float, box: Box) -> bool:
        """Whether a face in this box may be on a screen."""
        return any(r.is_suspected(now) and is_inside(box, r.box) for r in self._rectangles) or self.contains(now, box)

    def suspected(self, now: float) -> list[Box]:
        """The rectangles that may be screens, in pixels of the frame."""
        return [rectangle.box for rectangle in self._rectangles if rectangle.is_suspected(now)]

    def contains(self, now: float, box: Box) -> bool:
        """Whether a face in this box is on a screen."""
        if any(r.is_known(now) and is_inside(box, r.box) for r in self._rectangles):
            return True
        times = [at for at, area in self._cuts if 0 <= now - at <= CUTS_WITHIN_S and _surrounds(area, box)]
        return len(times) >= CUTS_MIN and max(times) - min(times) >= CUTS_SPAN_S


def _surrounds(area: Box, box: Box) -> bool:
    """Whether a face in `box` is in an area round a face of about the same size."""
    x, y = box.centre
    similar = SIMILAR_MIN_SHARE <= max(box.w, box.h) / area.w <= SIMILAR_MAX_SHARE
    return similar and area.x <= x <= area.x + area.w and area.y <= y <= area.y + area.h


def is_inside(box: Box, screen: Box) -> bool:
    """Whether a face's box lies in a screen's, which is clearly larger."""
    wide = min(box.x + box.w, screen.x + screen.w) - max(box.x, screen.x)
    high = min(box.y + box.h, screen.y + screen.h) - max(box.y, screen.y)
    return max(wide, 0.0) * max(high, 0.0) >= INSIDE_SHARE * box.area > 0 and screen.area >= SCREEN_MIN_FACES * box.area
