"""The reference of all keys: as JSON schema for editors, and as Markdown for docs/configuration.md."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from edge.config import Choice, Config
from edge.config.fields import UNIT_S, Kind

INTRODUCTION = """\
# Configuration

<!-- Made by `moodroom schema --markdown`; edit the docstrings in edge/config/ instead. -->

The configuration is one YAML file: the one named with `--config`, else `config.yaml` in the working directory, else
`/etc/moodroom/config.yaml`. Every key may be left out. `moodroom check --config-only` validates the file,
`moodroom check` also tries each part, and `moodroom schema` prints a JSON schema for editors.

Write durations as `300ms`, `20s`, `5m`, `2h` or `7d`, or as a number of seconds, and times of day in quotes. Volumes
are percentages. Passwords don't belong in this file.
"""
NoneType, UnionType = type(None), type(int | None)
_PLURALS = {"section": "sections", "area": "areas", "link": "links", "link or address": "links or addresses"}
_PLAIN_TYPES = {str: "text", int: "whole number", float: "number"}


def json_schema() -> dict[str, Any]:
    """The file's JSON schema."""
    schema = Config.model_json_schema()
    schema["title"] = "Moodroom's config.yaml"
    # A choice may be written as its address alone.
    choice = schema["$defs"][Choice.__name__]
    schema["$defs"][Choice.__name__] = {"anyOf": [{"type": "string"}, choice]}
    return schema


def markdown() -> str:
    """All keys with type, default and meaning, as a table for each section."""
    parts = [INTRODUCTION]
    for name, field in Config.model_fields.items():
        parts += _tables("##", name, typing.cast("type[BaseModel]", field.annotation))
    return "\n".join(parts)


def _tables(level: str, path: str, section: type[BaseModel]) -> Iterator[str]:
    """The table of a section, then those of the sections within it."""
    yield f"{level} {path}\n\n{_text(section.__doc__)}\n"
    rows = [_row(name, field) for name, field in section.model_fields.items()]
    yield "\n".join(["| Key | Type | Default | Meaning |", "|---|---|---|---|", *rows, ""])
    for name, field in section.model_fields.items():
        for suffix, inner in _sections_in(field.annotation):
            yield from _tables("###", f"{path}.{name}{suffix}", inner)


def _row(name: str, field: FieldInfo) -> str:
    types = _types(field.annotation, field.metadata)
    limits = _range(field.metadata, field.annotation)
    if limits:
        types[0] = f"{types[0]}, {limits}" if len(types) == 1 else f"{types[0]} ({limits})"
    return f"| `{name}` | {_either(types)} | {_default(field, types[0])} | {_text(field.description)} |"


def _text(docstring: str | None) -> str:
    """A docstring as one line; pages of the documentation become links."""
    return re.sub(r"docs/([\w-]+\.md)", r"[\1](\1)", " ".join((docstring or "").split()))


def _either(names: list[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _sections_in(annotation: Any, suffix: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """The sections that a field's value contains, each once, with the rest of their path."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield suffix, annotation
        return
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        yield from _sections_in(arguments[0], suffix)
    elif origin is tuple:
        yield from _sections_in(arguments[0], f"{suffix}[]")
    elif origin is dict:
        yield from _sections_in(arguments[1], suffix + (".NAME" if arguments[0] is str else ".MOOD"))
    elif origin in (Union, UnionType):
        seen: set[type[BaseModel]] = set()
        for member in arguments:
            for path, section in _sections_in(member, suffix):
                if section not in seen:
                    seen.add(section)
                    yield path, section


def _types(annotation: Any, metadata: Iterable[Any] = ()) -> list[str]:
    """The types or values that a key takes, in words."""
    kind = next((item.name for item in metadata if isinstance(item, Kind)), None)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return _types(arguments[0], [*metadata, *arguments[1:]])
    if origin in (Union, UnionType):
        members = [name for member in arguments if member is not NoneType for name in _types(member)]
        return [*([kind] if kind else dict.fromkeys(members)), *(["`null`"] if NoneType in arguments else [])]
    if kind is not None:
        return [kind]
    if annotation is bool:
        return ["`true`", "`false`"]
    if origin is Literal:
        return [_code(value) for value in arguments]
    if origin is tuple:
        item = _either(_types(arguments[0]))
        return [f"list of {_PLURALS.get(item, item)}"]
    if origin is dict:
        return ["map of profiles"]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return ["section"]
    return [_PLAIN_TYPES[annotation]]


def _range(metadata: list[Any], annotation: Any) -> str:
    """The limits of a number or duration in words; empty if there are none."""
    for member in (annotation, *typing.get_args(annotation)):
        if typing.get_origin(member) is Annotated:
            for item in typing.get_args(member)[1:]:
                metadata = [*metadata, item, *getattr(item, "metadata", [])]
    limits: dict[str, float] = {}
    for item in metadata:
        for name in ("ge", "gt", "le", "lt"):
            if isinstance(getattr(item, name, None), (int, float)):
                # The last one counts: a field narrows its type's limits.
                limits[name] = getattr(item, name)
    if any(isinstance(item, Kind) and item.name == "duration" for item in metadata):
        return f"at least {_duration_text(limits['ge'])}" if limits.get("ge") else ""
    low, high = limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))
    if low is None or high is None:
        return ""
    return f"more than {low:g}, up to {high:g}" if "gt" in limits else f"{low:g} to {high:g}"


def _default(field: FieldInfo, type_name: str) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return "see below"
    if isinstance(value, dict):
        return f"one profile, {_code(', '.join(value))}"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    if type_name.startswith("duration") and value is not None:
        return _code(_duration_text(value))
    return f"`{value}`" if type_name == "text" and value is not None else _code(value)


def _code(value: object) -> str:
    """A value as it is written in YAML, as Markdown code."""
    if isinstance(value, str):
        # A number in quotes is text.
        return f'`"{value}"`' if value[:1].isdigit() and value.replace(".", "").isdigit() else f"`{value}`"
    if value is None or isinstance(value, bool):
        return {None: "`null`", True: "`true`", False: "`false`"}[value]
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _duration_text(seconds: float) -> str:
    """The duration in the largest unit that makes it a whole number."""
    units = sorted(UNIT_S.items(), key=lambda unit: unit[1], reverse=True)
    unit, length = next(
        (unit, length) for unit, length in units if seconds >= length and (seconds / length).is_integer()
    )
    return f"{seconds / length:g}{unit}"
