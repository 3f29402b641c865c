"""Writing the configuration file: validated, atomic, kept, and never over somebody's edit."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

import pytest

from edge.config.writing.file import VERSIONS_MAX, ConfigFile
from edge.errors import ConfigError, EditedMeanwhile, sentence_of
from edge.sentences import parts
from edge.system import files
from tests.conftest import ROOT


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    path = tmp_path / "config.yaml"
    path.write_text((ROOT / "config.yaml").read_text())
    return ConfigFile(path, folder=tmp_path / "versions")


def test_a_change_is_written_and_taken_back(file: ConfigFile) -> None:
    before = file.read()
    after, config = file.write({"mpd.host": "10.0.0.5"}, before.version)
    assert config.mpd.host == "10.0.0.5" and after.values["mpd"]["host"] == "10.0.0.5"
    assert file.path.read_text() == after.text != before.text and file.can_undo()
    assert file.undo() == before
    assert not file.can_undo()
    with pytest.raises(ConfigError, match="no earlier version"):
        file.undo()


def test_an_invalid_value_is_one_sentence_with_its_key_and_nothing_is_written(file: ConfigFile) -> None:
    before = file.read()
    for key, value, words in [
        ("mpd.port", "many", "mpd.port: must be a whole number"),
        ("mqtt.password", "secret", "secrets don't belong in this file"),
        ("musik.profile", "a", "there is no such key; did you mean music"),
        ("music.profile", "party", "party"),
    ]:
        with pytest.raises(ConfigError) as refused:
            file.write({"mpd.host": "10.0.0.5", key: value}, before.version)
        assert words in str(refused.value) and "\n" not in str(refused.value)
    assert file.read() == before and not file.can_undo()


def test_a_file_that_was_edited_meanwhile_is_left_alone(file: ConfigFile) -> None:
    version = file.read().version
    edited = file.path.read_text() + "# mine\n"
    file.path.write_text(edited)
    with pytest.raises(EditedMeanwhile):
        file.write({"mpd.host": "10.0.0.5"}, version)
    file.write({"mpd.host": "10.0.0.5"}, file.read().version)
    file.path.write_text(file.path.read_text() + "# mine too\n")
    with pytest.raises(EditedMeanwhile):
        file.undo()
    assert "# mine too" in file.path.read_text()


def test_ten_versions_are_kept(file: ConfigFile) -> None:
    file.path.write_text("mpd: {port: 6600}  # small, since each is validated several times\n")
    for port in range(1, VERSIONS_MAX + 4):
        file.write({"mpd.port": port}, file.read().version)
    for port in range(VERSIONS_MAX + 2, 2, -1):
        assert file.undo().values["mpd"]["port"] == port
    assert not file.can_undo()


def test_mode_and_link_stay(file: ConfigFile, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere" / "mine.yaml"
    real.parent.mkdir()
    file.path.rename(real)
    real.chmod(0o640)
    file.path.symlink_to(real)
    inode = real.stat().st_ino
    file.write({"mpd.host": "10.0.0.5"}, file.read().version)
    assert file.path.is_symlink() and "10.0.0.5" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640 and real.stat().st_ino != inode
    assert [path.name for path in real.parent.iterdir()] == ["mine.yaml"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_owner_stays(file: ConfigFile) -> None:
    os.chown(file.path, 12345, 23456)
    file.write({"mpd.host": "10.0.0.5"}, file.read().version)
    assert (file.path.stat().st_uid, file.path.stat().st_gid) == (12345, 23456)


def test_a_power_cut_leaves_the_old_file_or_the_new_one(file: ConfigFile, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read()

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(files, "_give_to", cut)
        with pytest.raises(KeyboardInterrupt):
            file.write({"mpd.host": "10.0.0.5"}, before.version)
    assert file.read() == before
    # The text was kept, but the change never came: there is nothing to take back.
    assert not file.can_undo()
    after, _ = file.write({"mpd.host": "10.0.0.6"}, before.version)
    assert file.undo() == before and after != before


def test_a_file_that_cant_be_written_is_one_sentence(file: ConfigFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_give_to", full)
    before = file.read()
    with pytest.raises(ConfigError, match=r"can't be written \(No space left on device\); nothing was changed"):
        file.write({"mpd.host": "10.0.0.5"}, before.version)
    assert file.read() == before


def test_a_file_that_was_broken_by_hand_is_replaced_by_the_last_good_one_and_kept(
    file: ConfigFile, tmp_path: Path
) -> None:
    text = "mpd: {port: 6600}  # mine\n"
    for broken in (b"mpd: {host: [\n", b"music:\n  max_volume: 150\n", b"device: {name: \xff}\n", b"\0", b"", None):
        file.path.write_text(text)
        os.utime(file.path, (1.7e9, 1.7e9))
        file.keep_good()
        assert file.last_good() == text and file.last_good_at() == 1.7e9
        if broken is None:
            file.path.unlink()
        else:
            file.path.write_bytes(broken)
        file.keep_good()
        assert not file.can_undo()
        assert file.undo().text == file.path.read_text() == text
    kept = [path.read_bytes() for path in sorted((tmp_path / "versions").glob("broken-*"))]
    assert kept == [b"mpd: {host: [\n", b"music:\n  max_volume: 150\n", b"device: {name: \xff}\n", b"\0", b""]
    assert list(tmp_path.glob("versions/0*.yaml")) == []


def test_an_empty_file_that_was_never_another_is_valid(file: ConfigFile) -> None:
    file.path.write_text("")
    file.keep_good()
    assert file.write({"mpd.port": 1}, file.read().version)[0].text == "mpd:\n  port: 1\n"
    file.keep_good()
    file.path.write_text(" \n")
    with pytest.raises(ConfigError, match="is empty, and wasn't before"):
        file.require_text()


def test_without_a_last_good_text_the_newest_version_that_works_comes_back(file: ConfigFile, tmp_path: Path) -> None:
    file.path.write_text("mpd: {port: 6600}\n")
    first = file.read()
    file.write({"mpd.port": 1}, first.version)
    file.write({"mpd.port": 2}, file.read().version)
    for path in (tmp_path / "versions").glob("good-*"):
        path.unlink()
    file.path.write_text("mpd: [")
    assert file.undo().values["mpd"]["port"] == 1
    # From there, changes are taken back as before.
    assert file.undo().text == first.text
    for path in (tmp_path / "versions").glob("*.yaml"):
        path.unlink()
    file.path.write_text("mpd: [")
    with pytest.raises(ConfigError, match="no earlier version of the settings' file that can be used"):
        file.undo()
    assert file.path.read_text() == "mpd: [" and file.last_good_at() is None


def test_what_cant_be_kept_isnt_replaced(file: ConfigFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file.keep_good()
    file.path.write_text("mpd: [")
    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(ConfigError, match="can't be kept"):
        file.undo()
    assert file.path.read_text() == "mpd: ["


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_what_cant_be_copied_is_renamed_and_replaced(file: ConfigFile, kind: str) -> None:
    good = file.path.read_text()
    file.keep_good()
    file.path.unlink()
    if kind == "folder":
        file.path.mkdir()
        (file.path / "inside").write_text("kept")
    elif kind == "link":
        file.path.symlink_to("missing/config.yaml")
    else:
        os.mkfifo(file.path)
    assert file.undo().text == good == file.path.read_text()
    (aside,) = file.path.parent.glob(f"{file.path.name}.broken-*")
    assert (aside / "inside").read_text() == "kept" if kind == "folder" else not aside.is_file()


def test_a_folder_comes_back_where_the_file_cant_be_written(file: ConfigFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file.keep_good()
    file.path.unlink()
    file.path.mkdir()
    monkeypatch.setattr("edge.config.writing.file.write_atomically", full)
    with pytest.raises(ConfigError, match="nothing was changed"):
        file.undo()
    assert file.path.is_dir() and not list(file.path.parent.glob("*.broken-*"))


def test_why_a_file_cant_be_read_can_be_translated(file: ConfigFile) -> None:
    file.path.unlink()
    for make, code in (
        (lambda: None, "No such file or directory"),
        (file.path.mkdir, "Is a directory"),
        (lambda: os.mkfifo(file.path), "it isn't a regular file, but a pipe, socket or device"),
        (lambda: file.path.write_bytes(b"#" * 600_000), "it has more than {limit} KB"),
    ):
        make()
        with pytest.raises(ConfigError) as caught:
            file.read()
        reason = parts(sentence_of(caught.value))["values"]["reason"]
        assert reason["code"] == code
        if file.path.is_dir():
            file.path.rmdir()
        else:
            file.path.unlink(missing_ok=True)
