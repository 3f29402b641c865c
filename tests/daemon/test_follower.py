"""Music follows people: two daemons as processes, one real broker, and a real MPD in each room."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.broker import Broker, Listener, broker
from tests.conftest import ROOT, Film
from tests.players.mpd_daemon import PROGRAM, Daemon
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker"]
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")
KITCHEN, LIVING = "kitchen", "living-room"
ROOMS = (KITCHEN, LIVING)


@pytest.fixture
def speakers(tmp_path: Path) -> Iterator[dict[str, Daemon]]:
    speakers = {room: Daemon(tmp_path / room, seconds=120) for room in ROOMS}
    try:
        for speaker in speakers.values():
            speaker.start()
        yield speakers
    finally:
        for speaker in speakers.values():
            speaker.stop()


@pytest.fixture
def devices(
    tmp_path: Path, speakers: dict[str, Daemon], broker: Broker, film: Film
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """A device in each room, whose camera sees nobody."""
    dark, running = film("dark.webm", [30] * 100), {}
    try:
        for room, speaker in speakers.items():
            music: dict[str, Any] = {"player": "mpd", "follow": list(ROOMS), "follow_after": "3s"}
            music["profiles"] = {"everyday": {"happy": {"play": "mpd:folder/calm", "name": "calm songs"}}}
            sections = {
                "device": {"id": room},
                "music": music,
                "mpd": {"port": speaker.port},
                "mqtt": {"host": "127.0.0.1", "port": broker.port, "discovery": "off"},
            }
            (tmp_path / f"{room}.yaml").write_text(json.dumps(sections))
            running[room] = subprocess.Popen(
                [sys.executable, "-m", "edge", "run", "--publish", "--source", str(dark), "--config", f"{room}.yaml"],
                cwd=tmp_path,
                env=os.environ | {"PYTHONPATH": str(ROOT), "STATE_DIRECTORY": str(tmp_path / f"state-{room}")},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        yield running
    finally:
        for process in running.values():
            process.kill()
            process.wait(PATIENCE)


@pytest.mark.slow
def test_music_follows_from_room_to_room_over_one_broker(
    devices: dict[str, subprocess.Popen[bytes]], speakers: dict[str, Daemon], broker: Broker
) -> None:
    with Listener(broker.port) as home:

        def state(room: str) -> dict[str, Any]:
            found: dict[str, Any] = json.loads(home.last(f"moodroom/{room}/player") or "{}")
            return found

        def reports(room: str) -> list[dict[str, Any]]:
            return [json.loads(text) for topic, text, _ in home.heard if topic == f"moodroom/{room}/follow"]

        for room in ROOMS:
            wait_for(lambda: home.last(f"moodroom/{room}/presence") == "OFF", "an empty room")  # noqa: B023
            wait_for(lambda: reports(room) and reports(room)[-1].get("present") is False, "a report")  # noqa: B023
        home.publish(f"moodroom/{KITCHEN}/set/presence", "ON")
        home.publish(f"moodroom/{KITCHEN}/set/mood", "happy")
        wait_for(lambda: state(KITCHEN).get("state") == "playing", "music in the kitchen")
        speakers[KITCHEN].ask("next\nseekcur 60")
        home.publish(f"moodroom/{KITCHEN}/set/control", "auto")
        wait_for(lambda: state(KITCHEN).get("title") == "calm/calm1.wav", "the second song")
        wait_for(lambda: state(KITCHEN).get("control") == "auto", "the device's own music")
        # Somebody comes into the living room, while others remain in the kitchen.
        home.publish(f"moodroom/{LIVING}/set/presence", "ON")
        wait_for(lambda: reports(LIVING)[-1].get("for", 0) > 4, "some seconds there")
        assert speakers[LIVING].status()["state"] == "stop"
        home.publish(f"moodroom/{KITCHEN}/set/presence", "OFF")
        wait_for(lambda: speakers[LIVING].status()["state"] == "play", "music in the living room")
        wait_for(lambda: speakers[KITCHEN].status()["state"] == "pause", "silence in the kitchen")
        status = speakers[LIVING].status()
        assert "calm/calm1.wav" in speakers[LIVING].ask("currentsong") and float(status["elapsed"]) >= 60
        wait_for(lambda: state(LIVING).get("state") == "playing" and state(KITCHEN).get("state") == "paused", "states")
        assert state(LIVING)["control"] == state(KITCHEN)["control"] == "auto"
        events = [json.loads(text) for topic, text, _ in home.heard if topic == f"moodroom/{LIVING}/event"]
        moved = [event for event in events if "follows from kitchen" in event.get("why", "")]
        assert len(moved) == 1 and moved[0]["uri"] == "mpd:folder/calm"
        assert {report.get("taken") for report in reports(LIVING)} - {None} == {reports_offer(reports(KITCHEN))}
    assert all(process.poll() is None for process in devices.values())


def reports_offer(reports: list[dict[str, Any]]) -> str:
    """The id of the only offer in these reports."""
    (offer,) = {report["offer"]["id"] for report in reports if "offer" in report}
    return str(offer)
