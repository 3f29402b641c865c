"""Validates the text of a configuration with pydantic; a mistake is one sentence with the key and its line."""

from __future__ import annotations

import pickle

from pydantic import ValidationError

from edge.config import Config
from edge.config.validation_errors import location, sentence
from edge.config.yaml_lines import SECTIONS, Location, located, read
from edge.errors import ConfigError, sentence_of
from edge.sentences import Sentence
from edge.system.file_names import expand_home


def parse(text: str, name: str) -> Config:
    """Validate the text of a configuration; raises ConfigError. name: what the error calls the text."""
    tree, lines = read(text, name)
    if tree is None:
        return Config()
    if not isinstance(tree, dict):
        raise ConfigError(located(name, None, SECTIONS))
    # `mqtt:` with nothing under it is a section at its defaults.
    tree = {key: {} if value is None and key in Config.model_fields else value for key, value in tree.items()}
    try:
        return Config.model_validate(tree, context={"expand": expand_home})
    except ValidationError as error:
        errors = sorted(error.errors(), key=lambda details: _line(location(details), lines))
        problem = sentence(errors[0])
        if len(errors) > 1:
            problem = Sentence("{problem} (and {count} more)", problem=problem, count=len(errors) - 1)
        raise ConfigError(located(name, _line(location(errors[0]), lines), problem)) from None


def answer(text: str, name: str) -> bytes:
    """What `parse` returns or raises, for another process: True and the configuration, or False and the sentence."""
    try:
        return pickle.dumps((True, parse(text, name)))
    except ConfigError as error:
        return pickle.dumps((False, sentence_of(error)))


def _line(at: Location, lines: dict[Location, int]) -> int:
    """The line of a key or, if it isn't in the file, of the nearest one above it."""
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at, 1)
