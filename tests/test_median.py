"""The medians are those of Python and numpy, and load neither fractions nor numpy.ma."""

from __future__ import annotations

import statistics
import subprocess
import sys

import numpy as np
import pytest

from edge.median import array_median, median


@pytest.mark.parametrize("values", [[3.0], [1.0, 4.0], [5.0, 1.0, 4.0], [2.0, 2.0, 9.0, -1.0], [0, 1, 2, 3, 4, 5]])
def test_of_numbers(values: list[float]) -> None:
    assert median(values) == statistics.median(values)


def test_of_no_numbers() -> None:
    with pytest.raises(ValueError, match="no median without numbers"):
        median([])


@pytest.mark.parametrize("shape", [(1,), (2,), (7,), (4, 6), (5, 5), (24, 32)])
def test_of_an_array(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    assert array_median(array) == np.median(array)


def test_little_is_loaded() -> None:
    code = """
import sys, numpy as np
from edge.median import array_median, median
array_median(np.arange(4.0)), median([1, 2])
print(*{"numpy.ma", "statistics", "fractions"} & set(sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
