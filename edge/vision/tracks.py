"""Follows people from look to look by the places of their faces; nobody is recognised."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from edge.values import Box, Face
from edge.vision.pace import HELD_S

# Somebody hidden for less than this is still the same person, while looks are frequent.
FORGET_AFTER_S = HELD_S
# A face that is less close than this (0..1) to a track isn't matched to it.
MIN_CLOSENESS = 0.2
# A face that moved is matched by distance if the sizes are this similar; within this many sides, at this weight.
SIMILAR_SIZE, REACH_SIDES, DISTANCE_WEIGHT = 0.5, 1.5, 0.6


@dataclass(frozen=True)
class Track:
    """A person while in view. number: unique among the tracks. first_seen, last_seen: seconds."""

    number: int
    box: Box
    first_seen: float
    last_seen: float


class Tracks:
    """The people in view, or who were until a moment ago."""

    def __init__(self) -> None:
        self._tracks: dict[int, Track] = {}
        self._next_number = 1

    @property
    def all(self) -> list[Track]:
        """All tracks, including people who weren't found in the last look."""
        return list(self._tracks.values())

    def update(self, now: float, faces: list[Face], held_for: float = FORGET_AFTER_S) -> list[Track]:
        """Match the faces of one look to tracks; return one track for each face, in their order.

        held_for: whoever was seen last more than so many seconds ago is forgotten.
        """
        self._tracks = {n: t for n, t in self._tracks.items() if 0 <= now - t.last_seen <= held_for}
        pairs = sorted(
            ((_closeness(t.box, f.box), n, i) for n, t in self._tracks.items() for i, f in enumerate(faces)),
            reverse=True,
        )
        matched: dict[int, int] = {}
        for closeness, number, index in pairs:
            if closeness >= MIN_CLOSENESS and number not in matched.values() and index not in matched:
                matched[index] = number
        current = []
        for index, face in enumerate(faces):
            if index in matched:
                track = replace(self._tracks[matched[index]], box=face.box, last_seen=now)
            else:
                track = Track(self._next_number, face.box, now, now)
                self._next_number += 1
            self._tracks[track.number] = track
            current.append(track)
        return current

    def clear(self) -> None:
        """Forget everybody, for example when the camera is switched off."""
        self._tracks.clear()


def _closeness(a: Box, b: Box) -> float:
    """0..1, and 1 for the same box: the overlap, or for somebody who moved quickly the nearness of the centres."""
    side = math.sqrt(max(a.area, b.area, 1.0))
    similarity = math.sqrt(min(a.area, b.area) / max(a.area, b.area, 1.0))
    nearness = 1 - math.dist(a.centre, b.centre) / (REACH_SIDES * side)
    return max(a.overlap(b), DISTANCE_WEIGHT * nearness if similarity > SIMILAR_SIZE else 0.0)
