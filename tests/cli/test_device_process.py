"""The device's own process: the number that the command had, and neither Typer nor pydantic in its memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.waiting import PATIENCE, wait_for

HAPPY, WRONG = "device: {name: Kitchen}\n", "device: {name: 5, names: x}\n"


def test_a_running_device_has_neither_typer_nor_pydantic_in_memory_and_reads_its_file_again(tmp_path: Path) -> None:
    file, log = tmp_path / "config.yaml", tmp_path / "log"
    file.write_text(HAPPY)
    environment = os.environ | {"STATE_DIRECTORY": str(tmp_path / "state"), "PYTHONPATH": str(ROOT)}
    with log.open("w") as out:
        command = [sys.executable, "-m", "edge", "run", "--source", "demo", "--config", "config.yaml"]
        device = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=out, stderr=out)
    try:
        wait_for(lambda: "ready:" in log.read_text(), "the first look", within=PATIENCE)
        loaded = Path(f"/proc/{device.pid}/maps").read_text()
        assert "pydantic" not in loaded and "cv2" in loaded
        shown = Path(f"/proc/{device.pid}/cmdline").read_text().split("\0")
        assert shown[-6:-1] == ["run", "--source", "demo", "--config", "config.yaml"]
        file.write_text(WRONG)
        device.send_signal(signal.SIGHUP)
        wait_for(lambda: "stays as it was" in log.read_text(), "the refusal")
        assert "config.yaml, line 1: device.name: must be text; put 5 in quotes (and 1 more)" in log.read_text()
        file.write_text(HAPPY.replace("Kitchen", "Studio"))
        device.send_signal(signal.SIGHUP)
        wait_for(lambda: "configuration: reloaded" in log.read_text(), "the reload")
        assert "pydantic" not in Path(f"/proc/{device.pid}/maps").read_text()
        device.terminate()
        assert device.wait(PATIENCE) == 0

        # At the next start, a service goes on with the last file that could be used; by hand it is an error.
        file.write_text(WRONG)
        by_hand = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert by_hand.returncode == 2 and "put 5 in quotes" in by_hand.stderr
        file.write_text("vision: {model: /nowhere}\n")
        with (tmp_path / "log2").open("w") as out:
            service = environment | {"NOTIFY_SOCKET": str(tmp_path / "notify")}
            device = subprocess.Popen(command, cwd=tmp_path, env=service, stdout=out, stderr=out)
        wait_for(lambda: "the device starts with the last version" in (tmp_path / "log2").read_text(), "the start")
        wait_for(lambda: "goes on with the one before" in (tmp_path / "log2").read_text(), "the problem")
        file.write_text("")
        device.send_signal(signal.SIGHUP)
        wait_for(
            lambda: "is empty, and wasn't before; the configuration stays" in (tmp_path / "log2").read_text(), "it"
        )
        device.terminate()
        assert device.wait(PATIENCE) == 0
        assert file.read_text() == ""
    finally:
        device.kill()
        device.wait()
