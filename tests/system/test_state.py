"""Values that survive a restart."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

import pytest

from edge.system import state


def test_a_written_value_is_read_again(state_folder: Path) -> None:
    assert state.read("camera") is None
    assert state.write("camera", "OFF")
    assert state.read("camera") == "OFF"
    assert state.write("camera", "ON")
    assert state.read("camera") == "ON"
    assert [path.name for path in state_folder.iterdir()] == ["camera"]


def test_a_write_that_fails_leaves_the_old_value(state_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state.write("camera", "OFF")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert not state.write("camera", "ON")
    assert state.read("camera") == "OFF"


def test_a_folder_that_can_t_be_written_is_logged_once_and_not_raised(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Even root can't write below a file.
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING):
        assert state.write("camera", "OFF", tmp_path / "file" / "state") is False
    (line,) = caplog.messages
    assert "can't be written (Not a directory)" in line and "forgotten on a restart" in line
    assert state.read("camera", tmp_path / "file" / "state") is None


def test_a_damaged_file_counts_as_missing(state_folder: Path) -> None:
    state_folder.mkdir()
    (state_folder / "camera").write_bytes(b"\xff\xff")
    assert state.read("camera") is None


@pytest.mark.parametrize("kept", [b"", b"\n", b"\xff\xff", b"O", b"\0\0\0"])
def test_a_switch_with_a_damaged_file_is_off(state_folder: Path, kept: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A file that a power cut damaged mustn't switch a camera on."""
    state_folder.mkdir()
    (state_folder / "camera").write_bytes(kept)
    assert not state.switched_on("camera")
    (line,) = caplog.messages
    assert "damaged" in line and "until it is switched on again" in line


def test_a_switch_is_on_until_it_is_switched_off(
    state_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert state.switched_on("camera")
    state.write("camera", "OFF")
    assert not state.switched_on("camera")
    state.write("camera", "ON")
    assert state.switched_on("camera")
    assert not caplog.messages

    def unreadable(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", unreadable)
    assert not state.switched_on("camera")


def test_a_value_and_its_name_are_synced_before_it_counts_as_saved(
    state_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, move = os.fsync, Path.replace

    def synced(number: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "file")
        sync(number)

    def moved(path: Path, to: Path) -> Path:
        steps.append("move")
        return move(path, to)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", moved)
    assert state.write("camera", "OFF")
    assert steps == ["file", "move", "folder"]


def test_the_folder_is_systemds_then_xdgs_then_in_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/moodroom:/var/lib/more")
    assert state.directory() == Path("/var/lib/moodroom")
    monkeypatch.delenv("STATE_DIRECTORY")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state.directory() == tmp_path / "moodroom"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state.directory() == tmp_path / ".local" / "state" / "moodroom"
