"""What the sections are made of: durations, shares, ports, and the section itself."""

from __future__ import annotations

import re
import typing
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
# Bytes that Linux allows a name and a whole path, its end included.
_LONGEST_NAME, _LONGEST_PATH = 255, 4096
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*")


def _duration(value: Any) -> float:
    """`20s`, `5m`, `1.5h`, `7d`, `300ms` or plain seconds -> seconds."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise ValueError("must be a year at most") from None
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("must be a duration such as 20s, 5m or 2h")
    return float(found[1]) * _UNITS[found[2]]


Duration = Annotated[
    float,
    BeforeValidator(_duration),
    Field(ge=0, le=366 * 86400),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": f"^{_DURATION.pattern}$"}]}
    ),
]
Share = Annotated[float, Field(ge=0, le=1)]


def file_path(value: str, about: ValidationInfo) -> str:
    """A path, checked; raises ValueError for what no file can be.

    `expand` in the validation's context puts the home folder in place of ~: where that is, only who reads files knows.
    """
    if "\0" in value:
        raise ValueError("must be a path without the character NUL")
    utf8(value)
    expand = (about.context or {}).get("expand")
    found: str = expand(value) if expand and value.startswith("~") else value
    parts = utf8(found).split(b"/")
    if max(map(len, parts)) > _LONGEST_NAME or sum(map(len, parts)) + len(parts) > _LONGEST_PATH:
        raise ValueError("must be shorter; a name has 255 bytes at most and a path 4095")
    return found


def utf8(text: str) -> bytes:
    """The text's bytes; raises ValueError where it isn't text, as a file's name on the command line can be."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError("must be UTF-8 text") from None


FilePath = Annotated[str, AfterValidator(file_path)]
"""A file or folder on this machine."""
Port = Annotated[int, Field(ge=1, le=65535)]


class Section(BaseModel):
    """Unknown keys are refused, values can't change afterwards."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=False, use_attribute_docstrings=True, allow_inf_nan=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _true_is_no_number(cls, value: Any, about: ValidationInfo) -> Any:
        """Pydantic would take `port: true` for port 1."""
        if isinstance(value, bool) and _numeric(cls.model_fields[str(about.field_name)].annotation):
            raise ValueError("must be a number")
        return value


def _numeric(annotation: Any) -> bool:
    """Whether an annotation means a number: alone, one of a few, or in a union such as `int | None`."""
    if typing.get_origin(annotation) is Annotated:
        return _numeric(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, type(int | None)):
        return any(map(_numeric, typing.get_args(annotation)))
    if typing.get_origin(annotation) is typing.Literal:
        return any(type(one) is int for one in typing.get_args(annotation))
    return annotation in (int, float)
