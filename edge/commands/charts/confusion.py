"""The chart of `evaluate`: a confusion matrix, with labels as rows and predictions as columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.commands.charts import canvas

# Layout in pixels: a cell's side, and the margins around the matrix.
CELL, LEFT, TOP, RIGHT, BOTTOM = 92, 138, 118, 30, 30
# Blue, green, red: the colours of a share of 1 and of 0.
FULL = np.array((122, 74, 28), np.float64)
EMPTY = np.array((251, 248, 245), np.float64)


def confusion_png(matrix: NDArray[np.int64], labels: tuple[str, ...], title: str) -> bytes:
    """(classes, classes) counts as a PNG file; each cell shows its share of the row, with the count below."""
    classes = len(labels)
    if matrix.shape != (classes, classes):
        raise ValueError(f"a {matrix.shape} matrix doesn't fit {classes} labels")
    shares = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    height, width = TOP + classes * CELL + BOTTOM, LEFT + classes * CELL + RIGHT
    picture = canvas.blank(width, height)
    middle = LEFT + classes * CELL / 2
    canvas.write(picture, title, (width / 2, 30), size=0.8, anchor="middle")
    canvas.write(picture, "predicted", (middle, 66), size=0.5, colour=canvas.FAINT, anchor="middle")
    canvas.write_upwards(picture, "label", (24, TOP + classes * CELL / 2), size=0.5, colour=canvas.FAINT)
    for index, label in enumerate(labels):
        offset = (index + 0.5) * CELL
        for position in ((LEFT + offset, TOP - 18), (LEFT - 52, TOP + offset)):
            canvas.write(picture, label, position, size=0.5, anchor="middle")
    for row in range(classes):
        for column in range(classes):
            _cell(picture, row, column, float(shares[row, column]), int(matrix[row, column]))
    return canvas.png(picture)


def _cell(picture: canvas.Canvas, row: int, column: int, share: float, count: int) -> None:
    x, y = LEFT + column * CELL, TOP + row * CELL
    # An exponent below 1 keeps small shares, the interesting ones, visible.
    colour = EMPTY + (FULL - EMPTY) * share**0.7
    picture[y + 1 : y + CELL - 1, x + 1 : x + CELL - 1] = colour.round().astype(np.uint8)
    ink = canvas.WHITE if share > 0.45 else canvas.INK
    for text, height, size in ((f"{100 * share:.0f} %", 0.42, 0.62), (str(count), 0.72, 0.42)):
        canvas.write(picture, text, (x + CELL / 2, y + CELL * height), size=size, colour=ink, anchor="middle")
