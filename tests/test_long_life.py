"""Endurance: log lines, bytes written, memory, threads, descriptors, and a card that can't be written."""

from __future__ import annotations

import ast
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from soak import Slope, brokers, cameras, days, readings, slope
from tests.broker import Broker, broker
from tests.conftest import ROOT
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker"]
EDGE = ROOT / "edge"


@pytest.fixture(autouse=True)
def models(yunet_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOODROOM_MODELS", str(yunet_folder))
    monkeypatch.setenv("OPENCV_FFMPEG_LOGLEVEL", "-8")


# --- the memory slope ------------------------------------------------------------------------------------------------


def drawn(growth: float, noise: float, *, seed: int = 1, warm: float = 0.0) -> list[tuple[float, float]]:
    """Samples of a day: growth in MiB a day, noise in MiB, and `warm` MiB more within the first fifth."""
    rng = random.Random(seed)
    return [
        (at, 110 + growth * at / 86400 + rng.gauss(0, noise) + warm * min(1, at / 17280)) for at in range(0, 86400, 360)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_a_leak_is_found_and_noise_is_flat(seed: int) -> None:
    assert slope(drawn(0.0, 0.5, seed=seed)).flat
    leak = slope(drawn(5.0, 0.5, seed=seed))
    assert not leak.flat and leak.low < 5.0 < leak.high
    assert slope(drawn(0.0, 0.1, seed=seed, warm=30.0)).flat, "the warm-up isn't growth"


def test_less_than_a_megabyte_a_day_is_flat_and_so_is_one_step_of_the_allocator() -> None:
    assert Slope(0.5, 0.3, 0.9, 7).flat and Slope(3.0, -1.0, 7.0, 7).flat
    assert not Slope(2.0, 0.5, 3.5, 7).flat
    assert Slope(2.0, 0.5, 3.5, 0.4).flat and not Slope(6.0, 4.0, 8.0, 0.4).flat


# --- simulated days --------------------------------------------------------------------------------------------------


def test_a_simulated_day_has_moods_and_empty_hours() -> None:
    day = [reading for reading in readings(86400, random.Random(1)) if reading is not None]
    present = [reading for reading in day if reading.present]
    assert 0.3 < len(present) / 86400 < 0.6
    assert 50 < len({(reading.mood.mood, reading.mood.since) for reading in present}) < 500


def test_a_day_takes_few_log_lines_few_bytes_and_no_memory(tmp_path: Path, broker: Broker) -> None:
    day = days(tmp_path, 9 / 24, port=broker.port)
    assert sum(day.said.values()) > 0 and day.messages > 300, "something happened"
    assert max(day.logged.values()) <= 60
    assert day.written < 5e6 * 9 / 24
    assert slope(day.samples).flat, slope(day.samples)


def test_camera_losses_leave_no_thread_and_no_descriptor_behind(tmp_path: Path) -> None:
    left = cameras(tmp_path, 12)
    assert left.clean, left


def test_broker_restarts_leave_no_thread_and_no_descriptor_behind(tmp_path: Path) -> None:
    left = brokers(tmp_path, 6)
    assert left.clean, left


def test_reloads_commands_and_losses_leave_nothing_behind() -> None:
    # In a process of its own: what earlier tests left on the heap would count as growth.
    soak = [sys.executable, str(ROOT / "scripts/endurance/soak.py"), "life", "--minutes", "6"]
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'scripts/endurance'}:{ROOT / 'scripts/measure'}"}
    done = subprocess.run(soak, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


@pytest.mark.slow
def test_reloads_of_the_real_device_leave_nothing_behind() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/endurance/reloads.py"), "15"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


# --- a card that can't be written -------------------------------------------------------------------------------------


def test_a_read_only_system_with_a_writable_state_directory_is_enough(tmp_path: Path, broker: Broker) -> None:
    """All file systems except the state directory are read-only, even /tmp, as with a write-protected card."""
    writable = tmp_path / "state"
    writable.mkdir()
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps({"device": {"id": "den"}, "mqtt": {"host": "127.0.0.1", "port": broker.port}}))
    mounts = """
        mount --make-rprivate / && mount --bind "$STATE_DIRECTORY" "$STATE_DIRECTORY" || exit 77
        for place in / /tmp /var /dev/shm /run /home /root; do
            mountpoint -q $place && { mount -o remount,bind,ro $place || exit 77; }
        done
        touch /tmp/x 2>/dev/null && exit 77
        touch "$STATE_DIRECTORY/x" && rm "$STATE_DIRECTORY/x" || exit 77
        exec "$@"
    """
    unshare = shutil.which("unshare")
    if unshare is None or os.geteuid() != 0:
        pytest.skip("needs root and unshare to mount a read-only system")
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [unshare, "-m", "sh", "-c", mounts, "sh", sys.executable, "-m", "edge", "run", "--config", config],
            cwd=ROOT, env=os.environ | {"STATE_DIRECTORY": str(writable)}, stdout=out, stderr=out,
        )  # fmt: skip
        try:
            wait_for(lambda: "%" in log.read_text() or process.poll() is not None, "a mood")
            if process.poll() == 77:
                pytest.skip("this machine doesn't allow a read-only mount")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
    text = log.read_text()
    assert process.returncode == 0, text
    assert "Traceback" not in text and "can't be written" not in text and "Read-only" not in text
    assert (writable / "settings").is_file(), "the state directory is used"


def test_a_read_only_state_directory_is_a_health_finding_and_no_exit(tmp_path: Path) -> None:
    log, nowhere = tmp_path / "log", tmp_path / "log" / "state"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "edge", "run", "--source", "demo"],
            cwd=ROOT, env=os.environ | {"STATE_DIRECTORY": str(nowhere)}, stdout=out, stderr=out,
        )  # fmt: skip
        try:
            wait_for(lambda: "%" in log.read_text() and f"disk: {nowhere} can't be written" in log.read_text(), "both")
        finally:
            process.terminate()
            assert process.wait(PATIENCE) == 0
    assert "Traceback" not in log.read_text()


# --- clocks -----------------------------------------------------------------------------------------------------------

# The modules or packages that may read the wall clock, and why. Everything else uses the monotonic clock.
WALL = {
    "backup": "backups, and what a restore replaces, are dated",
    "commands/history.py": "the journal's entries are dated",
    "commands/spotify.py": "when the login ends",
    "config/writing/last_good.py": "the name of a broken file has the date",
    "daemon/assembly.py": "both clocks at the start",
    "daemon/journal.py": "the journal's entries are dated",
    "health/check/machine.py": "the row about the clock",
    "health/check/music.py": "when the login ends",
    "health/machine.py": "both clocks at the same moment",
    "journal": "entries are dated",
    "library": "files and answers are dated",
    "players/driver.py": "when the login ends",
    "players/music_assistant/player.py": "positions are dated by the server's clock",
    "players/spotify/api.py": "when a token expires, and the day for which calls are counted",
    "players/spotify/limits/budget.py": "requests are counted over restarts",
    "players/spotify/login.py": "when the login was made",
    "players/spotify/login_reminder.py": "when the login ends",
    "players/spotify/token_file.py": "when the login was made, and ends",
    "system/database.py": "the name of a damaged file has the date",
    "web": "sessions outlive a restart; today's entries",
}


def wall_clock(path: Path) -> set[str]:
    """The calls that read the wall clock: time.time, time.localtime, datetime.now and the like."""
    calls = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, (ast.Name, ast.Attribute)):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if (owner, node.attr) in {("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime")}:
                calls.add(f"{owner}.{node.attr}")
            if owner in ("datetime", "date") and node.attr in ("now", "utcnow", "today"):
                calls.add(f"{owner}.{node.attr}")
    return calls


def test_durations_are_measured_on_the_monotonic_clock() -> None:
    readers = {str(path.relative_to(EDGE)): calls for path in EDGE.rglob("*.py") if (calls := wall_clock(path))}
    unknown = {name: calls for name, calls in readers.items() if name not in WALL and name.split("/")[0] not in WALL}
    assert not unknown, f"the wall clock may jump; use time.monotonic, or add the reason to WALL: {unknown}"
    assert {"daemon/assembly.py", "health/machine.py"} <= set(readers)


def test_the_search_for_wall_clocks_finds_them(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(
        "import time, datetime\nstart = time.time()\nend = datetime.datetime.now()\nfine = time.monotonic()\n"
    )
    assert wall_clock(bad) == {"time.time", "datetime.now"}


# --- the start and the stop -------------------------------------------------------------------------------------------


def spent(pid: int) -> float:
    """The CPU seconds of a process with all its threads."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> tuple[float, float]:
    """MB of RSS without a file and with one, of which newer kernels map more than is used."""
    sizes = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    anonymous, of_files = (int(sizes[key].split()[0]) * 1024 / 1e6 for key in ("RssAnon", "RssFile"))
    return anonymous, of_files


def test_the_start_is_cheap_and_a_hanging_broker_does_not_delay_the_stop(tmp_path: Path, broker: Broker) -> None:
    """All parts but the page: camera, YuNet, model, journal, MQTT with discovery, a dry-run player."""
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps({"mqtt": {"host": "127.0.0.1", "port": broker.port}}))
    log = tmp_path / "log"
    with log.open("w") as out, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE)
        process = subprocess.Popen(
            [sys.executable, "-m", "edge", "run", "--config", config, "--source", "demo", "--publish", "--journal"],
            cwd=ROOT, env=os.environ | {"NOTIFY_SOCKET": str(tmp_path / "notify")}, stdout=out, stderr=out,
        )  # fmt: skip
        try:
            while systemd.recv(1000) != b"READY=1":
                pass
            start = spent(process.pid)
            wait_for(lambda: "%" in log.read_text() and "connected" in log.read_text(), "a mood")
            anonymous, of_files = resident(process.pid)
            broker.send(signal.SIGSTOP)
            time.sleep(0.5)
            began = time.monotonic()
            process.terminate()
            assert process.wait(PATIENCE) == 0
            took = time.monotonic() - began
        finally:
            process.kill()
            process.wait()
    size = f"{anonymous:.0f} + {of_files:.0f} MB"
    print(f"READY=1 after {start:.2f} s of CPU; {size}; stopped within {took:.1f} s, the broker hanging")
    assert start < 3
    assert anonymous < 65
    assert of_files < 130
    assert took < 30, "about 3 s on an idle machine; waiting for the broker would take minutes"
