"""Backup and restore as a user meets them: through the command line, with real files and a real database."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.backup.making import make_backup
from edge.errors import ConfigError, sentence_of
from edge.journal.tables import SCHEMA
from edge.sentences import Sentence
from edge.system import database
from edge.system.run_lock import running
from tests.conftest import ROOT
from tests.waiting import PATIENCE

CONFIG = "# our den\ndevice:\n  id: den  # the small one\n"
LOGIN = '{"token": {"access_token": "secret-a", "refresh_token": "secret-r"}}'


class Home:
    """A device's files, and the commands on them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state, self.config = folder, folder / "state", folder / "config.yaml"
        self.state.mkdir(parents=True)

    def fill(self) -> None:
        self.config.write_text(CONFIG)
        (self.state / "settings").write_text('{"control": "off"}\n')
        (self.state / "camera").write_text("OFF\n")
        (self.state / "web_sessions").write_text("[]")
        (self.state / "web_password").write_text("scrypt$hash")
        (self.state / "spotify_login.json").write_text(LOGIN)
        connection = database.open_for_writing(self.state / database.FILE, SCHEMA)
        connection.execute("INSERT INTO journal_entries (at, kind, mood) VALUES (1, 'mood', 'happy')")
        connection.execute("INSERT INTO journal_outcomes (at, mood, uri, outcome) VALUES (1, 'sad', 'a:b', 'skipped')")
        connection.close()

    def run(self, *arguments: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "edge", *arguments, "--config", self.config],
            env=os.environ | {"STATE_DIRECTORY": str(self.state), "PYTHONPATH": str(ROOT)},
            cwd=self.folder,
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 4,
            check=False,
        )

    def contents(self) -> dict[str, bytes]:
        """All files that a refused restore might change."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and path.suffix != ".zip"]
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files}

    def moods(self) -> list[str]:
        connection = sqlite3.connect(self.state / database.FILE)
        found = [row[0] for row in connection.execute("SELECT mood FROM journal_entries")]
        connection.close()
        return found


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.fill()
    return made


def test_a_new_device_becomes_the_old_one_with_its_secrets_by_passphrase(home: Home, tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    file = home.folder / "b.zip"
    done = home.run("backup", file, "--with-secrets", typed="correct horse\n")
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o077 == 0
    assert b"secret-r" not in file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        assert all(b"secret-r" not in archive.read(name) for name in archive.namelist())

    new = Home(tmp_path / "new")
    new.config.write_text("device: {id: other}\n")
    refused = new.run("restore", file, "--with-secrets", typed="wrong horse\n")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "passphrase" in refused.stderr
    assert new.config.read_text() == "device: {id: other}\n"

    done = new.run("restore", file, "--with-secrets", typed="correct horse\n")
    assert done.returncode == 0, done.stderr
    assert new.config.read_text() == CONFIG
    assert (new.state / "spotify_login.json").read_text() == LOGIN
    assert (new.state / "camera").read_text() == "OFF\n"
    assert not (new.state / "web_sessions").exists()
    assert new.moods() == ["happy"]
    (kept,) = (new.state / "before_restore").iterdir()
    assert (kept / "config.yaml").read_text() == "device: {id: other}\n"


def test_secrets_are_left_out_unless_asked_for(home: Home) -> None:
    file = home.folder / "b.zip"
    assert home.run("backup", file).returncode == 0
    with zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == [
            "config.yaml", "journal.db", "manifest.json", "state/camera", "state/settings",
        ]  # fmt: skip
    again = home.run("backup", file)
    assert (again.returncode, again.stderr) == (
        2, f"moodroom: {file}: exists already; name a file that doesn't\n",
    )  # fmt: skip
    assert "STATE" not in again.stdout


@pytest.mark.parametrize("kind", ["broken", "missing", "folder"])
def test_a_configuration_that_couldnt_be_restored_isnt_backed_up(home: Home, kind: str) -> None:
    home.config.unlink()
    if kind == "broken":
        home.config.write_text("camera:\n\trotate: 1\n")
    elif kind == "folder":
        home.config.mkdir()
    with pytest.raises(ConfigError) as caught:
        make_backup(home.folder / "b.zip", config=home.config, state=home.state)
    said = sentence_of(caught.value)
    assert isinstance(said, Sentence) and said.startswith(str(home.config))
    assert not (home.folder / "b.zip").exists() and not list(home.folder.glob(".moodroom-*"))


def test_a_running_device_is_left_alone(home: Home) -> None:
    assert home.run("backup", home.folder / "b.zip").returncode == 0
    before = home.contents()
    with running(home.state):
        done = home.run("restore", home.folder / "b.zip")
    assert done.returncode == 2
    assert "the device is running; stop it first" in done.stderr
    assert {name: one for name, one in home.contents().items() if name != "state/running"} == before


def rewritten(file: Path, change: Callable[[dict[str, bytes]], None], *, sums: bool = True) -> None:
    """Write the archive anew with other parts; sums: with the right checksums in its manifest."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    if sums and "manifest.json" in parts:
        manifest = json.loads(parts["manifest.json"])
        manifest["sha256"] = {n: hashlib.sha256(one).hexdigest() for n, one in parts.items() if n != "manifest.json"}
        parts["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def put(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.__setitem__(name, content)


def of_a_newer_version(parts: dict[str, bytes]) -> None:
    parts["manifest.json"] = parts["manifest.json"].replace(b'"version": 1', b'"version": 2')


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "no archive": (lambda file: file.write_bytes(b"hello"), "isn't a backup of Moodroom"),
    "an empty file": (lambda file: file.write_bytes(b""), "isn't a backup of Moodroom"),
    "half an archive": (lambda f: f.write_bytes(f.read_bytes()[:-40]), "isn't a backup|is damaged"),
    "another archive": (lambda f: rewritten(f, lambda parts: parts.pop("manifest.json")), "isn't a backup of Moodroom"),
    "a path out of it": (lambda f: rewritten(f, put("state/../../evil", b"x")), "a part that no backup has"),
    "an absolute path": (lambda f: rewritten(f, put("/etc/evil", b"x")), "a part that no backup has"),
    "a program": (lambda f: rewritten(f, put("state/web_sessions", b"x")), "a part that no backup has"),
    "a bomb": (lambda f: rewritten(f, put("state/settings", b" " * 30_000_000)), "has more than 512 KB"),
    "a changed part": (lambda f: rewritten(f, put("config.yaml", b"device: {}"), sums=False), "is damaged"),
    "a bad configuration": (lambda f: rewritten(f, put("config.yaml", b"device: {id: 7 7}")), "device.id"),
    "no configuration text": (lambda f: rewritten(f, put("config.yaml", b"\xff\xfe")), "isn't UTF-8"),
    "a bad setting": (lambda f: rewritten(f, put("state/settings", b"[1")), "settings can't be used"),
    "a bad switch": (lambda f: rewritten(f, put("state/camera", b"maybe")), "camera can't be used"),
    "another database": (lambda f: rewritten(f, put("journal.db", b"SQLite format 3\0" + b"x" * 9000)), "its history"),
    "a newer format": (
        lambda f: rewritten(f, of_a_newer_version),
        "newer Moodroom",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_good_backup_changes_nothing(
    home: Home, kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from edge.cli.main import main

    file = home.folder / "b.zip"
    monkeypatch.setenv("STATE_DIRECTORY", str(home.state))
    with pytest.raises(SystemExit) as end:
        main(["backup", str(file), "--config", str(home.config)])
    assert end.value.code == 0
    spoil, sentence = BAD[kind]
    spoil(file)
    before = home.contents()
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        main(["restore", str(file), "--config", str(home.config)])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert any(one in said for one in sentence.split("|")), said
    assert home.contents() == before
    assert not (home.folder.parent / "evil").exists()


def test_log_out_deletes_the_login(home: Home) -> None:
    (home.state / "spotify_login.refused").write_text("{}")
    done = home.run("logout")
    assert (done.returncode, done.stdout.partition("\n")[0]) == (
        0, "Signed out: the Spotify login is deleted from this device.",
    )  # fmt: skip
    assert list(home.state.glob("spotify_login*")) == []
    assert home.run("logout").stdout == "There was no Spotify login.\n"


def test_erase_asks_and_leaves_no_trace(home: Home) -> None:
    connection = sqlite3.connect(home.state / database.FILE)
    connection.execute("INSERT INTO journal_entries (at, kind, title) VALUES (2, 'song', 'AVerySecretTitle')")
    connection.commit()
    connection.close()
    (home.state / "journal.db.broken-20260101T000000000000").write_text("AVerySecretTitle")
    assert home.run("erase", typed="n\n").returncode == 1
    assert home.moods() == ["happy", None]
    done = home.run("erase", "--yes")
    assert (done.returncode, done.stdout) == (0, "Erased: 3 entries of the history and of what was learned.\n")
    assert home.moods() == []
    assert all(b"AVerySecretTitle" not in content for content in home.contents().values())
    assert (home.state / "settings").exists()
