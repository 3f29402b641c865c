"""Changes values in a YAML text by dotted key. All other lines stay as they are, to the byte. Pure.

A round-trip library writes the whole file again, and with it the spacing, quotes and `null` of lines that nobody
changed. Here the parser only tells where each value stands, and its text is replaced. What comes out is read again and
compared: it must hold the old values, the new one, and all comments, or the change is refused.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import yaml

from edge.config.writing import rendering
from edge.config.writing.places import Text, child, comments
from edge.config.yaml_lines import SECTIONS, compose, dotted, located, read
from edge.errors import ConfigError
from edge.sentences import Sentence

Key = tuple[str, ...]


class _Removed:
    """The type of REMOVED."""


REMOVED = _Removed()
"""In place of a value: the key is taken out of the file."""


def change(text: str, changes: Mapping[Key, Any], *, name: str = "config.yaml") -> str:
    """The text with these values; a value that is there already changes nothing.

    Missing sections are added. name: what an error calls the text. Raises ConfigError for a text that isn't valid
    YAML, or in which a value can't be changed without disturbing others.
    """
    tree, _ = read(text, name)
    if tree is not None and not isinstance(tree, dict):
        raise ConfigError(located(name, None, SECTIONS))
    tree, changed, kept = tree or {}, text, True
    for key, value in changes.items():
        stuck = Sentence("{key} can't be changed without disturbing other lines; edit the file", key=dotted(key))
        problem = ConfigError(located(name, None, stuck))
        wanted = _with(tree, key, value, problem)
        if wanted == tree:
            continue
        try:
            changed = _spliced(changed, key, value, problem)
        except (yaml.YAMLError, ValueError):
            raise problem from None
        tree, kept = wanted, kept and value is not REMOVED
    if changed == text:
        return text
    try:
        after, _ = read(changed, name)
    except ConfigError:
        raise problem from None
    if after != tree or (kept and not comments(text) <= comments(changed)):
        raise problem
    return changed


def _with(tree: dict[str, Any], key: Key, value: Any, problem: ConfigError) -> dict[str, Any]:
    """The values with one changed."""
    tree = copy.deepcopy(tree)
    at = tree
    for part in key[:-1]:
        if value is REMOVED and not at.get(part):
            return tree
        if at.get(part) is None:
            at[part] = {}
        at = at[part]
        if not isinstance(at, dict):
            raise problem
    if value is REMOVED:
        at.pop(key[-1], None)
    else:
        at[key[-1]] = value
    return tree


def _nested(key: Key, value: Any) -> Any:
    for part in reversed(key):
        value = {part: value}
    return value


def _spliced(whole: str, key: Key, value: Any, problem: ConfigError) -> str:
    text, node, flow = Text(whole), compose(whole), False
    if node is None:
        return text.appended(rendering.lines(_nested(key, value), 0, 2, always=True) or [])
    depth = 0
    parent: tuple[yaml.Node, yaml.Node] | None = None
    while depth < len(key) and isinstance(node, yaml.MappingNode) and (entry := child(node, key[depth])) is not None:
        parent, above, node, depth = entry, node, entry[1], depth + 1
        flow = flow or bool(above.flow_style)
    rest = _nested(key[depth:], value)
    if value is REMOVED:
        if parent is None or not isinstance(above, yaml.MappingNode):
            raise problem
        return text.removed(above, parent)
    if depth == len(key) and parent is not None:
        return text.replaced(parent, rest, flow=flow)
    if isinstance(node, yaml.MappingNode) and node.value:
        return text.inserted(node, key[depth], _nested(key[depth + 1 :], value))
    if parent is None:
        raise problem
    return text.replaced(parent, rest, flow=flow)


__all__ = ["REMOVED", "Key", "change"]
