"""The options of `moodroom run` that aren't in the configuration, and the loader of the configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge.config import Config
from edge.config import file as config_file


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


def loader(path: Path | None, source: str | None) -> Callable[[], Config]:
    """A function that reads the configuration, with `source` in place of the file's camera.source unless it is None."""

    def load() -> Config:
        config = config_file.load(path)
        if source is None:
            return config
        return config.model_copy(update={"camera": config.camera.model_copy(update={"source": source})})

    return load
