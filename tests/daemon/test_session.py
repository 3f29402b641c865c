"""The whole device as a process: replays, a real broker, signals, memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from tests.broker import Broker, Listener, broker, running
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker"]
ROOT = Path(__file__).parents[2]
BASE = "moodroom/den"


def configured(folder: Path, **sections: Any) -> Path:
    """A configuration file; JSON is YAML."""
    path = folder / "config.yaml"
    path.write_text(json.dumps({"device": {"id": "den"}} | sections))
    return path


@pytest.fixture
def start(yunet_folder: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `moodroom run`; kills what still runs afterwards."""
    running: list[subprocess.Popen[str]] = []

    def run(*arguments: str | Path) -> subprocess.Popen[str]:
        environment = os.environ | {"MOODROOM_MODELS": str(yunet_folder)}
        running.append(
            subprocess.Popen(
                [sys.executable, "-m", "edge", "run", *map(str, arguments)],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return running[-1]

    yield run
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def moods(text: str) -> list[str]:
    return [line["mood"]["mood"] for line in lines(text) if line["event"] == "mood_changed"]


def test_the_demo_clip_is_read_correctly_and_reproducibly(start: Callable[..., subprocess.Popen[str]]) -> None:
    first, second = (
        start("--source", "demo", "--once", "--fast", "--json").communicate(timeout=PATIENCE)[0] for _ in "12"
    )
    assert first == second
    timeline = json.loads((ROOT / "edge/demo/demo.json").read_text())
    expected = [scene["expression"] for scene in timeline["scenes"] if scene["expression"]]
    read = moods(first)
    assert read[0] == read[-1] == "absent"
    changes = [line for line in lines(first) if line["event"] == "mood_changed"]
    right = []
    for scene in timeline["scenes"]:
        if scene["expression"] is None:
            continue
        # The mood at the end of the scene counts.
        standing = [c["mood"]["mood"] for c in changes if c["t"] <= scene["end"]]
        right.append(standing[-1] == scene["expression"])
    print(dict(zip(expected, right, strict=True)))
    assert sum(right) >= 5
    decisions = [line["wish"]["mood"] for line in lines(first) if line["event"] == "decision"]
    # The first music waits until the mood has settled, which is a decision of its own.
    assert [mood for mood, _ in groupby(decisions)] == read
    assert [line["why"] for line in lines(first) if line["event"] == "decision"][1:3] == [
        "kept for now: the mood hasn't settled yet",
        "the room is neutral: Norah Jones plays now",
    ]
    assert all(line["why"] for line in lines(first) if line["event"] == "decision")


def test_the_retained_topics_are_as_documented_and_the_last_will_is_offline(
    start: Callable[..., subprocess.Popen[str]], broker: Broker, tmp_path: Path
) -> None:
    config = configured(tmp_path, mqtt={"host": "127.0.0.1", "port": broker.port, "keepalive": 5})
    with Listener(broker.port) as person:
        process = start("--config", config, "--source", "demo", "--json", "--publish")
        wait_for(lambda: (person.last(f"{BASE}/presence")) == "ON", "presence")
        wait_for(lambda: '"mood": "neutral"' in (person.last(f"{BASE}/mood") or ""), "a mood")
        with Listener(broker.port) as late:
            topics = {"status", "mood", "presence", "player", "health"}
            wait_for(lambda: {t.removeprefix(f"{BASE}/") for t, _, _ in late.heard} >= topics, "retained topics")
            assert all(retained for _, _, retained in late.heard)
            mood = json.loads(late.last(f"{BASE}/mood") or "")
            keys = {"mood", "confidence", "valence", "arousal", "people", "since", "source", "presence_source"}
            assert set(mood) == keys
            assert (
                abs(time.time() - time.mktime(time.strptime(mood["since"], "%Y-%m-%dT%H:%M:%SZ")) + time.timezone) < 60
            )
            player = json.loads(late.last(f"{BASE}/player") or "")
            assert set(player) == {"state", "player", "speaker", "title", "artist", "uri", "volume", "control"}
            assert (player["state"], player["player"], player["control"]) == ("dry_run", "dry_run", "auto")
            assert mood["source"] == "demo"
            assert late.last(f"{BASE}/status") == "online"

        person.publish(f"{BASE}/set/mood", "happy")
        wait_for(lambda: '"override"' in (person.last(f"{BASE}/mood") or ""), "the override")
        person.publish(f"{BASE}/set/mood", "hapy")
        wait_for(lambda: "command_rejected" in (person.last(f"{BASE}/event") or ""), "the refusal")
        assert '"happy"' in (person.last(f"{BASE}/mood") or "")
        person.publish(f"{BASE}/set/mood", "auto")
        person.publish(f"{BASE}/set/camera", "OFF")
        wait_for(lambda: '"unknown"' in (person.last(f"{BASE}/mood") or ""), "a camera that is off")
        process.kill()
        wait_for(lambda: person.last(f"{BASE}/status") == "offline", "the last will")


@pytest.mark.parametrize("way", [(), ("--once", "--fast")], ids=["live", "fast"])
def test_a_replay_that_isn_t_published_leaves_a_home_alone(
    start: Callable[..., subprocess.Popen[str]],
    broker: Broker,
    tmp_path: Path,
    state_folder: Path,
    way: tuple[str, ...],
) -> None:
    config = configured(tmp_path, mqtt={"host": "127.0.0.1", "port": broker.port})
    with Listener(broker.port) as person:
        # What the device published when it last looked at the room.
        before = {f"{BASE}/mood": '{"mood": "sad", "source": "camera"}', f"{BASE}/presence": "OFF"}
        for topic, payload in before.items():
            person.publish(topic, payload, retain=True)
        process = start("--config", config, "--source", "demo", "--json", *way)
        assert process.stdout is not None
        changes = (json.loads(line) for line in process.stdout)
        # Somebody has come in, and music was chosen for them.
        decided = next(change for change in changes if change["event"] == "decision" and "uri" in change["wish"])
        assert decided["wish"]["mood"] in ("neutral", "happy")
        with Listener(broker.port) as late:
            wait_for(lambda: late.last(f"{BASE}/status") == "offline", "offline")
            assert {topic: text for topic, text, _ in late.heard} == before | {f"{BASE}/status": "offline"}
        process.terminate()
        process.communicate(timeout=PATIENCE)
        assert {topic for topic, _, _ in person.heard} == {*before, f"{BASE}/status"}
    assert not (state_folder / "journal.db").exists()


def test_a_replay_beside_the_running_device_leaves_it_online(
    start: Callable[..., subprocess.Popen[str]], broker: Broker, tmp_path: Path
) -> None:
    config = configured(tmp_path, mqtt={"host": "127.0.0.1", "port": broker.port})
    with Listener(broker.port) as person:
        person.publish(f"{BASE}/status", "online", retain=True)
        replay = start("--config", config, "--source", "demo", "--once", "--fast")
        assert replay.wait(PATIENCE) == 0
        assert [text for _, text, _ in person.heard] == ["online"]


def test_camera_off_survives_a_restart(
    start: Callable[..., subprocess.Popen[str]], broker: Broker, tmp_path: Path
) -> None:
    config = configured(tmp_path, mqtt={"host": "127.0.0.1", "port": broker.port})
    with Listener(broker.port) as person:
        process = start("--config", config, "--source", "demo", "--publish")
        wait_for(lambda: person.last(f"{BASE}/presence") is not None, "presence")
        person.publish(f"{BASE}/set/camera", "OFF")
        wait_for(lambda: (Path(os.environ["STATE_DIRECTORY"]) / "camera").read_text() == "OFF\n", "the state file")
        process.terminate()
        process.communicate(timeout=PATIENCE)
        person.heard.clear()
        again = start("--config", config, "--source", "demo", "--publish")
        wait_for(lambda: person.last(f"{BASE}/status") == "online", "online")
        time.sleep(8)
        assert '"unknown"' in (person.last(f"{BASE}/mood") or "")
        person.publish(f"{BASE}/set/camera", "ON")
        wait_for(lambda: '"unknown"' not in (person.last(f"{BASE}/mood") or ""), "a mood")
        again.terminate()
        assert again.wait(PATIENCE) == 0


def wait_for_log(process: subprocess.Popen[str], sentence: str) -> None:
    """Wait until the log contains this sentence."""
    assert process.stderr is not None
    for line in process.stderr:
        if sentence in line:
            return
    raise AssertionError(f"the log ended without {sentence!r}")


def test_a_damaged_camera_switch_leaves_the_camera_off(
    start: Callable[..., subprocess.Popen[str]], state_folder: Path
) -> None:
    state_folder.mkdir()
    (state_folder / "camera").write_text("")
    process = start("--source", "demo", "--publish")
    wait_for_log(process, "is damaged, so the camera stays off until it is switched on again")
    wait_for_log(process, "camera: off, as it was left")
    process.terminate()
    assert process.wait(PATIENCE) == 0


def test_without_a_camera_the_demo_clip_is_replayed_in_the_foreground(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    from edge.camera.opening import resolve_source
    from edge.camera.source import DEMO

    if resolve_source("auto") != DEMO:
        pytest.skip("this machine has a camera")
    process = start("--config", configured(tmp_path))
    wait_for_log(process, "camera: none found, so the demo clip is replayed")
    process.terminate()
    assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_on_a_signal(start: Callable[..., subprocess.Popen[str]], number: signal.Signals) -> None:
    process = start("--source", "demo", "--json", "--publish")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(number)
    _, log = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Traceback" not in log


@pytest.mark.parametrize("silent", [True, False])
def test_it_stops_promptly_while_a_network_camera_is_silent_or_sends_garbage(
    start: Callable[..., subprocess.Popen[str]], silent: bool
) -> None:
    asked, over = threading.Event(), threading.Event()

    class Camera(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            part = b"--frame\r\nContent-Length: 2000\r\n\r\n" + bytes(2000)
            asked.set()
            with suppress(OSError):
                while not over.wait(0.02):
                    self.wfile.write(b"" if silent else part)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        process = start("--source", f"http://127.0.0.1:{server.server_port}/video")
        assert asked.wait(PATIENCE)
        process.terminate()
        _, log = process.communicate(timeout=PATIENCE)
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
    assert process.returncode == 0 and "didn't stop" not in log and "Traceback" not in log


def test_a_reload_uses_a_good_file_and_rejects_a_bad_one(
    start: Callable[..., subprocess.Popen[str]], broker: Broker, tmp_path: Path
) -> None:
    mqtt = {"host": "127.0.0.1", "port": broker.port}
    config = configured(tmp_path, mqtt=mqtt)
    with Listener(broker.port) as person:
        process = start("--config", config, "--source", "demo", "--publish")
        wait_for(lambda: person.last(f"{BASE}/status") == "online", "online")
        config.write_text("mood: {min_dwel: 3s}")
        process.send_signal(signal.SIGHUP)
        wait_for_log(process, "as it was")
        assert process.poll() is None
        assert person.last(f"{BASE}/status") == "online"
        configured(tmp_path, mqtt=mqtt, device={"id": "attic"})
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: person.last("moodroom/attic/status") == "online", "the new name")
        wait_for(lambda: (f"{BASE}/status", "offline", False) in person.heard, "the old name's offline")
        wait_for(lambda: (f"{BASE}/profile", "", False) in person.heard, "the removal of the old name's topics")
        with Listener(broker.port) as late:
            wait_for(lambda: late.last("moodroom/attic/mood") is not None, "the new name's mood")
            assert not [topic for topic, _, _ in late.heard if "/den/" in topic]
        process.terminate()
        assert process.wait(PATIENCE) == 0


def test_an_unreachable_broker_delays_nothing(start: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    config = configured(tmp_path, mqtt={"host": "127.0.0.1", "port": 1})
    process = start("--config", config, "--source", "demo", "--once", "--fast", "--json")
    out, log = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert len(moods(out)) >= 7
    assert "Traceback" not in log


def test_a_thousand_frames_add_no_threads_and_no_memory(yunet_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from edge.camera.opening import open_camera
    from edge.config import CameraConfig, Config
    from edge.health.machine import memory_mb
    from edge.vision.pipeline import BASE as PROJECT
    from edge.vision.pipeline import Pipeline

    monkeypatch.setenv("MOODROOM_MODELS", str(yunet_folder))
    pipeline = Pipeline(Config(), base=PROJECT, nominal=True)
    camera = open_camera(CameraConfig(source="demo"), wait=lambda _: None, fast=True, loop=True)
    samples: list[float] = []
    threads = threading.active_count()
    for index in range(1600):
        frame = camera.read()
        assert frame is not None
        assert frame.seq == index
        pipeline.process(frame)
        if index in (599, 1599):
            samples.append(memory_mb())
    camera.close()
    assert threading.active_count() == threads
    assert samples[1] - samples[0] < 4


def test_a_missing_camera_is_a_reported_problem_and_no_exit(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path, broker: Broker
) -> None:
    config = configured(tmp_path, mqtt={"host": "127.0.0.1", "port": broker.port}, camera={"source": "/dev/video97"})
    with Listener(broker.port) as person:
        process = start("--config", config)
        wait_for(lambda: "/dev/video97" in (person.last(f"{BASE}/health") or ""), "the camera's problem")
        assert process.poll() is None
        assert person.last(f"{BASE}/status") == "online"
        process.terminate()
        assert process.wait(PATIENCE) == 0


@pytest.fixture
def prompt_broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that doesn't collect small messages for 40 ms."""
    with running(tmp_path, extra="set_tcp_nodelay true") as server:
        yield server


def test_every_command_is_acknowledged_by_state(
    start: Callable[..., subprocess.Popen[str]], prompt_broker: Broker, tmp_path: Path
) -> None:
    broker = prompt_broker
    profiles = {"everyday": {"default": "mpd:Calm"}, "party": {"default": "mpd:Disco"}}
    config = configured(
        tmp_path, mqtt={"host": "127.0.0.1", "port": broker.port}, music={"profiles": profiles, "player": "dry_run"}
    )
    with Listener(broker.port) as person:
        process = start("--config", config, "--source", "demo", "--publish")
        wait_for(lambda: '"uri": "mpd:Calm"' in (person.last(f"{BASE}/player") or ""), "music")
        assert (person.last("homeassistant/device/moodroom_den/config") or "").startswith("{")

        def request(name: str, value: str, topic: str, expected: str) -> float:
            began = time.monotonic()
            person.publish(f"{BASE}/set/{name}", value)
            wait_for(lambda: expected in (person.last(f"{BASE}/{topic}") or ""), f"{expected} on {topic}")
            return time.monotonic() - began

        request("mood", "sad", "override", "sad")
        request("profile", "party", "profile", "party")
        request("playback", "pause", "event", '"act": "pause"')
        request("playback", "play", "event", '"act": "resume"')
        # The round trip through the broker, both threads and the player.
        took = sorted(request("volume", str(number), "player", f'"volume": {number},') for number in range(11, 22))
        print(f"command to the player's new state: median {took[5] * 1000:.0f} ms, maximum {took[-1] * 1000:.0f} ms")
        request("control", "hands_off", "control", "hands_off")
        request("camera", "OFF", "camera", "OFF")
        person.publish(f"{BASE}/set/volume", b"x" * 2000)
        wait_for(lambda: "longer than 1024 bytes" in (person.last(f"{BASE}/event") or ""), "the refusal")
        person.heard.clear()
        person.publish(f"{BASE}/set/restart", "PRESS")
        wait_for(lambda: person.last(f"{BASE}/status") == "offline", "offline")
        wait_for(lambda: person.last(f"{BASE}/status") == "online", "online again")
        wait_for(lambda: person.last(f"{BASE}/camera") == "OFF", "what survives a restart")
        assert process.poll() is None
        process.terminate()
        _, log = process.communicate(timeout=PATIENCE)
        assert "Traceback" not in log
        assert log.count("command refused") == 1
