"""Reads numbers as people write them, and finds the scale of a column."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from edge.songs import FEATURES

_DASHES = "-", "--", "\N{EN DASH}", "\N{EM DASH}"
_WORDS = "nan", "null", "none", "nil", "na", "n/a", "#n/a", "#n/d", "n.a.", "k.a.", "unknown", "missing", "undefined"
MISSING = frozenset(("", "?", ".", "\\n", *_DASHES, *_WORDS))
# Upper ends of the scales on which shares are written.
BOUNDS = (10.0, 100.0, 1000.0)
# The share of a column's values that may lie outside its scale, because they are mistakes.
OUTLIERS_MAX = 0.05
SHARES = tuple(name for name, limits in FEATURES.items() if limits == (0.0, 1.0))
_UNIT = re.compile(r"\s*(%|bpm|dB)$", re.IGNORECASE)


def is_missing(text: str) -> bool:
    """Whether a cell says that the value isn't known."""
    return text.lower() in MISSING


def parse_number(text: str) -> float:
    """The number in a cell, with a decimal point or comma; `61 %` is 0.61. Raises ValueError."""
    plain = text.replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", " ")
    unit = _UNIT.search(plain)
    plain = _UNIT.sub("", plain)
    if "_" in plain:
        raise ValueError(text)
    point, comma = plain.rfind("."), plain.rfind(",")
    if point >= 0 and comma >= 0:
        # The last of them is the decimal sign, the other separates thousands.
        plain = plain.replace("." if comma > point else ",", "")
    number = float(plain.replace(",", "."))
    return number / 100 if unit is not None and unit[1] == "%" else number


def has_decimal_comma(text: str) -> bool:
    """Whether the comma in this number is its decimal sign."""
    return "," in text and text.rfind(",") > text.rfind(".")


@dataclass
class ColumnStatistics:
    """How a column's values are distributed, as far as its scale depends on it."""

    count: int = 0
    negative: int = 0
    fractional: int = 0
    over: dict[float, int] = field(default_factory=lambda: dict.fromkeys((1.0, *BOUNDS), 0))

    def add(self, value: float) -> None:
        if not math.isfinite(value):
            return
        self.count += 1
        self.negative += value < 0
        self.fractional += value != int(value)
        for bound in self.over:
            self.over[bound] += value > bound


@dataclass(frozen=True)
class Scale:
    """The values from `low` to `high` mean 0 to 1."""

    low: float = 0.0
    high: float = 1.0

    def share(self, value: float) -> float:
        return (value - self.low) / (self.high - self.low)


UNIT = Scale()


def find_scales(statistics: dict[str, ColumnStatistics], percent: frozenset[str]) -> dict[str, Scale]:
    """The scale of each column of shares. percent: the columns whose names contain a percent sign."""
    scales = {name: _scale(found, name in percent) for name, found in statistics.items()}
    # Valence and energy of one table are written alike, and what the rest leaves open follows them.
    leading = max((scales[name].high for name in ("valence", "energy") if name in scales), default=1.0)
    for name, scale in scales.items():
        found = statistics[name]
        follows = name not in ("valence", "energy") and not found.fractional
        if leading > 1 and not found.negative and (scale.high > 1 or follows):
            scales[name] = Scale(high=max(leading, scale.high))
    return scales


def _scale(found: ColumnStatistics, percent: bool) -> Scale:
    if percent and (found.over[1.0] or not found.fractional):
        return Scale(high=100.0)
    allowed = OUTLIERS_MAX * found.count
    if 2 * found.over[1.0] > found.count:
        return next((Scale(high=bound) for bound in BOUNDS if found.over[bound] <= allowed), UNIT)
    if found.negative > allowed and found.negative > 1:
        return Scale(low=-1.0)
    return UNIT
