"""Reads a backup and checks all of it, before anything is changed. The file may be anything."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.backup.contents import (
    BACKUP_MAX_BYTES,
    CONFIG,
    FORMAT,
    JOURNAL,
    MANIFEST,
    SECRET_STATE,
    SECRETS,
    TEXT_MAX_BYTES,
    VERSION,
    largest,
)
from edge.backup.sealing import unseal
from edge.config.file import parse
from edge.errors import ConfigError, MoodroomError
from edge.journal.tables import SCHEMA
from edge.sentences import Sentence, with_values
from edge.system import database
from edge.system.reading import reason_of, require_regular
from edge.text import clean, parse_json

BLOCK_BYTES = 1 << 20
NEWER = Sentence("{file}: was made by a newer Moodroom; update this one first. Nothing was changed")


@dataclass(frozen=True)
class Backup:
    """A backup that may be restored.

    made: when, as UTC text. config: the configuration's text, None for none. state: contents of files in the state
    directory, by name, with the secrets where there was a passphrase. journal: a copy of the database, None for none.
    locked: it has secrets, and no passphrase was given.
    """

    made: str
    config: str | None
    state: dict[str, bytes] = field(repr=False)
    journal: Path | None
    locked: bool


def read_backup(path: Path, folder: Path, passphrase: str | None = None) -> Backup:
    """Check a backup. folder: for the copy of the database, where it stays. Raises ConfigError, one sentence."""
    with _refused(path):
        require_regular(path)
        if path.stat().st_size > BACKUP_MAX_BYTES:
            raise _refusal(path, Sentence("{file}: is larger than any backup; nothing was changed"))
        if not zipfile.is_zipfile(path):
            raise _refusal(path, Sentence("{file}: isn't a backup of Moodroom; nothing was changed"))
        with zipfile.ZipFile(path) as archive:
            return _read(path, archive, folder, passphrase)


@contextlib.contextmanager
def _refused(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(
            Sentence(
                "{file}: can't be read ({reason}); nothing was changed",
                file=str(path),
                reason=reason_of(error),
            )
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise _refusal(path, Sentence("{file}: is damaged; nothing was changed")) from None


def _refusal(path: Path, sentence: Sentence, **values: object) -> ConfigError:
    return ConfigError(with_values(sentence, file=str(path), **values))


def _read(path: Path, archive: zipfile.ZipFile, folder: Path, passphrase: str | None) -> Backup:
    names = [info.filename for info in archive.infolist()]
    for info in archive.infolist():
        limit = largest(info.filename)
        if limit is None or names.count(info.filename) > 1:
            raise ConfigError(
                Sentence(
                    "{file}: has a part that no backup has, {name}; nothing was changed",
                    file=str(path),
                    name=repr(clean(info.filename, 80)),
                )
            )
        if info.file_size > limit:
            raise ConfigError(
                Sentence(
                    "{file}: {name} has more than {limit} KB; nothing was changed",
                    file=str(path),
                    name=info.filename,
                    limit=limit // 1024,
                )
            )
    sums, made = _manifest(path, archive, names)
    parts = {name: _part(path, archive, name, sums) for name in names if name not in (MANIFEST, JOURNAL)}
    text = None
    if CONFIG in parts:
        try:
            text = parts[CONFIG].decode()
        except UnicodeDecodeError:
            raise _refusal(path, Sentence("{file}: its config.yaml isn't UTF-8 text; nothing was changed")) from None
        parse(text, name=f"{path}, config.yaml")
    state = {name.removeprefix("state/"): content for name, content in parts.items() if name.startswith("state/")}
    for name, content in state.items():
        _check_state(path, name, content)
    if SECRETS in parts and passphrase is not None:
        state |= _secrets(path, unseal(parts[SECRETS], passphrase))
    journal = _journal(path, archive, folder, sums) if JOURNAL in names else None
    return Backup(made, text, state, journal, SECRETS in parts and passphrase is None)


def _manifest(path: Path, archive: zipfile.ZipFile, names: list[str]) -> tuple[dict[str, str], str]:
    try:
        manifest: Any = parse_json(archive.read(MANIFEST)) if MANIFEST in names else None
        known = manifest["format"] == FORMAT and isinstance(manifest["version"], int)
        sums = {str(name): str(one) for name, one in dict(manifest["sha256"]).items()}
        made = clean(str(manifest["made"]), 40)
    except (ValueError, TypeError, KeyError):
        known = False
    if not known:
        raise _refusal(path, Sentence("{file}: isn't a backup of Moodroom; nothing was changed"))
    if manifest["version"] > VERSION:
        raise _refusal(path, NEWER)
    if set(sums) != set(names) - {MANIFEST}:
        raise _refusal(path, Sentence("{file}: is damaged: it lacks a part, or has one too many; nothing was changed"))
    return sums, made


def _part(path: Path, archive: zipfile.ZipFile, name: str, sums: dict[str, str]) -> bytes:
    with archive.open(name) as file:
        content = file.read(TEXT_MAX_BYTES + 1)
    if hashlib.sha256(content).hexdigest() != sums[name]:
        raise _refusal(path, Sentence("{file}: is damaged: {name} was changed; nothing was changed here"), name=name)
    return content


def _check_state(path: Path, name: str, content: bytes) -> None:
    try:
        text = content.decode()
        valid = text.strip() in ("ON", "OFF") if name == "camera" else isinstance(parse_json(text), dict)
    except ValueError:
        valid = False
    if not valid:
        raise _refusal(path, Sentence("{file}: its {name} can't be used; nothing was changed"), name=name)


def _secrets(path: Path, content: bytes) -> dict[str, bytes]:
    try:
        found = {name: base64.b64decode(one, validate=True) for name, one in parse_json(content).items()}
    except (ValueError, TypeError, AttributeError):
        found = {"": b""}
    if not set(found) <= set(SECRET_STATE):
        raise _refusal(path, Sentence("{file}: its secrets can't be used; nothing was changed"))
    return found


def _journal(path: Path, archive: zipfile.ZipFile, folder: Path, sums: dict[str, str]) -> Path:
    """Copy the database out of the archive, and check that it is one that this program can use."""
    copy, digest = folder / JOURNAL, hashlib.sha256()
    with archive.open(JOURNAL) as source, copy.open("xb") as target:
        copy.chmod(0o600)
        while block := source.read(BLOCK_BYTES):
            digest.update(block)
            target.write(block)
    if digest.hexdigest() != sums[JOURNAL]:
        raise _refusal(path, Sentence("{file}: is damaged: {name} was changed; nothing was changed here"), name=JOURNAL)
    try:
        with contextlib.closing(database.open_for_reading(copy, SCHEMA)) as connection:
            result = connection.execute("PRAGMA quick_check(1)").fetchone()
    except (MoodroomError, sqlite3.Error):
        result = None
    if result is None or result[0] != "ok":
        raise _refusal(path, Sentence("{file}: its history can't be used by this version; nothing was changed"))
    return copy
