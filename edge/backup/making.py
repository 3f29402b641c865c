"""Writes a backup: a zip archive with a manifest, while the device may go on running."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import sqlite3
import tempfile
import time
import zipfile
from pathlib import Path

from edge import __version__
from edge.backup.contents import (
    CONFIG,
    FORMAT,
    JOURNAL,
    MANIFEST,
    SECRET_STATE,
    SECRETS,
    STATE,
    TEXT_MAX_BYTES,
    VERSION,
)
from edge.backup.sealing import seal
from edge.config.file import parse, text_of
from edge.errors import ConfigError
from edge.system.database import FILE as JOURNAL_FILE
from edge.system.reading import read_bytes
from edge.times import utc_text


def make_backup(target: Path, *, config: Path | None, state: Path, passphrase: str | None = None) -> list[str]:
    """Write the backup to a new file, readable by its owner only; returns the names of its parts.

    config: the configuration file, None without one. state: the state directory. passphrase: encrypts the secrets;
    None leaves them out. Raises ConfigError if the file exists, or something can't be read or written.
    """
    if os.path.lexists(target):
        raise ConfigError(f"{target}: exists already; name a file that doesn't")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".moodroom-") as folder:
            parts = _parts(config, state, passphrase)
            journal = _copy_journal(state / JOURNAL_FILE, Path(folder) / JOURNAL)
            made = Path(folder) / "backup.zip"
            made.touch(0o600)
            _write(made, parts, journal)
            made.rename(target)
    except OSError as error:
        raise ConfigError(f"{target}: the backup can't be written ({error.strerror or error})") from None
    return [*parts, *([JOURNAL] if journal else [])]


def _parts(config: Path | None, state: Path, passphrase: str | None) -> dict[str, bytes]:
    parts = {}
    if config is not None:
        # A backup with a configuration that can't be used couldn't be restored.
        parse(text_of(config), name=str(config))
        parts[CONFIG] = read_bytes(config, max_bytes=TEXT_MAX_BYTES)
    for name in STATE:
        with contextlib.suppress(FileNotFoundError):
            parts[f"state/{name}"] = read_bytes(state / name, max_bytes=TEXT_MAX_BYTES)
    if passphrase is not None:
        secrets = {}
        for name in SECRET_STATE:
            with contextlib.suppress(FileNotFoundError):
                content = read_bytes(state / name, max_bytes=TEXT_MAX_BYTES // 8)
                secrets[name] = base64.b64encode(content).decode()
        parts[SECRETS] = seal(json.dumps(secrets).encode(), passphrase)
    return parts


def _copy_journal(path: Path, copy: Path) -> Path | None:
    """Copy the database by SQLite's own backup, which sees a consistent state while the device writes."""
    if not os.path.isfile(path):
        return None
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            # The copy is one file, without a log beside it.
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise ConfigError(f"{path}: the history can't be read ({error}); is it yours, and undamaged?") from None
    return copy


def _write(made: Path, parts: dict[str, bytes], journal: Path | None) -> None:
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    if journal is not None:
        with journal.open("rb") as file:
            digest = hashlib.sha256()
            while block := file.read(1 << 20):
                digest.update(block)
        sums[JOURNAL] = digest.hexdigest()
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "program": __version__,
        "made": utc_text(time.time()),
        "sha256": sums,
    }
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
        for name, content in parts.items():
            archive.writestr(name, content)
        if journal is not None:
            archive.write(journal, JOURNAL)
