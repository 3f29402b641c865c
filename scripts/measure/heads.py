"""Heads as they are in a living room, drawn over real faces: turned, bowed, half covered. Seeded by the caller.

A face of FER2013 (48x48, about 19 cm wide) is laid on an ellipsoid with a nose, turned, and drawn with hair behind it.
It's a drawing: the skin that a turn would show anew is stretched from its neighbours.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge.values import Grey

# Centimetres: the width of a FER2013 picture, the half axes of the head, and where the tip of the nose is below the
# picture's middle.
PICTURE_CM = 18.7
HEAD_ACROSS, HEAD_DOWN, HEAD_DEEP, NOSE_DOWN = 8.6, 12.0, 9.5, 1.6
NOSE_HIGH, NOSE_ACROSS, NOSE_LONG = 2.4, 1.3, 2.0
# Times as wide as the face.
CANVAS = 1.6


def turned(
    face: Grey, side: int, *, yaw: float = 0, pitch: float = 0, roll: float = 0
) -> tuple[np.ndarray, np.ndarray]:
    """A head whose face is `side` pixels wide: (CANVAS side, CANVAS side) grey levels, and where (0..1) it covers.

    Angles as in `edge.values.Pose`. The head turns about its middle, which stays in the middle of the canvas.
    """
    y, p, r = np.radians([yaw, pitch, roll])
    bow = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    turn = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    tilt = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    rotation = tilt @ turn @ bow
    picture = cv2.resize(face, (side, side), interpolation=cv2.INTER_CUBIC)
    canvas, half, scale = round(CANVAS * side), PICTURE_CM / 2, (side - 1) / PICTURE_CM
    down, across = (np.mgrid[0:canvas, 0:canvas] - (canvas - 1) / 2) / scale
    # The ray through each pixel goes into the head from in front; the first depth at which it's inside is the surface.
    hit = np.full(across.shape, np.nan)
    for depth in np.arange(13.0, -6.0, -0.5):
        x, v, z = np.moveaxis(np.stack([across, down, np.full_like(across, depth)], -1) @ rotation, -1, 0)
        hit = np.where(np.isnan(hit) & (_depth(x, v) >= z) & _is_head(x, v, z), depth, hit)
    inside = ~np.isnan(hit)
    x, v, z = np.moveaxis(np.stack([across, down, np.nan_to_num(hit)], -1) @ rotation, -1, 0)
    columns, rows = (((value + half) * scale).astype(np.float32) for value in (x, v))
    out = cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    # Above the picture's upper rim, and on the back of the head, there is hair.
    hair = np.clip(np.maximum((-v - half * 0.95) / 0.8, (1.0 - z) / 2), 0, 1).astype(np.float32)
    tone = float(np.percentile(face[:8], 15)) * 0.8
    mixed = cv2.GaussianBlur(out + hair * (tone - out), (0, 0), max(0.4, side / 200))
    return mixed, cv2.GaussianBlur(inside.astype(np.float32), (0, 0), max(0.6, side / 120))


def _depth(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far in front of the head's middle its surface is, in cm; -9 where there is none."""
    room = 1 - (x / HEAD_ACROSS) ** 2 - (y / HEAD_DOWN) ** 2
    nose = NOSE_HIGH * np.exp(-((x / NOSE_ACROSS) ** 2) - ((y - NOSE_DOWN) / NOSE_LONG) ** 2)
    return np.asarray(np.where(room > 0, HEAD_DEEP * np.sqrt(np.maximum(room, 0.0)) + nose, -9.0))


def _is_head(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Whether a point isn't behind the head."""
    return np.asarray((x / HEAD_ACROSS) ** 2 + (y / HEAD_DOWN) ** 2 + (np.minimum(z, 0) / HEAD_DEEP) ** 2 <= 1)


def draw(picture: np.ndarray, head: tuple[np.ndarray, np.ndarray], x: float, y: float, wide: float) -> None:
    """A head from `turned` with its middle at (x, y), and hair and shoulders. wide: of the face, pixels."""
    grey, covers = head
    height, half = picture.shape[0], int(wide) // 2
    cv2.ellipse(picture, (int(x), int(y + 2.1 * half)), (int(2.0 * half), int(1.3 * half)), 0, 180, 360, 70.0, -1)
    cv2.rectangle(picture, (int(x - 2 * half), int(y + 2.1 * half)), (int(x + 2 * half), height), 70.0, -1)
    cv2.ellipse(picture, (int(x), int(y - 0.15 * half)), (int(0.98 * half), int(1.3 * half)), 0, 0, 360, 45.0, -1)
    size = grey.shape[0]
    left, top = round(x - size / 2), round(y - size / 2)
    under = picture[max(0, top) : top + size, left : left + size]
    grey, covers = (part[max(0, -top) :][: under.shape[0], : under.shape[1]] for part in (grey, covers))
    under += covers * (grey - under)


def printed(shape: tuple[int, ...], pattern: str, wide: float, random: np.random.Generator) -> np.ndarray:
    """The ink (0..1) of a cloth with stripes or dots. pattern: `stripes` or `dots`. wide: of the face, pixels."""
    down, across = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    period, angle = wide * float(random.uniform(0.05, 0.16)), float(random.uniform(0, np.pi))
    along = (across * np.cos(angle) + down * np.sin(angle)) / period
    aside = (down * np.cos(angle) - across * np.sin(angle)) / period
    if pattern == "stripes":
        ink = along % 1 < random.uniform(0.3, 0.6)
    else:
        ink = np.hypot(along % 1 - 0.5, aside % 1 - 0.5) < random.uniform(0.2, 0.4)
    return np.asarray(cv2.GaussianBlur(ink.astype(np.float32), (0, 0), 0.6))


def hand(picture: np.ndarray, x: float, y: float, wide: float, tone: float, random: np.random.Generator) -> None:
    """Four fingers over (x, y), each with a darker line beside it. wide: of the face, pixels."""
    thick = max(2, int(0.13 * wide))
    for finger in range(4):
        left = x - 0.3 * wide + finger * thick * 1.05
        start, end = (
            (int(left), int(y + 0.45 * wide)),
            (int(left + 0.1 * wide), int(y - (0.2 + 0.05 * finger % 2) * wide)),
        )
        cv2.line(picture, start, end, 0.75 * tone, thick + 2)
        cv2.line(picture, start, end, tone + float(random.normal(0, 6)), thick)


def cup(picture: np.ndarray, x: float, y: float, wide: float, tone: float) -> None:
    """A cup before the mouth at (x, y)."""
    half, high = int(0.27 * wide), int(0.5 * wide)
    cv2.rectangle(picture, (int(x) - half, int(y) - high // 3), (int(x) + half, int(y) + high), tone, -1)
    cv2.rectangle(picture, (int(x) + half // 3, int(y) - high // 3), (int(x) + half, int(y) + high), 0.8 * tone, -1)
    cv2.ellipse(picture, (int(x), int(y) - high // 3), (half, half // 3), 0, 0, 360, 0.6 * tone, -1)


def cloth_mask(picture: np.ndarray, x: float, y: float, wide: float, tone: float) -> None:
    """A mask over mouth and nose, with two folds; (x, y) is the mouth."""
    half = 0.42 * wide
    points = [(x - half, y - 0.22 * wide), (x, y - 0.3 * wide), (x + half, y - 0.22 * wide)]
    points += [(x + 0.65 * half, y + 0.2 * wide), (x, y + 0.28 * wide), (x - 0.65 * half, y + 0.2 * wide)]
    cv2.fillPoly(picture, [np.array(points).astype(np.int32)], tone)
    for fold in (-0.08, 0.06):
        ends = (int(x - 0.8 * half), int(y + fold * wide)), (int(x + 0.8 * half), int(y + fold * wide))
        cv2.line(picture, *ends, 0.85 * tone, max(1, int(wide / 60)))


def cap(picture: np.ndarray, x: float, y: float, wide: float, tone: float) -> None:
    """A cap whose brim hides the eyes, which are at (x, y)."""
    cv2.ellipse(picture, (int(x), int(y - 0.1 * wide)), (int(0.52 * wide), int(0.62 * wide)), 0, 180, 360, tone, -1)
    cv2.ellipse(picture, (int(x), int(y - 0.04 * wide)), (int(0.5 * wide), int(0.14 * wide)), 0, 0, 360, 0.7 * tone, -1)
