"""Settings that are tried before they are written: the running configuration with a section as it was typed."""

from __future__ import annotations

import json
from typing import Any, Literal

from edge.config import Config
from edge.config.file import parse
from edge.config.yaml_lines import without_name
from edge.errors import ConfigError, sentence_of
from edge.sentences import Sentence, with_values

_NAME = "typed"
ONE_LINE = Sentence("{key}: must be text in one line, without characters that aren't seen")


def with_section(
    config: Config, section: Literal["mqtt", "mpd", "music_assistant", "go_librespot"], values: dict[str, Any]
) -> Config:
    """The configuration with other values in a section; raises ConfigError with a sentence about the first wrong one.

    values: by the section's keys, as JSON has them.
    """
    for key, value in values.items():
        if isinstance(value, str) and not value.isprintable():
            raise ConfigError(with_values(ONE_LINE, key=f"{section}.{key}"))
    before = getattr(config, section).model_dump(mode="json")
    try:
        typed = parse(json.dumps({section: before | values}, ensure_ascii=False), name=_NAME)
    except ConfigError as error:
        raise ConfigError(without_name(sentence_of(error), line=False)) from None
    return config.model_copy(update={section: getattr(typed, section)})
