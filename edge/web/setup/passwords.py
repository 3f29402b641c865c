"""Passwords that are typed on the page: each in a file that only the device's user can read, never in the YAML."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from edge.config import Config
from edge.errors import ConfigError, MoodroomError
from edge.sentences import Sentence
from edge.system import state
from edge.system.files import make_folder, write_atomically
from edge.system.reading import reason_of
from edge.system.secrets import secret

# The sections whose password (or token) may be set, with its key and its name as a secret.
SECTIONS = {
    "mqtt": ("mqtt.password_file", "mqtt_password"),
    "mpd": ("mpd.password_file", "mpd_password"),
    "music_assistant": ("music_assistant.token_file", "music_assistant_token"),
}
PASSWORD_MAX_CHARS = 500


def key_and_file(section: str) -> tuple[str, str]:
    """The key that names a section's file, and the file's path."""
    key, name = SECTIONS[section]
    return key, str(state.directory() / name)


@contextlib.contextmanager
def kept(by_section: Mapping[str, str | None]) -> Iterator[Callable[[], None]]:
    """Yields what writes the passwords that aren't None, each for its section; it raises ConfigError.

    If the block fails, the passwords before are there again.
    """
    files = {Path(key_and_file(section)[1]): one for section, one in by_section.items() if one is not None}
    before: dict[Path, bytes | None] = {}

    def write() -> None:
        for path, password in files.items():
            before[path] = path.read_bytes() if path.is_file() else None
            _keep(path, password)

    try:
        yield write
    except BaseException:
        for path, content in before.items():
            with contextlib.suppress(OSError):
                if content is None:
                    path.unlink(missing_ok=True)
                else:
                    write_atomically(path, content)
        raise


def known(config: Config) -> dict[str, bool]:
    """Whether each section has a password."""
    files = {
        "mqtt": config.mqtt.password_file,
        "mpd": config.mpd.password_file,
        "music_assistant": config.music_assistant.token_file,
    }
    found = {}
    for section, (_, name) in SECTIONS.items():
        try:
            found[section] = secret(name, files[section]) is not None
        except MoodroomError:
            found[section] = False
    return found


def _keep(path: Path, password: str) -> None:
    try:
        make_folder(path.parent)
        write_atomically(path, password + "\n")
    except OSError as error:
        raise ConfigError(
            Sentence(
                "{path}: can't be written ({reason}); nothing was changed", path=str(path), reason=reason_of(error)
            )
        ) from None
