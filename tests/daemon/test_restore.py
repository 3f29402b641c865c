"""What people have set: kept over a restart, gently, and given up where the configuration was edited."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edge.config import MusicConfig
from edge.daemon.restore import NAME, Settings, as_commands, over_reload
from edge.events import CommandRejected
from edge.music.director import Director
from edge.room.commands import execute
from edge.room.room import Room
from edge.system import state
from tests.broker import Broker, Listener, broker
from tests.conftest import ROOT
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker"]

CHOSEN = {"camera": "OFF", "control": "hands_off", "override": "sad", "profile": "party"}


def test_control_and_profile_are_found_again_and_the_evening_s_mood_is_not(tmp_path: Path) -> None:
    assert Settings("everyday", tmp_path).load() == {}
    Settings("everyday", tmp_path).save(CHOSEN)
    assert Settings("everyday", tmp_path).load() == {"control": "hands_off", "profile": "party"}


def test_whoever_edits_the_profile_in_the_file_means_it(tmp_path: Path) -> None:
    Settings("everyday", tmp_path).save(CHOSEN)
    assert Settings("calm", tmp_path).load() == {"control": "hands_off"}
    assert over_reload(CHOSEN, before="everyday", now="everyday") == CHOSEN
    again = over_reload(CHOSEN | {"scheduled": "party"}, before="everyday", now="calm")
    assert not {"profile", "scheduled"} & set(again)


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    settings = Settings("everyday", tmp_path)
    settings.save(CHOSEN)
    (tmp_path / NAME).unlink()
    for mood in ("sad", "happy", "auto"):
        settings.save(CHOSEN | {"override": mood, "camera": "ON"})
    assert not (tmp_path / NAME).exists()
    settings.save(CHOSEN | {"control": "off"})
    assert Settings("everyday", tmp_path).load()["control"] == "off"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", '{"control": {"a": 1}}', '"x"'])
def test_a_file_that_somebody_spoilt_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    found = Settings("everyday", tmp_path).load()
    assert all(isinstance(value, str) for value in found.values())
    room = Room(Director(MusicConfig()))
    before = room.settings()
    for command in as_commands(found):
        execute(room, 0.0, command)
    assert room.settings() == before


def test_a_disk_that_can_t_be_written_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings("everyday", Path("/proc/nowhere"))
    for _ in range(3):
        settings.save(CHOSEN)
    assert len(caplog.records) == 1


def test_a_fresh_room_is_set_as_before() -> None:
    profiles = {"everyday": {"default": "nothing"}, "party": {"default": "nothing"}}
    room = Room(Director(MusicConfig()), music=MusicConfig.model_validate({"profiles": profiles}))
    kept = CHOSEN | {"held": "ON", "scheduled": "everyday"}
    room.restore(kept)
    events = [event for command in as_commands(kept) for event in execute(room, 5.0, command)]
    assert room.settings() == kept | {"camera": "ON", "resting": "OFF"}, "the camera's switch has a way of its own"
    assert room.mood is not None and room.mood.source == "override"
    assert not [event for event in events if isinstance(event, CommandRejected)]


def test_a_reload_keeps_all_and_a_restart_all_but_the_mood(
    tmp_path: Path, broker: Broker, yunet_folder: Path, state_folder: Path
) -> None:
    profiles = {"everyday": {"default": "nothing"}, "party": {"default": "nothing"}}
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps({"mqtt": {"host": "127.0.0.1", "port": broker.port}, "music": {"profiles": profiles}}))

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "edge", "run", "--config", config, "--source", "demo"],
            cwd=ROOT, env=os.environ | {"MOODROOM_MODELS": str(yunet_folder)}, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def are(person: Listener, **wanted: str) -> None:
        for topic, value in wanted.items():
            wait_for(lambda t=topic, v=value: person.last(f"moodroom/moodroom/{t}") == v, f"{topic} {value}")

    process = start()
    try:
        with Listener(broker.port) as person:
            are(person, status="online", control="auto", override="auto")
            for name, value in (("control", "hands_off"), ("profile", "party"), ("mood", "sad")):
                person.publish(f"moodroom/moodroom/set/{name}", value)
            are(person, control="hands_off", profile="party", override="sad")
            wait_for(lambda: "party" in (state.read(NAME) or ""), "the file")
            written = (state_folder / NAME).stat().st_mtime_ns
            person.heard.clear()
            process.send_signal(signal.SIGHUP)
            are(person, status="offline")
            are(person, status="online", control="hands_off", profile="party", override="sad")
            process.terminate()
            assert "Traceback" not in process.communicate(timeout=PATIENCE)[1]
            person.heard.clear()
            process = start()
            are(person, status="online", control="hands_off", profile="party", override="auto")
            wait_for(lambda: '"hands_off"' in (person.last("moodroom/moodroom/player") or ""), "the player's word")
            assert (state_folder / NAME).stat().st_mtime_ns == written, "nothing changed, so nothing is written"
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)
