"""The part of a frame that a detector searches: the whole frame reduced, or a region round a known face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from edge.config.vision import Area
from edge.values import Box, Face, Grey

# The whole frame is searched at this width: near faces are still found, at a quarter of the cost of 640 pixels.
SEARCH_WIDTH_PX = 320
# A far search takes a part of the frame, so that faces keep their pixels: two by two tiles of the size that the whole
# frame is usually reduced to, since a network for larger ones would take 18 MB. Tiles and parts overlap by a head.
TILE_WIDTH_PX, TILE_HEIGHT_PX, OVERLAP_PX = SEARCH_WIDTH_PX, SEARCH_WIDTH_PX * 3 // 4, 64
WIDE_WIDTH_PX, WIDE_HEIGHT_PX = 2 * TILE_WIDTH_PX - OVERLAP_PX, 2 * TILE_HEIGHT_PX - OVERLAP_PX
# A frame of no more pixels than this is searched in smaller parts, enlarged by this factor.
WIDE_ZOOM, ZOOM_BELOW_PX = 1.5, 640 * 480
# A face narrower than this at SEARCH_WIDTH_PX may be missed there.
SURE_WIDTH_PX = 24
# A region is reduced to a square with this side, in which the face fills about half.
REGION_SIDE_PX = 80
REGION_MIN_SIDE_PX = 24
# Intersection over union below which a face in a region isn't the one that was there.
SAME_FACE_OVERLAP = 0.15


@dataclass(frozen=True, eq=False)
class Region:
    """A square part of a frame. x, y: its upper left corner in pixels of the frame."""

    grey: Grey
    x: int
    y: int

    @property
    def scale(self) -> float:
        """Pixels of the frame for each pixel of `reduced`."""
        return float(self.grey.shape[0] / REGION_SIDE_PX)

    def reduced(self) -> Grey:
        """The region as (REGION_SIDE_PX, REGION_SIDE_PX)."""
        small = cv2.resize(self.grey, (REGION_SIDE_PX, REGION_SIDE_PX), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8)

    def to_frame(self, face: Face) -> Face:
        """A face found in the region, in pixels of the frame."""
        return moved(face, self.x, self.y)


def moved(face: Face, x: float, y: float) -> Face:
    """The face, moved by x and y pixels."""
    box, landmarks = face.box, face.landmarks
    if landmarks is not None:
        landmarks = tuple((u + x, v + y) for u, v in landmarks)
    return replace(face, box=Box(box.x + x, box.y + y, box.w, box.h), landmarks=landmarks)


def region_around(grey: Grey, box: Box) -> Region | None:
    """A square of twice the box's size round it, moved into the frame; None if the box is too small or too large."""
    side = min(round(2 * max(box.w, box.h)), *grey.shape)
    if side < REGION_MIN_SIDE_PX or max(box.w, box.h) > side:
        return None
    height, width = grey.shape
    x = min(max(round(box.centre[0] - side / 2), 0), width - side)
    y = min(max(round(box.centre[1] - side / 2), 0), height - side)
    return Region(grey[y : y + side, x : x + side], x, y)


def closest(faces: list[Face], box: Box) -> Face | None:
    """The face that overlaps most with `box`; None if none is the same face."""
    best = max(faces, key=lambda face: face.box.overlap(box), default=None)
    return best if best is not None and best.box.overlap(box) > SAME_FACE_OVERLAP else None


def distinct(faces: list[Face], overlap: float) -> list[Face]:
    """Without duplicates, such as a face that two searches found; the first of them stays.

    overlap: the intersection over union from which two faces are the same.
    """
    kept: list[Face] = []
    for face in faces:
        if all(face.box.overlap(other.box) < overlap for other in kept):
            kept.append(face)
    return kept


@dataclass(frozen=True, eq=False)
class WidePart:
    """A part of a frame for a far search. x, y: its upper left corner. zoom: how much it's enlarged before it."""

    grey: Grey
    x: int
    y: int
    zoom: float

    def enlarged(self) -> Grey:
        """The part as it is searched, WIDE_WIDTH_PX x WIDE_HEIGHT_PX at most."""
        if self.zoom == 1:
            return self.grey
        height, width = self.grey.shape
        size = min(WIDE_WIDTH_PX, round(width * self.zoom)), min(WIDE_HEIGHT_PX, round(height * self.zoom))
        return np.asarray(cv2.resize(self.grey, size, interpolation=cv2.INTER_LINEAR), np.uint8)

    def tiles(self) -> list[tuple[Grey, int, int]]:
        """What is searched at once, TILE_WIDTH_PX x TILE_HEIGHT_PX at most, and its corner (x, y) in `enlarged`."""
        whole = self.enlarged()
        height, width = whole.shape
        rows, columns = _starts(height, TILE_HEIGHT_PX), _starts(width, TILE_WIDTH_PX)
        return [(whole[y : y + TILE_HEIGHT_PX, x : x + TILE_WIDTH_PX], x, y) for y in rows for x in columns]

    def to_frame(self, face: Face, x: float = 0, y: float = 0) -> Face:
        """A face in pixels of the frame, found in the part or in its tile at (x, y)."""
        return moved(face, self.x + x / self.zoom, self.y + y / self.zoom)


def wide_part(grey: Grey, turn: int) -> WidePart:
    """The part of the frame that a far search takes in this turn.

    turn: counts up from 0; after as many turns as there are parts, the first part comes again.
    """
    zoom, columns, rows = _wide_layout(grey.shape)
    x, y = columns[turn % len(columns)], rows[turn // len(columns) % len(rows)]
    return WidePart(grey[y : y + int(WIDE_HEIGHT_PX / zoom), x : x + int(WIDE_WIDTH_PX / zoom)], x, y, zoom)


def wide_parts(shape: tuple[int, ...]) -> int:
    """How many parts a far search of the whole frame takes."""
    _, columns, rows = _wide_layout(shape)
    return len(columns) * len(rows)


def _wide_layout(shape: tuple[int, ...]) -> tuple[float, list[int], list[int]]:
    """The zoom, and where the parts of a frame of this shape begin: their columns and rows."""
    height, width = shape[:2]
    zoom = WIDE_ZOOM if width * height <= ZOOM_BELOW_PX else 1.0
    return zoom, _starts(width, int(WIDE_WIDTH_PX / zoom)), _starts(height, int(WIDE_HEIGHT_PX / zoom))


def _starts(length: int, part: int) -> list[int]:
    """Where parts that overlap by OVERLAP_PX at least begin, evenly spaced."""
    if length <= part:
        return [0]
    count = -(-(length - OVERLAP_PX) // (part - OVERLAP_PX))
    return [round(index * (length - part) / (count - 1)) for index in range(count)]


def reduce_frame(grey: Grey) -> tuple[Grey, float]:
    """The frame at SEARCH_WIDTH_PX or less, and the pixels of the frame for each pixel of it."""
    height, width = grey.shape
    if width <= SEARCH_WIDTH_PX:
        return grey, 1.0
    scale = width / SEARCH_WIDTH_PX
    size = (SEARCH_WIDTH_PX, max(1, round(height / scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def outside(faces: list[Face], areas: Sequence[Area], shape: tuple[int, ...]) -> list[Face]:
    """The faces whose middle is in none of these areas of a frame of this shape, (height, width)."""
    return [face for face in faces if not any(_contains(area, face.box, shape) for area in areas)]


def as_boxes(areas: Sequence[Area], shape: tuple[int, ...]) -> list[Box]:
    """These areas of a frame of this shape, (height, width), in its pixels."""
    high, wide = shape[:2]
    return [Box(left * wide, top * high, width * wide, height * high) for left, top, width, height in areas]


def _contains(area: Area, box: Box, shape: tuple[int, ...]) -> bool:
    left, top, width, height = area
    x, y = box.centre[0] / shape[1], box.centre[1] / shape[0]
    return left <= x <= left + width and top <= y <= top + height
