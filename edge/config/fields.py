"""The types that sections are made of: durations, shares, ports, paths, and `Section` itself."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any

from edge import validation
from edge.config.basis import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from edge.sentences import Sentence
from edge.text import printable

MAX_SHOWN_CHARS = 60
UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
# Linux's limits for a file name and a whole path, in bytes; the path's limit includes a final NUL.
_MAX_NAME_BYTES, _MAX_PATH_BYTES = 255, 4096
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*")

# Labels of up to 63 characters between dots; or IPv6, which has colons and may name an interface after a percent sign.
_HOST = re.compile(
    r"[^\s/@:\[\]\0.]{1,63}(\.[^\s/@:\[\]\0.]{1,63})*\.?|[0-9A-Fa-f]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%\w+)?"
)


@dataclass(frozen=True)
class Kind:
    """What the reference calls a type; pydantic ignores it."""

    name: str


def _duration(value: Any) -> float:
    """`20s`, `5m`, `1.5h`, `7d`, `300ms` or a number of seconds -> seconds."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise ValueError(Sentence("must be a year at most")) from None
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(Sentence("must be a duration such as 20s, 5m or 2h"))
    return float(match[1]) * UNIT_S[match[2]]


Duration = Annotated[
    float,
    BeforeValidator(_duration),
    Field(ge=0, le=366 * 86400),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": f"^{_DURATION.pattern}$"}]}
    ),
    Kind("duration"),
]
Share = Annotated[float, Field(ge=0, le=1)]
Port = Annotated[int, Field(ge=1, le=65535)]


def file_path(value: str, info: ValidationInfo) -> str:
    """A valid path; raises ValueError for text that can't be one.

    `expand` in the validation's context replaces a leading ~; only the code that reads files knows the home folder.
    """
    return path_text(value, (info.context or {}).get("expand"))


def path_text(value: str, expand: Callable[[str], str] | None) -> str:
    """As `file_path`. expand: replaces a leading ~; None leaves it."""
    if "\0" in value:
        raise ValueError(Sentence("must be a path without the character NUL"))
    utf8(value)
    path = expand(value) if expand and value.startswith("~") else value
    parts = utf8(path).split(b"/")
    if max(map(len, parts)) > _MAX_NAME_BYTES or sum(map(len, parts)) + len(parts) > _MAX_PATH_BYTES:
        raise ValueError(Sentence("must be shorter; a name has 255 bytes at most and a path 4095"))
    return path


def utf8(text: str) -> bytes:
    """The text as UTF-8; raises ValueError for undecodable bytes, which file names on the command line can have."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError(Sentence("must be UTF-8 text")) from None


def bare_host(value: str) -> str:
    """A host's name or address; raises ValueError for anything else, such as 999.1.1.1."""
    problem = ValueError(Sentence("must be a bare name or address such as 192.168.1.5, without http:// and port"))
    if not _HOST.fullmatch(value) or len(value) > 253:
        raise problem
    if ":" in value or not re.search("[^0-9.]", value):
        try:
            ip_address(value)
        except ValueError:
            raise problem from None
    return value


FilePath = Annotated[str, AfterValidator(file_path), Kind("path")]


class Section(BaseModel):
    """A section of the file: unknown keys are errors, and values can't change."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=False,
        use_attribute_docstrings=validation.needs_descriptions(),
        allow_inf_nan=False,
    )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what a process of another kind can take: the values, and which of them were given."""
        return _section, (type(self), {name: getattr(self, name) for name in self.__dict__}, set(self.model_fields_set))

    @field_validator("*", mode="before")
    @classmethod
    def _true_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse booleans for numbers: pydantic would take `port: true` for port 1."""
        if isinstance(value, bool) and _numeric(cls.model_fields[str(info.field_name)].annotation):
            raise ValueError(Sentence("must be a number"))
        return value

    @field_validator("*", mode="after")
    @classmethod
    def _text_is_readable(cls, value: Any) -> Any:
        """Refuse names that would drive a terminal or that no encoding takes; YAML can spell them with escapes."""
        for text in _texts(value):
            require_readable(text)
        return value


def _section(kind: type[Section], values: dict[str, Any], given: set[str]) -> Section:
    return kind.model_construct(given, **values)


def require_readable(text: str) -> None:
    """Raise ValueError for control characters other than line breaks and tabs."""
    if printable(text) != text.replace("\n", " ").replace("\t", " "):
        raise ValueError(Sentence("must be text without control characters"))


def shown(value: Any) -> str:
    """A value as errors show it, of MAX_SHOWN_CHARS at most."""
    text = "empty" if value is None else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= MAX_SHOWN_CHARS else text[: MAX_SHOWN_CHARS - 3] + "..."


def _texts(value: Any) -> Iterator[str]:
    """The text in a value: itself, or a list's entries, or a dictionary's keys and values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(key)
            yield from _texts(one)


def _numeric(annotation: Any) -> bool:
    """Whether an annotation means a number: alone, as one of several, or in a union such as `int | None`."""
    if typing.get_origin(annotation) is Annotated:
        return _numeric(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, type(int | None)):
        return any(map(_numeric, typing.get_args(annotation)))
    if typing.get_origin(annotation) is typing.Literal:
        return any(type(value) is int for value in typing.get_args(annotation))
    return annotation in (int, float)
