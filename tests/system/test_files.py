"""Files that are replaced atomically."""

from __future__ import annotations

import os
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.system.files import write_atomically


@pytest.fixture
def file_limit() -> Iterator[int]:
    """Limit the bytes that this process may write to a file; writing more fails, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield 4096
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_new_file_is_created(tmp_path: Path) -> None:
    write_atomically(tmp_path / "kept", "two words\n")
    assert (tmp_path / "kept").read_bytes() == b"two words\n"
    assert names(tmp_path) == ["kept"]


def test_an_old_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text("a much longer old content")
    write_atomically(path, b"\xff\x00")
    assert path.read_bytes() == b"\xff\x00"
    assert names(tmp_path) == ["kept"]


def test_text_is_written_as_utf_8(tmp_path: Path) -> None:
    write_atomically(tmp_path / "kept", "Déjà vu\n")
    assert (tmp_path / "kept").read_bytes() == "Déjà vu\n".encode()


def test_a_reader_of_the_old_file_keeps_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text("old")
    with path.open() as file:
        write_atomically(path, "new")
        assert file.read() == "old"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077], indirect=True)
@pytest.mark.parametrize("mode", [0o600, 0o644])
@pytest.mark.usefixtures("umask")
def test_the_mode_does_not_depend_on_the_umask_or_the_old_file(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "kept"
    for _ in range(2):
        write_atomically(path, "secret", mode=mode)
        assert stat.S_IMODE(path.stat().st_mode) == mode
        path.chmod(0o666)


@pytest.mark.parametrize("umask", [0o000], indirect=True)
@pytest.mark.usefixtures("umask")
def test_the_temporary_file_is_never_more_readable_than_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    fchmod = os.fchmod

    def recorded(number: int, mode: int) -> None:
        modes.append(stat.S_IMODE(os.fstat(number).st_mode))
        fchmod(number, mode)

    monkeypatch.setattr(os, "fchmod", recorded)
    write_atomically(tmp_path / "kept", "secret")
    assert modes == [0o600]


def test_a_full_disk_leaves_only_the_old_file(tmp_path: Path, file_limit: int) -> None:
    path = tmp_path / "kept"
    path.write_text("old")
    with pytest.raises(OSError, match="File too large"):
        write_atomically(path, b"x" * (file_limit + 1))
    assert path.read_text() == "old"
    assert names(tmp_path) == ["kept"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_step_that_fails_leaves_only_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "kept"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os if step == "fsync" else Path, step, full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["kept"]


def test_text_that_cant_be_encoded_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\udcff")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["kept"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "none" / "kept", "new")
    assert names(tmp_path) == []


def test_the_file_is_synced_before_the_rename_and_the_folder_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, move = os.fsync, Path.replace

    def synced(number: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "file")
        sync(number)

    def moved(path: Path, to: Path) -> Path:
        steps.append("rename")
        return move(path, to)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", moved)
    write_atomically(tmp_path / "kept", "new")
    assert steps == ["file", "rename", "folder"]


def test_a_folder_that_can_not_be_synced_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def unsupported_for_folders(number: int) -> None:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            raise OSError(22, "Invalid argument")
        sync(number)

    monkeypatch.setattr(os, "fsync", unsupported_for_folders)
    write_atomically(tmp_path / "kept", "new")
    assert (tmp_path / "kept").read_text() == "new"


def test_a_file_system_without_permissions_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refused)
    write_atomically(tmp_path / "kept", "new", mode=0o644)
    assert (tmp_path / "kept").read_text() == "new"
