"""What others left in the state directory, and a player that is killed, with the whole device as a process."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.broker import Broker, Listener, broker
from tests.players.mpd_daemon import PROGRAM, Daemon
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker"]
ROOT = Path(__file__).parents[2]
DEEP = "[" * 100_000


# Without a camera, since a replay neither plays on a speaker nor writes the journal.
def begin(folder: Path, log: Path, models: Path, **sections: object) -> subprocess.Popen[bytes]:
    config = folder / "config.yaml"
    config.write_text(json.dumps({"device": {"id": "den"}, "camera": {"source": "/dev/video98"}} | sections))
    command = [sys.executable, "-m", "edge", "run", "--config", str(config)]
    with log.open("wb") as out:
        return subprocess.Popen(
            command, cwd=ROOT, env=os.environ | {"MOODROOM_MODELS": str(models)}, stdout=out, stderr=out,
            preexec_fn=lambda: os.umask(0) and None,
        )  # fmt: skip


def test_damaged_files_and_a_foreign_journal_end_neither_the_start_nor_the_run(
    tmp_path: Path, state_folder: Path, broker: Broker, yunet_folder: Path
) -> None:
    """With a umask that lets everybody write, too, which must not show in what the device writes."""
    state_folder.mkdir(0o700)
    for name in ("settings", "playing", "mqtt", "spotify_login.json", "web_sessions.json"):
        (state_folder / name).write_text(DEEP)
    with sqlite3.connect(state_folder / "journal.db") as foreign:
        foreign.execute("CREATE TABLE journal_entries (id INTEGER, body TEXT)")
    foreign.close()
    log = tmp_path / "log"
    process = begin(
        tmp_path, log, yunet_folder, mqtt={"host": "127.0.0.1", "port": broker.port}, spotify={"client_id": "a" * 32}
    )
    try:
        with Listener(broker.port) as listener:
            wait_for(lambda: "another program" in (listener.last("moodroom/den/health") or ""), "the problem")
            listener.publish("moodroom/den/set/control", "off")
            wait_for(lambda: listener.last("moodroom/den/control") == "off", "the command")
            wait_for(lambda: "off" in (state_folder / "settings").read_text(), "the settings")
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0, log.read_text()
    text = log.read_text()
    assert "Traceback" not in text and "RecursionError" not in text
    assert text.count("another program") == 1 and "tried again" not in text
    wide = [path for path in state_folder.rglob("*") if stat.S_IMODE(path.stat().st_mode) & 0o077]
    # Written by this test with the umask of whoever runs it, and left as they were.
    assert not [path for path in wide if path.name not in ("spotify_login.json", "web_sessions.json", "playing")]


def test_folders_and_files_are_private_whatever_the_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, yunet_folder: Path
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "new" / "state"))
    log = tmp_path / "log"
    process = begin(tmp_path, log, yunet_folder)
    try:
        wait_for(lambda: (tmp_path / "new" / "state" / "journal.db").exists(), "the journal")
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0, log.read_text()
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").rglob("*")}
    assert len(modes) >= 3 and not [path for path, mode in modes.items() if mode & 0o077]
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o755


@pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")
def test_a_killed_mpd_is_told_within_seconds(tmp_path: Path, broker: Broker, yunet_folder: Path) -> None:
    mpd = Daemon(tmp_path / "mpd")
    mpd.start()
    log = tmp_path / "log"
    process = begin(
        tmp_path, log, yunet_folder,
        mqtt={"host": "127.0.0.1", "port": broker.port}, mpd={"host": "127.0.0.1", "port": mpd.port},
        music={"player": "mpd"},
    )  # fmt: skip
    try:
        with Listener(broker.port, "moodroom/den/player") as listener:
            wait_for(lambda: mpd.ask("add calm\nplay") and "OK" in mpd.ask("status"), "music")
            wait_for(lambda: '"playing"' in (listener.last("moodroom/den/player") or ""), "playing")
            mpd.stop()
            began = time.monotonic()
            wait_for(lambda: '"unavailable"' in (listener.last("moodroom/den/player") or ""), "unavailable")
            took = time.monotonic() - began
            print(f"unavailable after {took:.1f} s")
            assert took < 20, "about 4 s on an idle machine; it was 41 s"
    finally:
        mpd.stop()
        process.terminate()
        assert process.wait(PATIENCE) == 0, log.read_text()
