"""What the command line says beside the configuration, and where that is read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge.config import Config
from edge.config import file as config_file


@dataclass(frozen=True)
class Options:
    """What the command line says beside the configuration.

    once: end with the replay. fast: replay as quickly as frames can be processed, on the film's own clock.
    json: JSON lines on stdout instead of plain ones.
    """

    once: bool = False
    fast: bool = False
    json: bool = False


def loader(path: Path | None, source: str | None) -> Callable[[], Config]:
    """Reads the configuration, with the command line's source in place of the file's."""

    def load() -> Config:
        config = config_file.load(path)
        if source is None:
            return config
        return config.model_copy(update={"camera": config.camera.model_copy(update={"source": source})})

    return load
