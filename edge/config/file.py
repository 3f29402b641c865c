"""Finds, reads and validates the YAML file; a mistake is one sentence with the key, its line and what to do."""

from __future__ import annotations

import stat
from pathlib import Path

from edge import validation
from edge.config import Config
from edge.config.fields import shown
from edge.config.vision import source_text
from edge.errors import ConfigError
from edge.sentences import Sentence
from edge.system.file_names import expand_home
from edge.system.reading import read_text, reason_of

PLACES = (Path("config.yaml"), Path("/etc/moodroom/config.yaml"))


def find(path: Path | None) -> Path | None:
    """`path` if it isn't None, else the first of PLACES that exists, else None for the defaults.

    Raises ConfigError if it isn't allowed to see whether a file exists: the defaults would be a surprise then.
    """
    if path is not None:
        return path
    return next((place for place in PLACES if _is_file(place)), None)


def _is_file(place: Path) -> bool:
    try:
        return stat.S_ISREG(place.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise ConfigError(f"{place}: can't be read: {error.strerror}; name the file with --config") from None


def load(path: Path | None) -> Config:
    """The configuration in a file, or the defaults for None; raises ConfigError."""
    return Config() if path is None else parse(text_of(path), name=str(path))


def text_of(path: Path) -> str:
    """The file's text; raises ConfigError."""
    try:
        return read_text(path)
    except FileNotFoundError:
        raise ConfigError(
            Sentence("{file}: there is no such file; copy config.yaml from the project there", file=str(path))
        ) from None
    except IsADirectoryError:
        raise ConfigError(Sentence("{file}: is a folder; name the YAML file in it", file=str(path))) from None
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else Sentence("it isn't UTF-8 text")
        raise ConfigError(
            Sentence(
                "{file}: can't be read: {reason}; name a YAML file that this user may read",
                file=str(path),
                reason=reason,
            )
        ) from None


def source(value: str) -> str:
    """The value of `--source`, validated as camera.source; raises ConfigError."""
    try:
        return source_text(value, expand_home)
    except ValueError as error:
        raise ConfigError(f"--source: {error}, not {shown(value)}") from None


def parse(text: str, *, name: str = "config.yaml") -> Config:
    """Validate the text of a configuration; raises ConfigError. name: what the error calls the text."""
    if validation.is_elsewhere():
        from edge.config import elsewhere

        return elsewhere.parse(text, name)
    from edge.config import validating

    return validating.parse(text, name)
