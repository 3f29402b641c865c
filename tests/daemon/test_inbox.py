"""The inbox under more than it can hold."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from edge.daemon.inbox import MAX_COMMANDS, MAX_ITEMS, Inbox, SessionEnd
from edge.values import Command, Problem
from tests.broker import Broker, Listener, broker
from tests.daemon.test_session import BASE, configured, start
from tests.waiting import wait_for

__all__ = ["broker", "start"]


def test_items_come_out_in_the_order_in_which_they_were_posted() -> None:
    inbox = Inbox()
    items = [Command("volume", "1"), Problem("a", "b"), Command("playback", "next"), Problem("a", "")]
    for item in items:
        inbox.post(item)
    assert list(inbox.drain()) == items
    assert inbox.get(0.0) is None


def test_the_camera_is_switched_before_all_else() -> None:
    inbox = Inbox()
    inbox.problem("a", "b")
    inbox.post(Command("volume", "1"))
    inbox.post(Command("camera", "OFF"))
    assert inbox.get(0.0) == Command("camera", "OFF")


def test_the_newest_of_each_command_stays() -> None:
    inbox = Inbox()
    inbox.post(Command("camera", "OFF"))
    inbox.post(Command("control", "off"))
    for number in range(600):
        inbox.post(Command("volume", str(number % 101)))
    inbox.post(Command("mood", "happy"))
    left = list(inbox.drain())
    assert len(left) == MAX_COMMANDS
    assert left[0] == Command("camera", "OFF") and Command("control", "off") in left
    assert left[-2:] == [Command("volume", "94"), Command("mood", "happy")]
    assert inbox.take_dropped() == {"volume": 604 - 1 - MAX_COMMANDS} and inbox.take_dropped() == {}


def test_invented_names_do_not_displace_the_camera() -> None:
    inbox = Inbox()
    inbox.post(Command("camera", "OFF"))
    for number in range(10 * MAX_COMMANDS):
        inbox.post(Command(f"name{number}"))
    assert inbox.get(0.0) == Command("camera", "OFF")
    dropped = inbox.take_dropped()
    assert len(dropped) <= 33 and sum(dropped.values()) == 9 * MAX_COMMANDS + 1


def test_the_end_of_the_session_is_never_dropped() -> None:
    inbox = Inbox()
    inbox.post(SessionEnd.OVER)
    for number in range(2 * MAX_ITEMS):
        inbox.problem(str(number), "x")
    left = list(inbox.drain())
    assert left[0] is SessionEnd.OVER and left[-1] == Problem(str(2 * MAX_ITEMS - 1), "x") and len(left) == MAX_ITEMS


def test_a_stopped_device_does_not_lose_the_camera_switch(
    start: Callable[..., subprocess.Popen[str]], broker: Broker, tmp_path: Path
) -> None:
    config = configured(tmp_path, mqtt={"host": "127.0.0.1", "port": broker.port}, journal={"enabled": False})
    with Listener(broker.port) as person:
        process = start("--config", config, "--source", "demo", "--publish")
        wait_for(lambda: person.last(f"{BASE}/camera") == "ON", "the switch")
        process.send_signal(signal.SIGSTOP)
        for number in range(300):
            person.publish(f"{BASE}/set/volume", str(number % 101))
        person.publish(f"{BASE}/set/camera", "OFF")
        for number in range(400):
            person.publish(f"{BASE}/set/volume", str(number % 101))
        process.send_signal(signal.SIGCONT)
        wait_for(lambda: person.last(f"{BASE}/camera") == "OFF", "the switch")

        def events() -> list[dict[str, str]]:
            return [json.loads(text) for topic, text, *_ in person.heard if topic == f"{BASE}/event"]

        def volumes() -> list[dict[str, str]]:
            return [event for event in events() if event.get("command") == "volume"]

        # Whether any were dropped depends on how fast the device is; what was dropped is told.
        assert all("newer ones count" in event["message"] for event in volumes())
