"""Values as YAML text, in the style of the shipped file. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

# A list or section that is longer than this gets a line for each entry.
LINE_MAX_CHARS = 100
# Text that needs no quotes anywhere, also between braces.
_PLAIN = re.compile(r"(?:[^\W_]|/)[\w ./&+()-]*(?<! )")


def scalar(value: Any) -> str:
    """Text, a number, true, false or null; text is quoted where YAML 1.1 or 1.2 would read something else."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and _is_text(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _is_text(word: str) -> bool:
    """Whether both versions of YAML read a plain word as text."""
    return bool(yaml.safe_load(word) == word)


def flow(value: Any, *, quoted: bool = False) -> str:
    """A value on one line. quoted: quote all text, as JSON does."""
    if quoted:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(key))}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def lines(value: Any, indent: int, step: int, *, always: bool = False) -> list[str] | None:
    """The lines of a value that is better written on several; None for one that fits behind its key.

    indent: columns before each line. step: columns for each level below it. always: also a section that would fit.
    """
    if not isinstance(value, (Mapping, list, tuple)) or not value:
        return None
    always = always and isinstance(value, Mapping)
    if not always and indent + len(flow(value)) <= LINE_MAX_CHARS and not _has_sections(value):
        return None
    pad, found = " " * indent, []
    if isinstance(value, Mapping):
        for key, one in value.items():
            below = lines(one, indent + step, step, always=always and indent == 0)
            found.append(f"{pad}{scalar(str(key))}:" + (f" {flow(one)}" if below is None else ""))
            found += below or []
        return found
    return [f"{pad}- {flow(one)}" for one in value]


def _has_sections(value: Any) -> bool:
    """Whether this is a section of sections, such as a profile, which is easier to read on several lines."""
    return isinstance(value, Mapping) and any(isinstance(one, (Mapping, list, tuple)) for one in value.values())
