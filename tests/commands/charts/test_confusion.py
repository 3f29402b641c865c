"""The picture of a confusion matrix."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge.commands.charts.confusion import CELL, LEFT, TOP, confusion_png
from edge.values import EXPRESSIONS


def test_cells_are_darker_for_higher_counts() -> None:
    png = confusion_png(np.diag(np.arange(1, 8)), EXPRESSIONS, "a title")
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None and min(picture.shape[:2]) > 600
    assert np.median(picture) > 230
    # Away from a cell's two lines of text.
    cells = picture.mean(2)[TOP + 8 :: CELL, LEFT + 8 :: CELL][:7, :7]
    assert (np.diag(cells) < 110).all() and (cells[~np.eye(7, dtype=bool)] > 230).all()


def test_an_empty_matrix_is_drawn_and_wrong_names_are_an_error() -> None:
    assert confusion_png(np.zeros((7, 7), np.int64), EXPRESSIONS, "nothing").startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="doesn't fit"):
        confusion_png(np.zeros((7, 7), np.int64), ("happy",), "wrong")
