"""Pictures drawn with OpenCV: what graphs have in common, namely a canvas, text, bands and lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.commands.charts.songs import COLOURS
from edge.values import ABSENT, UNKNOWN

Colour = tuple[int, int, int]
Canvas = NDArray[np.uint8]
WHITE: Colour = (255, 255, 255)
INK: Colour = (60, 45, 40)
FAINT: Colour = (140, 130, 125)
GRID: Colour = (232, 228, 225)
FONT = cv2.FONT_HERSHEY_DUPLEX
# Blue, green, red.
MOOD_COLOURS: dict[str, Colour] = {
    **COLOURS,
    ABSENT: (225, 222, 220),
    UNKNOWN: (190, 186, 183),
}


def canvas(width: int, height: int) -> Canvas:
    """(height, width, 3) white."""
    return np.full((height, width, 3), 255, np.uint8)


def png(picture: Canvas) -> bytes:
    """The picture as a PNG file."""
    done, data = cv2.imencode(".png", picture)
    if not done:
        raise ValueError("OpenCV can't write PNG")
    return bytes(data.tobytes())


def plain(text: str) -> str:
    """What OpenCV's fonts can draw: accents are dropped, and what is left over of other scripts becomes a dot."""
    letters = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O"))
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" else "." for letter in letters)


def width_of(text: str, size: float) -> int:
    """Pixels."""
    return int(cv2.getTextSize(plain(text), FONT, size, 1)[0][0])


def write(
    picture: Canvas,
    text: str,
    at: tuple[float, float],
    *,
    size: float = 0.45,
    colour: Colour = INK,
    anchor: str = "left",
) -> None:
    """One line of text; `at` is its left end, middle or right end (`anchor`), at half its height."""
    text = plain(text)
    (wide, high), _ = cv2.getTextSize(text, FONT, size, 1)
    shift = {"left": 0.0, "middle": wide / 2, "right": float(wide)}[anchor]
    corner = (round(at[0] - shift), round(at[1] + high / 2))
    cv2.putText(picture, text, corner, FONT, size, colour, 1, cv2.LINE_AA)


def shorten(text: str, most: float, size: float) -> str:
    """The text, cut to so many pixels."""
    if width_of(text, size) <= most:
        return text
    while text and width_of(text + "..", size) > most:
        text = text[:-1]
    return text + ".." if text else ""


def band(picture: Canvas, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
    """A filled rectangle, one pixel wide at least."""
    x, y = max(0, round(left)), max(0, round(top))
    picture[y : max(y + 1, round(bottom)), x : max(x + 1, round(right))] = colour


def line(picture: Canvas, points: Sequence[tuple[float, float]], colour: Colour, thickness: int = 2) -> None:
    """A line through the points."""
    if len(points) > 1:
        drawn = np.round(np.array(points)).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(picture, [drawn], isClosed=False, color=colour, thickness=thickness, lineType=cv2.LINE_AA)


def legend(picture: Canvas, names: Sequence[str], at: tuple[float, float], step: float) -> None:
    """Coloured squares with the moods' names, from left to right."""
    x, y = at
    for name in names:
        band(picture, x, y - 6, x + 12, y + 6, MOOD_COLOURS[name])
        write(picture, name, (x + 18, y), size=0.4, colour=FAINT)
        x += step
