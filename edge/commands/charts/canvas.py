"""What all charts draw with: colours, text, lines and shapes on a white picture, and its encoding as PNG.

Colours are in OpenCV's order: blue, green, red. Positions and sizes are in pixels unless stated otherwise.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.values import ABSENT, UNKNOWN

Colour = tuple[int, int, int]
Canvas = NDArray[np.uint8]
FONT = cv2.FONT_HERSHEY_DUPLEX
WHITE: Colour = (255, 255, 255)
INK: Colour = (60, 45, 40)
FAINT: Colour = (115, 105, 100)
GRID: Colour = (232, 228, 226)
# Distinguishable with colour blindness too.
COLOURS: dict[str, Colour] = {
    "angry": (40, 60, 200),
    "disgust": (60, 120, 70),
    "fear": (150, 60, 110),
    "happy": (30, 170, 240),
    "sad": (180, 110, 40),
    "surprise": (160, 120, 230),
    "neutral": (140, 140, 140),
}
MOOD_COLOURS: dict[str, Colour] = COLOURS | {ABSENT: (225, 222, 220), UNKNOWN: (190, 186, 183)}


def blank(width: int, height: int) -> Canvas:
    """A white picture, (height, width, 3)."""
    return np.full((height, width, 3), 255, np.uint8)


def png(picture: Canvas) -> bytes:
    """The picture as a PNG file."""
    encoded, data = cv2.imencode(".png", picture)
    if not encoded:
        raise ValueError("OpenCV can't write PNG")
    return bytes(data.tobytes())


def plain(text: str) -> str:
    """The text in ASCII, all that OpenCV's fonts have: accents are dropped, other letters become a dot."""
    letters = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O"))
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" else "." for letter in letters)


def width_of(text: str, size: float) -> int:
    """The width of a line of text."""
    return int(cv2.getTextSize(plain(text), FONT, size, 1)[0][0])


def write(
    picture: Canvas,
    text: str,
    position: tuple[float, float],
    *,
    size: float = 0.45,
    colour: Colour = INK,
    anchor: str = "left",
    baseline: bool = False,
    outlined: bool = False,
) -> None:
    """Draw one line of text.

    position: of the text's left end, middle or right end (`anchor`), at half its height or, with `baseline`, at its
    baseline. size: a factor of the font's own size. outlined: draw a white outline behind the letters.
    """
    text = plain(text)
    (width, height), _ = cv2.getTextSize(text, FONT, size, 1)
    shift = {"left": 0.0, "middle": width / 2, "right": float(width)}[anchor]
    corner = (round(position[0] - shift), round(position[1] + (0 if baseline else height / 2)))
    if outlined:
        cv2.putText(picture, text, corner, FONT, size, WHITE, 4, cv2.LINE_AA)
    cv2.putText(picture, text, corner, FONT, size, colour, 1, cv2.LINE_AA)


def write_upwards(
    picture: Canvas, text: str, centre: tuple[float, float], *, size: float = 0.45, colour: Colour = INK
) -> None:
    """Draw one line of text that reads from bottom to top."""
    (width, height), below = cv2.getTextSize(plain(text), FONT, size, 1)
    strip = blank(width + 4, height + below + 4)
    middle = (strip.shape[1] / 2, strip.shape[0] / 2 - below / 4)
    write(strip, text, middle, size=size, colour=colour, anchor="middle")
    rotated = cv2.rotate(strip, cv2.ROTATE_90_COUNTERCLOCKWISE)
    height, width = rotated.shape[:2]
    left, top = round(centre[0] - width / 2), round(centre[1] - height / 2)
    picture[top : top + height, left : left + width] = rotated


def shorten(text: str, max_width: float, size: float) -> str:
    """The text, cut to this width; empty where not even one letter fits."""
    if width_of(text, size) <= max_width:
        return text
    while text and width_of(text + "..", size) > max_width:
        text = text[:-1]
    return text + ".." if text else ""


def band(picture: Canvas, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
    """Fill a rectangle, at least one pixel wide and high; `right` and `bottom` aren't part of it."""
    x, y = max(0, round(left)), max(0, round(top))
    picture[y : max(y + 1, round(bottom)), x : max(x + 1, round(right))] = colour


def line(picture: Canvas, points: Sequence[tuple[float, float]], colour: Colour, thickness: int = 2) -> None:
    """Draw a line through the points."""
    if len(points) > 1:
        rounded = np.round(np.array(points)).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(picture, [rounded], isClosed=False, color=colour, thickness=thickness, lineType=cv2.LINE_AA)


def dot(picture: Canvas, centre: tuple[int, int], radius: int, colour: Colour) -> None:
    """Draw a filled circle."""
    cv2.circle(picture, centre, radius, colour, -1, cv2.LINE_AA)


def cross(picture: Canvas, centre: tuple[int, int], arm: int) -> None:
    """Draw an X, in ink with a white outline. arm: its reach to each side."""
    x, y = centre
    for thickness, colour in ((5, WHITE), (2, INK)):
        line(picture, [(x - arm, y - arm), (x + arm, y + arm)], colour, thickness)
        line(picture, [(x - arm, y + arm), (x + arm, y - arm)], colour, thickness)


def legend(picture: Canvas, names: Sequence[str], position: tuple[float, float], step: float) -> None:
    """Draw the moods' names behind coloured squares, from left to right. step: from one to the next."""
    x, y = position
    for name in names:
        band(picture, x, y - 6, x + 12, y + 6, MOOD_COLOURS[name])
        write(picture, name, (x + 18, y), size=0.4, colour=FAINT)
        x += step
