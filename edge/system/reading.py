"""Reading small files that people name, which may be anything: a pipe without an end, a device, gigabytes."""

from __future__ import annotations

import codecs
import errno
import os
import stat
from pathlib import Path

from edge.sentences import Sentence

TEXT_MAX_BYTES = 512 * 1024
NOT_REGULAR = Sentence("it isn't a regular file, but a pipe, socket or device")
# The operating system's own words for what happens to a person's files, so that they can be translated.
_REASONS: dict[str, Sentence] = {
    str(reason): reason
    for reason in (
        Sentence("Disk quota exceeded"),
        Sentence("Input/output error"),
        Sentence("Is a directory"),
        Sentence("No space left on device"),
        Sentence("No such file or directory"),
        Sentence("Permission denied"),
        Sentence("Read-only file system"),
        NOT_REGULAR,
    )
}


def read_text(path: Path, *, max_bytes: int = TEXT_MAX_BYTES, mode_mask: int = 0, any_unicode: bool = False) -> str:
    """A regular file's text, read as UTF-8. Never waits, as opening a named pipe would.

    mode_mask: permissions that the file may not have. any_unicode: a byte order mark at the beginning is left out, and
    may be UTF-16's, as Windows' editors write them. Raises OSError, whose `strerror` says what is wrong, also for
    what is no regular file, is too large or has such permissions (PermissionError); UnicodeDecodeError for other bytes.
    """
    _check(path, max_bytes=max_bytes, mode_mask=mode_mask)
    if any_unicode:
        raw = path.read_bytes()
        encoding = "utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
        return raw.decode(encoding)
    return path.read_text(encoding="utf-8")


def _check(path: Path, *, max_bytes: int, mode_mask: int = 0) -> None:
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, str(NOT_REGULAR), str(path))
    if status.st_mode & mode_mask:
        raise PermissionError(errno.EPERM, "other users can read it", str(path))
    if status.st_size > max_bytes:
        raise OSError(errno.EFBIG, Sentence("it has more than {limit} KB", limit=max_bytes // 1024), str(path))


def reason_of(error: OSError) -> str:
    """Why a file can't be read or written, as a Sentence where there is one; otherwise in English."""
    reason = error.strerror or str(error)
    return _REASONS.get(reason, reason)


def read_bytes(path: Path, *, max_bytes: int) -> bytes:
    """A regular file's content; raises OSError as `read_text` does. Never waits."""
    _check(path, max_bytes=max_bytes)
    return path.read_bytes()


def require_regular(path: str | Path) -> None:
    """Raise OSError if this exists and isn't a regular file: a library that opened a named pipe would wait for ever."""
    if not stat.S_ISREG(Path(path).stat().st_mode):
        raise OSError(errno.EINVAL, "it isn't a regular file", str(path))
