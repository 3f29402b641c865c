"""Reads and checks single keys of a model's sidecar."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge.errors import ModelError

# Networks store their scales as 32-bit floats.
SCALE_RELATIVE_TOLERANCE = 1e-5
SHOWN_VALUE_MAX_CHARS = 40


class SidecarSection:
    """A section of the sidecar; its methods return checked values, or raise ModelError with the key's name."""

    def __init__(self, values: Mapping[str, Any], file: Path, prefix: str = "") -> None:
        """prefix: the names of the sections above, such as `outputs.expression.`."""
        self.values, self._file, self._prefix = values, file, prefix

    def error(self, key: str, must: str) -> ModelError:
        """The error that says what a key must be, and what it is."""
        actual = _show(self.values[key]) if key in self.values else "left out"
        return ModelError(
            f"{self._file}: {self._prefix}{key} must be {must}, not {actual}; take it from the project again"
        )

    def section(self, key: str) -> SidecarSection:
        """The section below `key`."""
        value = self.values.get(key)
        if not isinstance(value, dict):
            raise self.error(key, "a section with keys")
        return SidecarSection(value, self._file, f"{self._prefix}{key if key.isprintable() else repr(key)}.")

    def number(self, key: str, minimum: float, maximum: float) -> float:
        """A number in this range."""
        value = self.values.get(key)
        # NaN is in no range.
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not minimum <= value <= maximum:
            raise self.error(key, f"a number from {minimum:g} to {maximum:g}")
        return float(value)

    def integer(self, key: str, minimum: int, maximum: int) -> int:
        """A whole number in this range."""
        value = self.values.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            raise self.error(key, f"a whole number from {minimum} to {maximum}")
        return value

    def require(self, expected: Mapping[str, Any]) -> None:
        """Check that each of these keys has this value."""
        for key, value in expected.items():
            actual = self.values.get(key)
            if type(actual) is not type(value) or actual != value:
                raise self.error(key, repr(value))

    def quantisation(self, tensor: Mapping[str, Any]) -> tuple[float, int]:
        """`scale` and `zero_point`, which must be those of the tensor."""
        scale, zero_point = self.number("scale", 1e-9, 1e3), self.integer("zero_point", -128, 127)
        model_scale, model_zero_point = tensor["quantization"]
        if not math.isclose(scale, model_scale, rel_tol=SCALE_RELATIVE_TOLERANCE):
            raise self.error("scale", f"the model's own {model_scale:.9g}")
        if zero_point != model_zero_point:
            raise self.error("zero_point", f"the model's own {model_zero_point}")
        return scale, zero_point


def _show(value: object) -> str:
    """A short text for a value; a list may be nested too deeply for repr."""
    text = "a list" if isinstance(value, list) else "a section" if isinstance(value, dict) else repr(value)
    return text if len(text) <= SHOWN_VALUE_MAX_CHARS else text[: SHOWN_VALUE_MAX_CHARS - 3] + "..."
