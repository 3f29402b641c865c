"""Writes changes into the configuration file, and takes them back; keeps the last versions in the state directory."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge.config import Config
from edge.config.file import parse
from edge.config.writing.last_good import LastGood
from edge.config.writing.versions import Versions, forget_all_but, read_kept, unwritable, written_version
from edge.errors import ConfigError, EditedMeanwhile, MoodroomError
from edge.sentences import Sentence
from edge.system import state
from edge.system.files import replace_keeping_owner, write_atomically
from edge.system.reading import TEXT_MAX_BYTES, read_bytes, reason_of
from edge.values import EXPRESSIONS

if TYPE_CHECKING:
    from edge.config.writing.changes import Key

FOLDER_NAME = "config_versions"
VERSIONS_MAX = 10
NO_GOOD = Sentence("there is no earlier version of the settings' file that can be used; edit it by hand")
EDITED = Sentence("the configuration file was edited meanwhile; look at its new values, then try again")
EDITED_SINCE = Sentence("the configuration file was edited since the last change; edit it by hand")
NOTHING_EARLIER = Sentence("there is no earlier version of the configuration file")


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
        self._good, self._versions = LastGood(path, self._folder), Versions(self._folder)
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

    def require_text(self) -> None:
        """Raise ConfigError for a file that is empty and had a text before: an editor that was cut off leaves that."""
        self._text()

    def _text(self) -> str:
        try:
            text = read_bytes(self.path, max_bytes=TEXT_MAX_BYTES).decode()
        except UnicodeDecodeError:
            raise ConfigError(
                Sentence("{file}: can't be read: it isn't UTF-8 text; save it as UTF-8", file=str(self.path))
            ) from None
        except OSError as error:
            raise ConfigError(
                Sentence("{file}: can't be read: {reason}", file=str(self.path), reason=reason_of(error))
            ) from None
        if not text.strip() and (read_kept(self._good.path) or "").strip():
            raise ConfigError(Sentence("{file}: is empty, and wasn't before", file=str(self.path)))
        return text

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
            kept = self._versions.keep(before.text, version_of(text), saved=self.path.stat().st_mtime)
            try:
                self._replace(text)
            except ConfigError:
                # It would take the place of a version that can be brought back.
                kept.unlink(missing_ok=True)
                raise
            forget_all_but(VERSIONS_MAX, self._versions.all())
            return self.read(), config

    def undo(self) -> ConfigText:
        """Bring back the text before the last change; raises EditedMeanwhile if the file was edited since then.

        A file that can't be used is replaced by the last text that could, and its content is kept beside the versions.
        """
        with self._lock:
            try:
                now = self.read()
                parse(now.text, name=str(self.path))
            except ConfigError:
                return self._mended()
            for kept in reversed(self._versions.all()):
                text = read_kept(kept)
                if text is None or version_of(text) == now.version:
                    # A power cut came between keeping this text and writing the new one.
                    kept.unlink(missing_ok=True)
                    continue
                if written_version(kept) != now.version:
                    raise EditedMeanwhile(EDITED_SINCE)
                parse(text, name=str(self.path))
                self._replace(text)
                kept.unlink(missing_ok=True)
                return self.read()
        raise ConfigError(NOTHING_EARLIER)

    def can_undo(self) -> bool:
        """Whether an earlier text is kept for the file as it is now; not for one that can't be used."""
        try:
            version = self.read().version
        except ConfigError:
            return False
        return any(written_version(kept) == version for kept in self._versions.all())

    def last_good_at(self) -> float | None:
        """When the text was saved that `undo` brings back for a file that can't be used, Unix time; None for none."""
        found = next(self._usable(), None)
        return None if found is None else found[1]

    def last_good(self) -> str | None:
        """The text that `undo` brings back for a file that can't be used; None for none."""
        return next((text for text, _ in self._usable()), None)

    def keep_good(self) -> None:
        """Keep the file as it is now, which a device runs with, as the last text that could be used; never raises."""
        try:
            text = self._text()
            parse(text, name=str(self.path))
        except MoodroomError:
            return
        self._good.keep(text)

    def _mended(self) -> ConfigText:
        text = self.last_good()
        if text is None:
            raise ConfigError(NO_GOOD)
        moved = self._good.put_aside()
        try:
            self._replace(text)
        except ConfigError:
            if moved is not None:
                with contextlib.suppress(OSError):
                    moved.rename(self.path)
            raise
        return self.read()

    def _usable(self) -> Iterator[tuple[str, float]]:
        """The texts that could take the file's place, with when they were saved: the best one first."""
        for path in (self._good.path, *reversed(self._versions.all())):
            text = read_kept(path)
            if not text:
                continue
            try:
                parse(text, name=str(self.path))
            except ConfigError:
                continue
            yield text, path.stat().st_mtime

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
            if os.path.lexists(self.path):
                replace_keeping_owner(self.path, text)
            else:
                write_atomically(self.path, text, mode=0o644)
        except OSError as error:
            raise unwritable(self.path, error) from None


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
        raise ConfigError(Sentence("{name}: isn't a key; write it as section.key", name=repr(name)))
    return parts


def _is_entry(key: Key) -> bool:
    """Whether a key is one of the file's own names, which can be taken out, and not one of the program's."""
    return key[:2] == ("music", "profiles") and len(key) > 2
