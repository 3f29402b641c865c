"""What survives a restart."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from edge import state


def test_what_was_written_is_read_again(state_folder: Path) -> None:
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


def test_a_folder_that_can_t_be_written_is_said_once_and_life_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Root may write anywhere but below a file.
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING):
        assert state.write("camera", "OFF", tmp_path / "file" / "state") is False
    (line,) = caplog.messages
    assert "can't be written (Not a directory)" in line and "forgotten on a restart" in line
    assert state.read("camera", tmp_path / "file" / "state") is None


def test_a_damaged_file_counts_as_nothing(state_folder: Path) -> None:
    state_folder.mkdir()
    (state_folder / "camera").write_bytes(b"\xff\xff")
    assert state.read("camera") is None


def test_the_folder_is_systemd_s_then_xdg_s_then_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/moodroom:/var/lib/more")
    assert state.directory() == Path("/var/lib/moodroom")
    monkeypatch.delenv("STATE_DIRECTORY")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state.directory() == tmp_path / "moodroom"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state.directory() == tmp_path / ".local" / "state" / "moodroom"
