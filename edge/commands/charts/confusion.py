"""A confusion matrix as a picture: rows are labels, columns what was told; each row's shares add up to one."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]

CELL, LEFT, TOP, RIGHT, BOTTOM = 92, 138, 118, 30, 30
WHITE: Colour = (255, 255, 255)
INK: Colour = (60, 45, 40)
FAINT: Colour = (115, 105, 100)
# Blue, green, red: what a share of one looks like; nothing is nearly white.
FULL = np.array((122, 74, 28), np.float64)
EMPTY = np.array((251, 248, 245), np.float64)
FONT = cv2.FONT_HERSHEY_DUPLEX


def confusion_png(matrix: NDArray[np.int64], labels: tuple[str, ...], title: str) -> bytes:
    """Draw (classes, classes) counts as a PNG file; each cell shows its share of the row, and the count under it."""
    classes = len(labels)
    if matrix.shape != (classes, classes):
        raise ValueError(f"a {matrix.shape} matrix doesn't fit {classes} labels")
    shares = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    height, width = TOP + classes * CELL + BOTTOM, LEFT + classes * CELL + RIGHT
    canvas = np.full((height, width, 3), 255, np.uint8)
    middle = LEFT + classes * CELL / 2
    _write(canvas, title, (width / 2, 30), 0.8, INK)
    _write(canvas, "what the model said", (middle, 66), 0.5, FAINT)
    _write_upwards(canvas, "label", (24, TOP + classes * CELL / 2), 0.5, FAINT)
    for index, label in enumerate(labels):
        at = (index + 0.5) * CELL
        _write(canvas, label, (LEFT + at, TOP - 18), 0.5, INK)
        _write(canvas, label, (LEFT - 52, TOP + at), 0.5, INK)
    for row in range(classes):
        for column in range(classes):
            _cell(canvas, row, column, float(shares[row, column]), int(matrix[row, column]))
    done, png = cv2.imencode(".png", canvas)
    if not done:
        raise ValueError("OpenCV can't write PNG")
    return bytes(png.tobytes())


def _cell(canvas: NDArray[np.uint8], row: int, column: int, share: float, count: int) -> None:
    x, y = LEFT + column * CELL, TOP + row * CELL
    # The root lets small shares, which are what one looks for, be seen.
    colour = EMPTY + (FULL - EMPTY) * share**0.7
    canvas[y + 1 : y + CELL - 1, x + 1 : x + CELL - 1] = colour.round().astype(np.uint8)
    ink = WHITE if share > 0.45 else INK
    _write(canvas, f"{100 * share:.0f} %", (x + CELL / 2, y + CELL * 0.42), 0.62, ink)
    _write(canvas, str(count), (x + CELL / 2, y + CELL * 0.72), 0.42, ink)


def _write(canvas: NDArray[np.uint8], text: str, centre: tuple[float, float], size: float, colour: Colour) -> None:
    (wide, high), _ = cv2.getTextSize(text, FONT, size, 1)
    corner = (round(centre[0] - wide / 2), round(centre[1] + high / 2))
    cv2.putText(canvas, text, corner, FONT, size, colour, 1, cv2.LINE_AA)


def _write_upwards(
    canvas: NDArray[np.uint8], text: str, centre: tuple[float, float], size: float, colour: Colour
) -> None:
    (wide, high), below = cv2.getTextSize(text, FONT, size, 1)
    strip = np.full((high + below + 4, wide + 4, 3), 255, np.uint8)
    _write(strip, text, (strip.shape[1] / 2, strip.shape[0] / 2 - below / 4), size, colour)
    turned = cv2.rotate(strip, cv2.ROTATE_90_COUNTERCLOCKWISE)
    high, wide = turned.shape[:2]
    top, left = round(centre[1] - high / 2), round(centre[0] - wide / 2)
    canvas[top : top + high, left : left + wide] = turned
