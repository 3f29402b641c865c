"""A camera that freezes or is covered while somebody is in the room: the whole process, a real broker, and the page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import cv2
import numpy as np
import pytest
import requests

import scenes
from edge.camera.picture_watch import COVERED, FROZEN
from edge.values import Grey
from tests.broker import Listener, free_port, running
from tests.camera.test_http_camera import serving
from tests.waiting import PATIENCE, wait_for

ROOT = Path(__file__).parents[2]
FPS = 5
# A household is told at the latest so long after the camera's last good picture.
TOLD_WITHIN_S = 30.0
BASE = "home/den"


def jpeg(grey: Grey) -> bytes:
    return bytes(cv2.imencode(".jpg", grey)[1].tobytes())


def somebody() -> list[bytes]:
    """Somebody happy who sways, so often that each picture is another one."""
    visit = scenes.Visit(0.0, 60.0, ((0.0, "happy"),), restless=0.4)
    return [jpeg(frame.grey) for frame in list(scenes.Scene("one", 8.0, (visit,)).frames())[10::2]]


class Camera:
    """An MJPEG camera; `stop_moving` freezes or covers it."""

    def __init__(self) -> None:
        self._pictures = somebody()
        random = np.random.default_rng(1)
        dark = [np.clip(random.normal(12, 3, (480, 640)), 0, 255).astype(np.uint8) for _ in range(5)]
        self._covered = [jpeg(grey) for grey in dark]
        self._changed: str | None = None

    def freeze(self) -> None:
        self._changed = "frozen"

    def cover(self) -> None:
        self._changed = "covered"

    def work(self) -> None:
        self._changed = None

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=x")
        handler.end_headers()
        shown, pause = 0, threading.Event()
        while True:
            if self._changed != "frozen":
                shown += 1
            pictures = self._covered if self._changed == "covered" else self._pictures
            body = pictures[shown % len(pictures)]
            handler.wfile.write(b"--x\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(body))
            handler.wfile.write(body + b"\r\n")
            pause.wait(1 / FPS)


@pytest.fixture
def process(tmp_path: Path, state_folder: Path, yunet_folder: Path) -> Iterator[tuple[Camera, Listener, str]]:
    """The running device; its camera, what it publishes, and the page's address."""
    camera, port = Camera(), free_port()
    with (
        running(tmp_path) as broker,
        serving(camera.answer) as host,
        Listener(broker.port, f"{BASE}/#") as heard,
    ):
        config = tmp_path / "config.yaml"
        sections = {
            "camera": {"source": f"http://{host}/stream", "fps": FPS},
            "mqtt": {"host": "127.0.0.1", "port": broker.port, "base_topic": "home"},
            "device": {"id": "den"},
            "web": {"enabled": True, "port": port},
        }
        config.write_text(json.dumps(sections))
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "STATE_DIRECTORY": str(state_folder),
            "MOODROOM_MODELS": str(yunet_folder),
        }
        with (tmp_path / "log").open("w") as log:
            device = subprocess.Popen(
                [sys.executable, "-m", "edge", "run", "--config", str(config)],
                env=environment, stdout=log, stderr=log, cwd=tmp_path,
            )  # fmt: skip
        try:
            yield camera, heard, f"http://127.0.0.1:{port}"
        finally:
            device.terminate()
            device.wait(PATIENCE)


def on_mqtt(heard: Listener) -> list[str]:
    """The problems of the last health report."""
    report = json.loads(heard.last(f"{BASE}/health") or "{}")
    return [problem["message"] for problem in report.get("problems", [])]


def on_the_page(address: str) -> list[str]:
    health = requests.get(f"{address}/api/state", timeout=PATIENCE).json()["health"]
    return [problem["message"] for problem in health["problems"]]


@pytest.mark.slow
@pytest.mark.parametrize("fault", [FROZEN, COVERED], ids=["frozen", "covered"])
def test_a_camera_that_shows_no_room_is_told_within_half_a_minute_and_keeps_nobody_present(
    process: tuple[Camera, Listener, str], fault: str
) -> None:
    camera, heard, address = process
    presence = f"{BASE}/presence"
    wait_for(lambda: heard.last(presence) == "ON", "presence")
    assert fault not in on_mqtt(heard)
    begun = time.monotonic()
    camera.freeze() if fault == FROZEN else camera.cover()
    wait_for(lambda: fault in on_mqtt(heard), "the problem on MQTT")
    told_after = time.monotonic() - begun
    wait_for(lambda: fault in on_the_page(address), "the problem on the page")
    assert told_after < TOLD_WITHIN_S + 2, "slow machines have two more seconds"
    wait_for(lambda: heard.last(presence) == "OFF", "nobody is held present")
    camera.work()
    wait_for(lambda: heard.last(presence) == "ON", "presence, once the camera shows the room again")
    wait_for(lambda: fault not in on_mqtt(heard) and fault not in on_the_page(address), "the end of the problem")
