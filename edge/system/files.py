"""Writing files that are replaced as a whole: readers see the old content or the new one, also after a power cut."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

# A file that has any content has a whole block, which is at least this long.
IN_PLACE_BYTES = 512


def write_atomically(path: Path, data: bytes | str, *, mode: int = 0o600, owner: tuple[int, int] | None = None) -> None:
    """Replace a file's content, or create the file. Text is written as UTF-8.

    mode: the new file's permissions, whatever the umask. The file never has wider ones, even while it is written.
    owner: the numbers of its user and group; None for this process's.
    Raises OSError; the old file is then unchanged, and no temporary file is left.
    """
    content = data.encode() if isinstance(data, str) else data
    # The same folder, so that the rename stays within one file system. A name of its own, so that two writers of one
    # file don't share a temporary file.
    temporary = path.with_name(f".moodroom-{os.urandom(8).hex()}.part")
    number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(number, "wb") as file:
            if owner is not None:
                _give_to(number, *owner)
            with contextlib.suppress(OSError):  # FAT has no permissions; the umask can only have narrowed them
                os.fchmod(number, mode)
            file.write(content)
            file.flush()
            os.fsync(number)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def replace_keeping_owner(path: Path, data: bytes | str) -> None:
    """Replace a file that exists as `write_atomically` does, with its mode, user and group; a link stays one.

    Raises OSError, also where the file is another user's who could no longer read it; the old file is then unchanged.
    """
    place = path.resolve(strict=True)
    status = place.stat()
    write_atomically(place, data, mode=stat.S_IMODE(status.st_mode), owner=(status.st_uid, status.st_gid))


def _give_to(number: int, user: int, group: int) -> None:
    """Give an open file to a user and a group. Only root can; a file of root's may change hands, as root reads all."""
    now = os.fstat(number)
    if now.st_gid != group:
        with contextlib.suppress(PermissionError):
            os.fchown(number, -1, group)
    if now.st_uid != user:
        try:
            os.fchown(number, user, -1)
        except PermissionError:
            if user != 0:
                raise


def replace_or_overwrite(path: Path, data: str, *, mode: int = 0o600) -> None:
    """Replace a file's content as `write_atomically` does or, where that fails, overwrite the file in place.

    On a full disk no new file can be written, but the blocks of the old one are there. They are used if the text isn't
    longer than the old one, or than IN_PLACE_BYTES; what is left of the old one becomes empty lines. A power cut
    meanwhile may leave a damaged file, so only for files that are safe to lose. Raises OSError; the old content is
    then unchanged.
    """
    try:
        write_atomically(path, data, mode=mode)
    except OSError as error:
        content = data.encode()
        try:
            number = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            raise error from None
        try:
            size = os.fstat(number).st_size
            if not size or len(content) > max(size, IN_PLACE_BYTES):
                raise
            padded = content.ljust(size, b"\n")
            if os.pwrite(number, padded, 0) != len(padded):
                raise
            os.fsync(number)
        finally:
            os.close(number)


def make_folder(folder: Path) -> None:
    """Create the folder if it doesn't exist, for its owner only; missing ones above it may be read by all.

    Neither depends on the umask, which may allow everybody to write. Raises OSError.
    """
    for one in (*reversed(folder.parents), folder):
        if not os.path.lexists(one):
            one.mkdir(0o700 if one == folder else 0o755, exist_ok=True)


def _sync_folder(folder: Path) -> None:
    """Save the folder's list of names: without this, a power cut can bring the old file back."""
    with contextlib.suppress(OSError):  # some file systems can't sync a folder; the file is already replaced
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
