"""The options of `moodroom run` that aren't in the configuration, and the loader of the configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge.config import Config
from edge.config import file as config_file

GOES_ON = "the device goes on with the one before"


@dataclass(frozen=True)
class Options:
    """The options of `moodroom run`.

    once: exit at the end of the replay. fast: replay as fast as frames can be processed, on the video's own clock.
    json: print JSON lines instead of plain ones. publish: also publish a replay over MQTT. journal: also write a replay
    into the journal, and learn from it. file: the configuration file, None for the defaults. overridden: its keys that
    the command line sets.
    """

    once: bool = False
    fast: bool = False
    json: bool = False
    publish: bool = False
    journal: bool = False
    file: Path | None = None
    overridden: tuple[str, ...] = ()


def loader(path: Path | None, source: str | None, *, require_text: bool = False) -> Callable[[], Config]:
    """A function that reads the configuration, with `source` in place of the file's camera.source unless it is None.

    require_text: refuse a file that is empty and had a text before.
    """

    def load() -> Config:
        if require_text and path is not None:
            from edge.config.writing.file import ConfigFile

            ConfigFile(path).require_text()
        return _with_source(config_file.load(path), source)

    return load


def last_good(path: Path, source: str | None) -> Config | None:
    """As `loader`'s, from the last text of this file that a device could use; None where there is none."""
    from edge.config.writing.file import ConfigFile

    text = ConfigFile(path).last_good()
    return None if text is None else _with_source(config_file.parse(text, name=str(path)), source)


def _with_source(config: Config, source: str | None) -> Config:
    if source is None:
        return config
    return config.model_copy(update={"camera": config.camera.model_copy(update={"source": source})})
