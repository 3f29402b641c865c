"""Finds, reads and validates the YAML file; a mistake is one sentence with the key, its line and what to do."""

from __future__ import annotations

import stat
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from edge.config import Config
from edge.config.validation_errors import location, sentence
from edge.config.vision import Source
from edge.config.yaml_lines import Location, read
from edge.errors import ConfigError
from edge.system.reading import read_text

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
    if path is None:
        return Config()
    try:
        text = read_text(path)
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file; copy config.yaml from the project there") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a folder; name the YAML file in it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't UTF-8 text"
        raise ConfigError(f"{path}: can't be read: {reason}; name a YAML file that this user may read") from None
    return parse(text, name=str(path))


def _expand_home(path: str) -> str:
    """`~/x` or `~user/x` as an absolute path; raises ValueError for an unknown user."""
    try:
        return str(Path(path).expanduser())
    except RuntimeError:
        raise ValueError("must be the whole path, or begin with ~ or a user that this machine knows") from None


_CONTEXT = {"expand": _expand_home}


def source(value: str) -> str:
    """The value of `--source`, validated as camera.source; raises ConfigError."""
    try:
        return TypeAdapter[str](Source).validate_python(value, context=_CONTEXT)
    except ValidationError as error:
        raise ConfigError(f"--source: {sentence(error.errors()[0]).removeprefix(': ')}") from None


def parse(text: str, *, name: str = "config.yaml") -> Config:
    """Validate the text of a configuration; raises ConfigError. name: what the error calls the text."""
    tree, lines = read(text, name)
    if tree is None:
        return Config()
    if not isinstance(tree, dict):
        raise ConfigError(f"{name}: must be sections such as `camera:` with keys under them")
    # `mqtt:` with nothing under it is a section at its defaults.
    tree = {key: {} if value is None and key in Config.model_fields else value for key, value in tree.items()}
    try:
        return Config.model_validate(tree, context=_CONTEXT)
    except ValidationError as error:
        errors = sorted(error.errors(), key=lambda details: _line(location(details), lines))
        first, more = errors[0], f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise ConfigError(f"{name}, line {_line(location(first), lines)}: {sentence(first)}{more}") from None


def _line(at: Location, lines: dict[Location, int]) -> int:
    """The line of a key or, if it isn't in the file, of the nearest one above it."""
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at, 1)
