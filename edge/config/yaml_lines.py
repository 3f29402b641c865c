"""Reads YAML together with the line of every key, for error messages."""

from __future__ import annotations

import re
from typing import Any

import yaml

from edge.errors import ConfigError
from edge.sentences import Sentence

# A configuration with a hundred choices for each mood in ten profiles has about 30,000 keys and values.
MAX_VALUES, MAX_DEPTH = 40_000, 50
TOO_DEEP = Sentence("is nested too deeply to be a configuration")
TOO_MANY = Sentence("holds more than {limit} values; that is too much for a configuration", limit=f"{MAX_VALUES:,}")
SECTIONS = Sentence("must be sections such as `camera:` with keys under them")
ALIAS = Sentence("uses a YAML alias (*name); write the value out instead")
WRONG_KEY = Sentence("a key must be a plain word; put a number in quotes")
Location = tuple[str | int, ...]
_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def located(name: str, line: int | None, problem: str) -> Sentence:
    """The sentence for a problem in a text. name: what the text is called. line: None where it has none."""
    if line is None:
        return Sentence("{file}: {problem}", file=name, problem=problem)
    return Sentence("{file}, line {line}: {problem}", file=name, line=line, problem=problem)


def without_name(sentence: str, *, line: bool = True) -> str:
    """What `located` returned, without the name of the text. line: with its line; other sentences stay as they are."""
    if not isinstance(sentence, Sentence) or "problem" not in sentence.values:
        return sentence
    problem: str = sentence.values["problem"]
    if not line or "line" not in sentence.values:
        return problem
    return Sentence("line {line}: {problem}", line=sentence.values["line"], problem=problem)


class _Yaml12(yaml.SafeLoader):
    """YAML 1.2's scalars: `off` and `no` are words, and 12:30 isn't 750."""


_Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rsplit(":", 1)[-1] not in ("bool", "timestamp", "int")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_KEYS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge")
_WORDS = {"bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"), "int": (r"[-+]?(0|[1-9][0-9]*)", "-+0123456789")}
for _tag, (_pattern, _first) in _WORDS.items():
    _Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def read(text: str, name: str) -> tuple[Any, dict[Location, int]]:
    """The values in the text, and the line of each key's path; raises ConfigError.

    Keys must be words and unique, and aliases aren't allowed. name: what the error calls the text.
    """
    loader = None
    try:
        # First, because building the values of a huge or deep text would take too long.
        _check_size(text, name)
        loader = _Yaml12(text)
        node = loader.get_single_node()
        lines: dict[Location, int] = {}
        if node is None:
            return None, lines
        _note_lines(node, (), lines, name)
        return loader.construct_document(node), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(located(name, mark.line + 1 if mark else None, _not_yaml(error))) from None
    except RecursionError:
        raise ConfigError(located(name, None, TOO_DEEP)) from None
    except yaml.YAMLError:
        problem = Sentence("isn't valid YAML: it holds a character that text can't have")
        raise ConfigError(located(name, None, problem)) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # PyYAML's constructors raise these for `!!int abc`, or for a number with thousands of digits.
        problem = Sentence("isn't valid YAML: it holds a value that isn't what its tag or form says")
        raise ConfigError(located(name, None, problem)) from None
    finally:
        if loader is not None:
            loader.dispose()


def _not_yaml(error: yaml.MarkedYAMLError) -> Sentence:
    problem = str(error.problem or error.context)
    if problem.endswith("got '?'"):
        # For example a link from a share menu, pasted between braces.
        return Sentence("isn't valid YAML: {reason}; put an address with a question mark in quotes", reason=problem)
    return Sentence("isn't valid YAML: {reason}", reason=problem)


def compose(text: str) -> yaml.Node | None:
    """The nodes of a text that `read` has accepted, with their places; None for one without values."""
    loader = _Yaml12(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def _check_size(text: str, name: str) -> None:
    """Raise ConfigError for an alias, too many values or too many levels; MarkedYAMLError for what isn't YAML."""
    values = depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            raise ConfigError(located(name, line, ALIAS))
        values += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if values > MAX_VALUES:
            raise ConfigError(located(name, line, TOO_MANY))
        if depth > MAX_DEPTH:
            raise ConfigError(located(name, None, TOO_DEEP))


def dotted(at: Location) -> str:
    """A key's path as one line, whatever characters its parts contain."""
    return ".".join(text if (text := str(part)).isprintable() else repr(text) for part in at)


def _join_halves(node: yaml.Node) -> None:
    """JSON writes an emoji as two escapes, which YAML takes for two characters."""
    if isinstance(node, yaml.ScalarNode) and _HALVES.search(node.value):
        node.value = _HALVES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), node.value)


def _note_lines(node: yaml.Node, at: Location, lines: dict[Location, int], name: str) -> None:
    _join_halves(node)
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            line = key.start_mark.line + 1
            _join_halves(key)
            if not isinstance(key, yaml.ScalarNode) or key.tag not in _KEYS:
                raise ConfigError(located(name, line, WRONG_KEY))
            below = (*at, str(key.value))
            if below in lines:
                problem = Sentence("{key} appears twice; remove one of the two", key=dotted(below))
                raise ConfigError(located(name, line, problem))
            lines[below] = line
            _note_lines(value, below, lines, name)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*at, index), lines, name)
