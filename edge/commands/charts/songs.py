"""Songs in the plane of valence and energy as a picture, each in its mood's colour."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.library.placement import PLANE
from edge.songs import SONG_MOODS, Placed

SIDE, LEFT, TOP, RIGHT, BOTTOM = 720, 84, 76, 216, 70
FONT = cv2.FONT_HERSHEY_DUPLEX
INK, FAINT, GRID = (60, 45, 40), (115, 105, 100), (232, 228, 226)
# Blue, green, red; apart for eyes that see fewer colours too.
COLOURS = {
    "angry": (40, 60, 200),
    "disgust": (60, 120, 70),
    "fear": (150, 60, 110),
    "happy": (30, 170, 240),
    "sad": (180, 110, 40),
    "surprise": (160, 120, 230),
    "neutral": (140, 140, 140),
}


def plane_png(placed: Sequence[Placed], title: str) -> bytes:
    """Draw songs as a PNG file: valence to the right, energy upwards; a cross stands where each mood lies."""
    canvas = np.full((TOP + SIDE + BOTTOM, LEFT + SIDE + RIGHT, 3), 255, np.uint8)
    _axes(canvas, title)
    shown = [one for one in placed if one.song.features is not None and one.song.features.placeable]
    radius = 3 if len(shown) > 2000 else 4 if len(shown) > 300 else 6
    for one in shown:
        assert one.song.features is not None
        at = _at(one.song.features.valence or 0.0, one.song.features.energy or 0.0)
        cv2.circle(canvas, at, radius, COLOURS[one.mood], -1, cv2.LINE_AA)
    for number, mood in enumerate(SONG_MOODS):
        count = sum(one.mood == mood for one in placed)
        x, y = _at(*PLANE[number])
        for thick, colour in ((5, (255, 255, 255)), (2, INK)):
            cv2.line(canvas, (x - 9, y - 9), (x + 9, y + 9), colour, thick, cv2.LINE_AA)
            cv2.line(canvas, (x - 9, y + 9), (x + 9, y - 9), colour, thick, cv2.LINE_AA)
        line = TOP + 20 + 34 * number
        cv2.circle(canvas, (LEFT + SIDE + 32, line), 7, COLOURS[mood], -1, cv2.LINE_AA)
        _write(canvas, f"{mood} {count}", (LEFT + SIDE + 48, line + 6), 0.55, INK)
        _outlined(canvas, mood, (x + 12, y + 5))
    done, png = cv2.imencode(".png", canvas)
    if not done:
        raise ValueError("OpenCV can't write PNG")
    return bytes(png.tobytes())


def _at(valence: float, energy: float) -> tuple[int, int]:
    return round(LEFT + valence * SIDE), round(TOP + (1 - energy) * SIDE)


def _axes(canvas: NDArray[np.uint8], title: str) -> None:
    _write(canvas, title, (LEFT, 44), 0.8, INK)
    for step in range(5):
        share = step / 4
        (x, y), text = _at(share, share), f"{share:g}"
        cv2.line(canvas, (x, TOP), (x, TOP + SIDE), GRID, 1)
        cv2.line(canvas, (LEFT, y), (LEFT + SIDE, y), GRID, 1)
        _write(canvas, text, (x - 12, TOP + SIDE + 24), 0.45, FAINT)
        _write(canvas, text, (LEFT - 42, y + 5), 0.45, FAINT)
    _write(canvas, "valence", (LEFT + SIDE // 2 - 30, TOP + SIDE + 52), 0.55, FAINT)
    _write(canvas, "energy", (14, TOP - 14), 0.55, FAINT)


def _write(
    canvas: NDArray[np.uint8], text: str, corner: tuple[int, int], size: float, colour: tuple[int, int, int]
) -> None:
    cv2.putText(canvas, text, corner, FONT, size, colour, 1, cv2.LINE_AA)


def _outlined(canvas: NDArray[np.uint8], text: str, corner: tuple[int, int]) -> None:
    cv2.putText(canvas, text, corner, FONT, 0.5, (255, 255, 255), 4, cv2.LINE_AA)
    cv2.putText(canvas, text, corner, FONT, 0.5, INK, 1, cv2.LINE_AA)
