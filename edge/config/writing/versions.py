"""The texts that changes have replaced, in the state directory, each with the version that replaced it."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from edge.errors import ConfigError
from edge.sentences import Sentence
from edge.system.files import make_folder, write_atomically
from edge.system.reading import TEXT_MAX_BYTES, read_bytes, reason_of

FIXES = {
    errno.ENOSPC: Sentence("Make room on the disk, then try again"),
    errno.EDQUOT: Sentence("Make room on the disk, then try again"),
    errno.EROFS: Sentence("The disk is read-only: make it writable, then try again"),
}
OTHER_FIX = Sentence("Run the installer again, or give the device's user the file and its folder")


class Versions:
    """A folder of kept texts; for one writer at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[Path]:
        """The kept texts, oldest first."""
        return sorted(path for path in self._folder.glob("??????-*.yaml") if path.name[:6].isdigit())

    def keep(self, text: str, written: str, *, saved: float) -> Path:
        """Keep a text that is about to be replaced; returns its file, raises ConfigError.

        written: the version that replaces it. saved: when it was saved itself, Unix time.
        """
        kept = self.all()
        number = int(kept[-1].name.split("-")[0]) + 1 if kept else 1
        try:
            make_folder(self._folder)
            path = self._folder / f"{number:06d}-{written}.yaml"
            write_atomically(path, text)
            os.utime(path, (saved, saved))
        except OSError as error:
            raise unwritable(self._folder, error) from None
        return path


def written_version(kept: Path) -> str:
    """The version that replaced a kept text."""
    return kept.stem.partition("-")[2]


def forget_all_but(count: int, kept: list[Path]) -> None:
    """Remove the oldest of what is kept. kept: oldest first; what can't be removed stays until the next time."""
    for old in kept[:-count]:
        with contextlib.suppress(OSError):
            old.unlink()


def read_kept(path: Path) -> str | None:
    """A kept text; None for one that can't be read."""
    try:
        return read_bytes(path, max_bytes=TEXT_MAX_BYTES).decode()
    except (OSError, UnicodeDecodeError):
        return None


def unwritable(path: Path, error: OSError) -> ConfigError:
    """Why a file can't be written, and what to do."""
    return ConfigError(
        Sentence(
            "{path}: can't be written ({reason}); nothing was changed. {fix}",
            path=str(path),
            reason=reason_of(error),
            fix=FIXES.get(error.errno or 0, OTHER_FIX),
        )
    )
