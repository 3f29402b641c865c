"""Brings a backup back; what it replaces is kept."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
from datetime import datetime, timezone
from pathlib import Path

from edge.backup.contents import CONFIG, JOURNAL, KEPT_FOLDER, PENDING
from edge.backup.reading import Backup, read_backup
from edge.errors import ConfigError, MoodroomError
from edge.system.database import SUFFIXES
from edge.system.files import make_folder, replace_keeping_owner, write_atomically

log = logging.getLogger(__name__)
KEPT_MAX = 3


def restore(path: Path, *, config: Path, state: Path, passphrase: str | None = None) -> tuple[Backup, Path]:
    """Check a backup, then restore it; returns it, and the folder where what it replaced is kept.

    config: the configuration file, which need not exist. state: the state directory. No other program may use them.
    Raises ConfigError: before anything was changed for a bad backup, and with what to do if the disk fails.
    """
    try:
        make_folder(state)
        with tempfile.TemporaryDirectory(dir=state, prefix=".moodroom-") as folder:
            backup = read_backup(path, Path(folder), passphrase)
            kept = _keep(backup, config, state)
            try:
                _replace(backup, config, state)
            except OSError as error:
                raise ConfigError(
                    f"{path}: can't be restored completely ({error.strerror or error}); run this again once that is "
                    f"fixed. What there was before is in {kept}"
                ) from None
    except OSError as error:
        raise ConfigError(f"{state}: can't be written ({error.strerror or error}); nothing was changed") from None
    return backup, kept


def restore_pending(config: Path | None, state: Path) -> bool:
    """Restore the backup that the page has taken in, if there is one; returns whether that was done. Never raises."""
    pending = state / PENDING
    if not os.path.isfile(pending):
        return False
    try:
        _, kept = restore(pending, config=config or Path(CONFIG), state=state)
        log.info("backup: restored; what there was before is in %s", kept)
        done = True
    except MoodroomError as error:
        log.error("backup: %s", error)
        done = False
    with contextlib.suppress(OSError):
        pending.unlink()
    return done


def _keep(backup: Backup, config: Path, state: Path) -> Path:
    """Copy what will be replaced. The newest few such folders are kept."""
    kept = state / KEPT_FOLDER / datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%f")
    make_folder(kept)
    kept.chmod(0o700)
    files = [state / name for name in backup.state]
    files += [config] if backup.config is not None else []
    files += [state / f"{JOURNAL}{suffix}" for suffix in SUFFIXES] if backup.journal is not None else []
    for file in files:
        if os.path.isfile(file):
            shutil.copyfile(file, kept / file.name)
            (kept / file.name).chmod(0o600)
    for old in sorted((state / KEPT_FOLDER).iterdir())[:-KEPT_MAX]:
        shutil.rmtree(old, ignore_errors=True)
    return kept


def _replace(backup: Backup, config: Path, state: Path) -> None:
    for name, content in backup.state.items():
        write_atomically(state / name, content)
    if backup.journal is not None:
        for suffix in SUFFIXES[1:]:
            (state / f"{JOURNAL}{suffix}").unlink(missing_ok=True)
        backup.journal.replace(state / JOURNAL)
    if backup.config is None:
        return
    if config.exists():
        replace_keeping_owner(config, backup.config)
    else:
        write_atomically(config, backup.config, mode=0o644)
