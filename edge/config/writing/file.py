"""Writes changes into the configuration file, and takes them back; keeps the last versions in the state directory."""

from __future__ import annotations

import errno
import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge.config import Config
from edge.config.file import parse
from edge.errors import ConfigError, EditedMeanwhile
from edge.sentences import Sentence
from edge.system import state
from edge.system.files import make_folder, replace_keeping_owner, write_atomically
from edge.system.reading import TEXT_MAX_BYTES, read_bytes
from edge.values import EXPRESSIONS

if TYPE_CHECKING:
    from edge.config.writing.changes import Key

FOLDER_NAME = "config_versions"
VERSIONS_MAX = 10
FIXES = {
    errno.ENOSPC: Sentence("Make room on the disk, then try again"),
    errno.EDQUOT: Sentence("Make room on the disk, then try again"),
    errno.EROFS: Sentence("The disk is read-only: make it writable, then try again"),
}
OTHER_FIX = Sentence("Run the installer again, or give the device's user the file and its folder")
EDITED = "the configuration file was edited meanwhile; look at its new values, then try again"


@dataclass(frozen=True)
class ConfigText:
    """The file's text. version: a hash of it. values: what stands in it, by section; not validated."""

    text: str
    version: str
    values: dict[str, Any]


class ConfigFile:
    """The configuration file, for one writer at a time; all methods raise ConfigError for a file that can't be used."""

    def __init__(self, path: Path, *, folder: Path | None = None) -> None:
        """folder: where the last versions are kept; None for the state directory's."""
        self.path = path
        self._folder = state.directory() / FOLDER_NAME if folder is None else folder
        self._lock = threading.Lock()

    def version(self) -> str:
        """The version of the file as it is now."""
        return version_of(self._text())

    def read(self) -> ConfigText:
        """The file as it is now."""
        # Imported here, as below, because most days nobody opens the settings, and YAML takes 1 MB.
        from edge.config.yaml_lines import read

        text = self._text()
        values, _ = read(text, str(self.path))
        return ConfigText(text, version_of(text), values if isinstance(values, dict) else {})

    def _text(self) -> str:
        try:
            return read_bytes(self.path, max_bytes=TEXT_MAX_BYTES).decode()
        except UnicodeDecodeError:
            raise ConfigError(f"{self.path}: can't be read: it isn't UTF-8 text; save it as UTF-8") from None
        except OSError as error:
            raise ConfigError(f"{self.path}: can't be read: {error.strerror}") from None

    def write(
        self, changes: Mapping[str, Any], version: str, *, before_writing: Callable[[], None] = lambda: None
    ) -> tuple[ConfigText, Config]:
        """Set values by dotted key; returns the new text and its configuration.

        version: of the text that the changes are based on; raises EditedMeanwhile if the file has another one.
        None as a value takes a profile, or a mood of one, out of the file. Nothing is written if the result isn't
        valid. The text before is kept. before_writing: called once the result is valid; it may raise.
        """
        with self._lock:
            before, text, config = self._changed(changes, version)
            before_writing()
            if text == before.text:
                return before, config
            kept = self._keep(before.text, version_of(text))
            try:
                self._replace(text)
            except ConfigError:
                # It would take the place of a version that can be brought back.
                kept.unlink(missing_ok=True)
                raise
            for old in self._kept()[:-VERSIONS_MAX]:
                old.unlink(missing_ok=True)
            return self.read(), config

    def undo(self) -> ConfigText:
        """Bring back the text before the last change; raises EditedMeanwhile if the file was edited since then."""
        with self._lock:
            now = self.read()
            for kept in reversed(self._kept()):
                text = _read_kept(kept)
                if text is None or version_of(text) == now.version:
                    # A power cut came between keeping this text and writing the new one.
                    kept.unlink(missing_ok=True)
                    continue
                if _written_version(kept) != now.version:
                    raise EditedMeanwhile("the configuration file was edited since the last change; edit it by hand")
                parse(text, name=str(self.path))
                self._replace(text)
                kept.unlink(missing_ok=True)
                return self.read()
        raise ConfigError("there is no earlier version of the configuration file")

    def can_undo(self) -> bool:
        """Whether an earlier text is kept for the file as it is now."""
        try:
            version = self.read().version
        except ConfigError:
            return False
        return any(_written_version(kept) == version for kept in self._kept())

    def _changed(self, changes: Mapping[str, Any], version: str) -> tuple[ConfigText, str, Config]:
        from edge.config.writing.changes import REMOVED, change

        before = self.read()
        if before.version != version:
            raise EditedMeanwhile(EDITED)
        keyed = {key_of(name): value for name, value in changes.items()}
        removed = {key: REMOVED if value is None and _is_entry(key) else value for key, value in keyed.items()}
        text = change(before.text, removed, name=str(self.path))
        return before, text, parse(text, name=str(self.path))

    def _replace(self, text: str) -> None:
        try:
            replace_keeping_owner(self.path, text)
        except OSError as error:
            raise _unwritable(self.path, error) from None

    def _keep(self, text: str, written: str) -> Path:
        """Keep a text that is about to be replaced; returns its file. written: the version that replaces it."""
        kept = self._kept()
        number = int(kept[-1].name.split("-")[0]) + 1 if kept else 1
        try:
            make_folder(self._folder)
            path = self._folder / f"{number:06d}-{written}.yaml"
            write_atomically(path, text)
        except OSError as error:
            raise _unwritable(self._folder, error) from None
        return path

    def _kept(self) -> list[Path]:
        """The kept texts, oldest first."""
        return sorted(path for path in self._folder.glob("??????-*.yaml") if path.name[:6].isdigit())


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        Sentence(
            "{path}: can't be written ({reason}); nothing was changed. {fix}",
            path=str(path),
            reason=error.strerror or str(error),
            fix=FIXES.get(error.errno or 0, OTHER_FIX),
        )
    )


def version_of(text: str) -> str:
    """A hash of a text, which another text doesn't have."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def key_of(name: str) -> Key:
    """`music.profiles.everyday.happy` -> its parts. A profile's name may contain dots.

    Raises ConfigError for an empty part.
    """
    parts = tuple(name.split("."))
    if parts[:2] == ("music", "profiles") and len(parts) > 3:
        ends_with_mood = parts[-1] in (*EXPRESSIONS, "default")
        profile = parts[2:-1] if ends_with_mood else parts[2:]
        parts = (*parts[:2], ".".join(profile), *(parts[-1:] if ends_with_mood else ()))
    if not all(parts):
        raise ConfigError(f"{name!r}: isn't a key; write it as section.key")
    return parts


def _is_entry(key: Key) -> bool:
    """Whether a key is one of the file's own names, which can be taken out, and not one of the program's."""
    return key[:2] == ("music", "profiles") and len(key) > 2


def _written_version(kept: Path) -> str:
    return kept.stem.partition("-")[2]


def _read_kept(path: Path) -> str | None:
    try:
        return read_bytes(path, max_bytes=TEXT_MAX_BYTES).decode()
    except (OSError, UnicodeDecodeError):
        return None
