"""What people asked for survives a full disk, or they are told that it doesn't."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.daemon.camera_switch import CameraSwitch
from edge.system import files, state
from tests.broker import Broker, Listener, broker
from tests.daemon.test_session import BASE, configured, start, wait_for_log
from tests.small_disk import disk, fill
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker", "disk", "start"]


def test_the_camera_stays_off_after_a_restart_with_a_full_disk(
    start: Callable[..., subprocess.Popen[str]], broker: Broker, disk: Path, tmp_path: Path
) -> None:
    config = configured(tmp_path, mqtt={"host": "127.0.0.1", "port": broker.port}, journal={"enabled": False})
    with Listener(broker.port) as person:
        process = start("--config", config, "--source", "demo", "--publish")
        wait_for(lambda: person.last(f"{BASE}/camera") == "ON", "the switch")
        wait_for((disk / "camera").exists, "the file of the switch")
        fill(disk)
        person.publish(f"{BASE}/set/camera", "OFF")
        wait_for(lambda: person.last(f"{BASE}/camera") == "OFF", "the switch")
        process.send_signal(signal.SIGHUP)
        wait_for_log(process, "reloaded")
        wait_for(lambda: person.heard.count((f"{BASE}/camera", "OFF", False)) >= 1, "the switch after the reload")
        process.terminate()
        assert process.wait(PATIENCE) == 0
        assert (disk / "camera").read_text() == "OFF\n"
        again = start("--config", config, "--source", "demo", "--publish")
        wait_for_log(again, "camera: off, as it was left")


def test_who_switches_it_off_is_told_where_that_cannot_be_kept(
    start: Callable[..., subprocess.Popen[str]], broker: Broker, disk: Path, tmp_path: Path
) -> None:
    config = configured(tmp_path, mqtt={"host": "127.0.0.1", "port": broker.port}, journal={"enabled": False})
    filler = fill(disk)
    with Listener(broker.port) as person:
        start("--config", config, "--source", "demo", "--publish")
        wait_for(lambda: person.last(f"{BASE}/camera") == "ON", "the switch")
        person.publish(f"{BASE}/set/camera", "OFF")
        wait_for(lambda: '"problem"' in (person.last(f"{BASE}/event") or ""), "an answer")
        wait_for(lambda: "kept over a restart" in (person.last(f"{BASE}/health") or ""), "the standing problem")
        answer = json.loads(person.last(f"{BASE}/event") or "")
        assert (answer["event"], answer["part"]) == ("problem", "camera")
        assert "it is off, but that isn't kept over a restart" in answer["message"]
        filler.unlink()
        wait_for(lambda: state.read("camera", disk) == "OFF", "another try")
        wait_for(lambda: "kept over a restart" not in (person.last(f"{BASE}/health") or ""), "the end of the problem")


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """No new file can be written."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(files, "write_atomically", refuse)


@pytest.mark.parametrize("on", [True, False])
def test_a_switch_is_overwritten_in_place(tmp_path: Path, on: bool, full: None) -> None:
    switch, path = CameraSwitch(tmp_path), tmp_path / "camera"
    assert not switch.save(1.0, on)
    assert "No space left on device" in switch.fault
    path.write_text("OFF\n" if on else "ON\n")
    assert not switch.retry(2.0)
    assert switch.retry(60.0)
    assert switch.fault == ""
    assert state.read("camera", tmp_path) == ("ON" if on else "OFF")


def test_a_first_start_writes_the_switch(tmp_path: Path) -> None:
    CameraSwitch(tmp_path).begin(0.0, True)
    assert (tmp_path / "camera").read_text() == "ON\n"


def test_a_longer_text_does_not_damage_the_old_one(tmp_path: Path, full: None) -> None:
    path = tmp_path / "long"
    path.write_text("a" * 600)
    with pytest.raises(OSError, match="No space left"):
        files.replace_or_overwrite(path, "b" * 601)
    assert path.read_text() == "a" * 600
    files.replace_or_overwrite(path, "b\n")
    assert path.read_text().strip() == "b" and len(path.read_text()) == 600
