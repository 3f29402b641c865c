"""Who is who from frame to frame, by where faces are, without knowing anybody."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from edge.values import Box, Face

FORGET_AFTER = 2.0
LEAST_OVERLAP = 0.2


@dataclass(frozen=True)
class Track:
    """A person while in view; `number` means nothing beyond that. first, seen: when they were seen first and last."""

    number: int
    box: Box
    first: float
    seen: float


class Tracks:
    """The people in view. Someone hidden for less than FORGET_AFTER seconds is still the same person."""

    def __init__(self) -> None:
        self._held: dict[int, Track] = {}
        self._next = 1

    @property
    def held(self) -> list[Track]:
        """All who are remembered, seen just now or not."""
        return list(self._held.values())

    def update(self, now: float, faces: list[Face]) -> list[Track]:
        """Match the faces of one look to people; gives those seen now."""
        self._held = {n: t for n, t in self._held.items() if 0 <= now - t.seen <= FORGET_AFTER}
        pairs = sorted(
            ((_closeness(t.box, f.box), n, i) for n, t in self._held.items() for i, f in enumerate(faces)),
            reverse=True,
        )
        taken: dict[int, int] = {}
        for closeness, number, index in pairs:
            if closeness >= LEAST_OVERLAP and number not in taken.values() and index not in taken:
                taken[index] = number
        seen = []
        for index, face in enumerate(faces):
            if index in taken:
                track = replace(self._held[taken[index]], box=face.box, seen=now)
            else:
                track = Track(self._next, face.box, now, now)
                self._next += 1
            self._held[track.number] = track
            seen.append(track)
        return seen

    def clear(self) -> None:
        """Forget everybody, as when the camera is switched off."""
        self._held.clear()


def _closeness(a: Box, b: Box) -> float:
    """1 for the same box; overlap, or nearness for somebody who moved by less than a face's width between looks."""
    side = math.sqrt(max(a.area, b.area, 1.0))
    alike = math.sqrt(min(a.area, b.area) / max(a.area, b.area, 1.0))
    near = 1 - math.dist(a.centre, b.centre) / (1.5 * side)
    return max(a.overlap(b), 0.6 * near if alike > 0.5 else 0.0)
