"""A drawn bust around a composite face: hair, head, neck and a pullover."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.faces import EYE_GAP, EYE_LINE, TILE, oval

Picture = NDArray[np.uint8]
Layer = NDArray[np.float32]

WIDE, HIGH = 420, 560
"""Size of the bust's canvas, in pixels."""
FACE_LEFT, FACE_TOP = (WIDE - TILE) // 2, 16
MIDDLE = (WIDE / 2, FACE_TOP + EYE_LINE + 0.45 * EYE_GAP)
"""Centre of the face on that canvas: (x, y)."""
HALF_WIDTH = 178
"""From the centre to the outside of the shoulders, in pixels."""

_HAIR, _HAIR_LIGHT = (34, 44, 62), (54, 70, 98)
_PULLOVER, _PULLOVER_DARK, _PULLOVER_LIGHT = (116, 92, 54), (92, 72, 42), (134, 110, 72)
_SKIN_LEVEL, _SHADE_LEVEL = 158, 112
_FINE = 2


@dataclass(frozen=True)
class Pose:
    """The person's pose: centre of the face in the frame, in pixels, its size (1 = as on the sheet) and its tilt."""

    x: float
    y: float
    scale: float
    degrees: float

    def matrix(self) -> NDArray[np.float64]:
        """Return the 2x3 matrix from the bust's canvas to the frame."""
        matrix = np.asarray(cv2.getRotationMatrix2D(MIDDLE, self.degrees, self.scale), np.float64)
        matrix[:, 2] += np.array([self.x - MIDDLE[0], self.y - MIDDLE[1]])
        return matrix

    def box(self) -> tuple[int, int, int, int]:
        """Return about the box of a face detector: (x, y, width, height) in the frame, in pixels."""
        width, height = 2.2 * EYE_GAP * self.scale, 2.75 * EYE_GAP * self.scale
        return round(self.x - width / 2), round(self.y - height / 2), round(width), round(height)


def skin(levels: NDArray[np.floating]) -> Layer:
    """Convert grey levels (...) to skin colours (..., 3) of about the same brightness, blue, green, red."""
    grey = np.asarray(levels, np.float32)[..., None]
    warmth = np.array([0.78, 0.955, 1.175], np.float32)
    # Eyes and teeth stay nearly white.
    tint = 1 + (warmth - 1) * np.clip((262 - grey) / 70, 0.25, 1)
    return np.asarray(np.clip(grey * tint, 0, 255), np.float32)


class Bust:
    """Draws the bust once, and the face for each frame."""

    def __init__(self) -> None:
        self._colour = np.zeros((HIGH, WIDE, 3), np.float32)
        self._cover = np.zeros((HIGH, WIDE), np.float32)
        self._draw_behind()
        self._face_mask = oval(51, 67, 14)
        self._hair_front = cv2.GaussianBlur(_mask(_fringe()), (0, 0), 1.6)
        self._strands = _strands()

    def put(self, frame: Picture, face: NDArray[np.floating], pose: Pose) -> Picture:
        """Return `frame` with the person in it; `face` is a tile of grey levels, (TILE, TILE)."""
        colour = self._colour.copy()
        inside = np.s_[FACE_TOP : FACE_TOP + TILE, FACE_LEFT : FACE_LEFT + TILE]
        mask = self._face_mask[..., None]
        colour[inside] = mask * skin(face) + (1 - mask) * colour[inside]
        front = self._hair_front[..., None]
        colour = front * self._strands + (1 - front) * colour
        matrix = pose.matrix()
        size = (frame.shape[1], frame.shape[0])
        cover = cv2.warpAffine(self._cover, matrix, size, flags=cv2.INTER_LINEAR)[..., None]
        moved = cv2.warpAffine(colour, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return (cover * moved + (1 - cover) * frame).astype(np.uint8)

    def _draw_behind(self) -> None:
        x, y = MIDDLE
        y_down = np.mgrid[:HIGH, :WIDE][0].astype(np.float32)
        self._lay(_ellipse(x, y - 6, 80, 96), _strands())
        self._lay(_mask([(x - 78, y), (x + 78, y), (x + 70, y + 92), (x - 70, y + 92)]), _strands())
        shade = np.clip(_SHADE_LEVEL + 0.5 * (y_down - y - 80), 80, _SKIN_LEVEL - 14)
        self._lay(_mask([(x - 31, y + 40), (x + 31, y + 40), (x + 40, y + 130), (x - 40, y + 130)]), skin(shade))
        self._pullover(x, y)
        self._lay(_ellipse(x, y, 57, 72), skin(np.full((HIGH, WIDE), _SKIN_LEVEL - 26, np.float32)))

    def _pullover(self, x: float, y: float) -> None:
        right = [(30, 112), (60, 122), (104, 134), (138, 150), (160, 178), (172, 230)]
        right += [(HALF_WIDTH, 330), (HALF_WIDTH, 480)]
        outline = [(x + dx, y + dy) for dx, dy in right] + [(x - dx, y + dy) for dx, dy in right[::-1]]
        across = np.abs(np.mgrid[:HIGH, :WIDE][1] - x).astype(np.float32)
        fade = np.clip(across / HALF_WIDTH, 0, 1)[..., None] ** 1.5
        cloth = (1 - fade) * np.array(_PULLOVER_LIGHT, np.float32) + fade * np.array(_PULLOVER_DARK, np.float32)
        self._lay(_mask(outline), cloth)
        collar = np.clip(_ellipse(x, y + 110, 50, 30) - _ellipse(x, y + 102, 38, 25), 0, 1)
        self._lay(collar, np.full((HIGH, WIDE, 3), _PULLOVER, np.float32))
        self._lay(_ellipse(x, y + 100, 38, 24), skin(np.full((HIGH, WIDE), _SKIN_LEVEL - 30, np.float32)))
        shadow = cv2.GaussianBlur(_ellipse(x, y + 84, 44, 22), (0, 0), 7)
        self._lay(shadow * 0.6, skin(np.full((HIGH, WIDE), _SHADE_LEVEL - 16, np.float32)))

    def _lay(self, mask: Layer, colour: Layer) -> None:
        self._colour = mask[..., None] * colour + (1 - mask[..., None]) * self._colour
        self._cover = np.maximum(self._cover, mask)


def _strands() -> Layer:
    """Return the colour of the hair: a sheen from the lamp and faint strands."""
    y, x = np.mgrid[:HIGH, :WIDE].astype(np.float32)
    sheen = np.exp(-(((x - MIDDLE[0] - 26) / 40) ** 2) - ((y - MIDDLE[1] + 84) / 20) ** 2)
    strand = 0.12 * np.sin(0.55 * (x + 0.0035 * (y - MIDDLE[1]) * (x - MIDDLE[0])))
    share = np.clip(sheen + strand, 0, 1)[..., None]
    return np.asarray((1 - share) * np.array(_HAIR, np.float32) + share * np.array(_HAIR_LIGHT, np.float32), np.float32)


def _fringe() -> list[tuple[float, float]]:
    """Return the hair in front of the forehead, parted at one side."""
    x, y = MIDDLE
    top = [(x + 80 * np.cos(a), y - 6 + 96 * np.sin(a)) for a in np.linspace(np.pi, 2 * np.pi, 40)]
    edge = [(79, 40), (66, 66), (55, 26), (51, -10), (45, -38), (30, -58), (8, -68), (-8, -70), (-28, -60)]
    edge += [(-45, -38), (-51, -10), (-55, 26), (-66, 66), (-79, 40)]
    return top + [(x + dx, y + dy) for dx, dy in edge]


def _mask(points: list[tuple[float, float]]) -> Layer:
    canvas = np.zeros((HIGH * _FINE, WIDE * _FINE), np.uint8)
    cv2.fillPoly(canvas, [(np.array(points) * _FINE).round().astype(np.int32)], 255)
    return np.float32(1 / 255) * cv2.resize(canvas, (WIDE, HIGH), interpolation=cv2.INTER_AREA).astype(np.float32)


def _ellipse(x: float, y: float, across: float, down: float) -> Layer:
    canvas = np.zeros((HIGH * _FINE, WIDE * _FINE), np.uint8)
    centre, axes = (round(x * _FINE), round(y * _FINE)), (round(across * _FINE), round(down * _FINE))
    cv2.ellipse(canvas, centre, axes, 0, 0, 360, 255, -1)
    return np.float32(1 / 255) * cv2.resize(canvas, (WIDE, HIGH), interpolation=cv2.INTER_AREA).astype(np.float32)
