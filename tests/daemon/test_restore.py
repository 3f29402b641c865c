"""What is restored after a restart or a reload: settings, and the device's own music."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from edge.config import MusicConfig
from edge.daemon.restore import (
    PLAYBACK_FILE,
    SETTINGS_FILE,
    SavedSettings,
    after_reload,
    as_commands,
    restore_playback,
    save_playback,
)
from edge.events import CommandRejected
from edge.music.director import Director
from edge.music.interpretation import Cause
from edge.music.ownership import continues
from edge.room.commands import execute
from edge.room.room import Room
from edge.system import state
from edge.values import Basis, Control, Mood, Music, Playback
from tests.broker import Broker, Listener, broker
from tests.conftest import ROOT
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker"]

CHOSEN = {
    "camera": "OFF", "control": "hands_off", "override": "sad", "profile": "party", "presence_override": "ON",
}  # fmt: skip


def test_control_and_profile_survive_a_restart_and_an_override_does_not(tmp_path: Path) -> None:
    assert SavedSettings("everyday", tmp_path).load() == {}
    SavedSettings("everyday", tmp_path).save(CHOSEN)
    assert SavedSettings("everyday", tmp_path).load() == {"control": "hands_off", "profile": "party"}


def test_a_profile_edited_in_the_configuration_replaces_the_saved_one(tmp_path: Path) -> None:
    SavedSettings("everyday", tmp_path).save(CHOSEN)
    assert SavedSettings("calm", tmp_path).load() == {"control": "hands_off"}
    assert after_reload(CHOSEN, before="everyday", now="everyday") == CHOSEN
    again = after_reload(CHOSEN | {"scheduled": "party"}, before="everyday", now="calm")
    assert not {"profile", "scheduled"} & set(again)


def test_the_file_is_written_only_when_something_changed(tmp_path: Path) -> None:
    settings = SavedSettings("everyday", tmp_path)
    settings.save(CHOSEN)
    (tmp_path / SETTINGS_FILE).unlink()
    for mood in ("sad", "happy", "auto"):
        settings.save(CHOSEN | {"override": mood, "camera": "ON"})
    assert not (tmp_path / SETTINGS_FILE).exists()
    settings.save(CHOSEN | {"control": "off"})
    assert SavedSettings("everyday", tmp_path).load()["control"] == "off"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", '{"control": {"a": 1}}', '"x"'])
def test_a_damaged_file_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / SETTINGS_FILE).write_text(text)
    settings = SavedSettings("everyday", tmp_path).load()
    assert all(isinstance(value, str) for value in settings.values())
    room = Room(Director(MusicConfig()))
    before = room.settings()
    for command in as_commands(settings):
        execute(room, 0.0, command)
    assert room.settings() == before


def test_a_disk_that_can_t_be_written_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    settings = SavedSettings("everyday", Path("/proc/nowhere"))
    for _ in range(3):
        settings.save(CHOSEN)
    assert len(caplog.records) == 1


def test_a_new_room_is_set_like_the_one_before() -> None:
    profiles = {"everyday": {"default": "nothing"}, "party": {"default": "nothing"}}
    room = Room(Director(MusicConfig()), music=MusicConfig.model_validate({"profiles": profiles}))
    unwanted = '["2026-11-29", ["sad", "mpd:A"]]'
    kept = CHOSEN | {"held": "ON", "scheduled": "everyday", "unwanted": unwanted}
    room.restore(kept)
    events = [event for command in as_commands(kept) for event in execute(room, 5.0, command)]
    derived = {"camera": "ON", "resting": "OFF", "chosen": "", "coming": "", "corrected": ""}
    assert room.settings() == kept | derived, "the camera's switch is restored separately"
    assert room.mood is not None and room.mood.source == "override"
    assert not [event for event in events if isinstance(event, CommandRejected)]


def has_payload(listener: Listener, topic: str, payload: str) -> bool:
    """Whether this is the newest payload on the topic."""
    return listener.last(topic) == payload


def test_a_reload_keeps_everything_and_a_restart_all_but_the_override(
    tmp_path: Path, broker: Broker, yunet_folder: Path, state_folder: Path
) -> None:
    profiles = {"everyday": {"default": "nothing"}, "party": {"default": "nothing"}}
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps({"mqtt": {"host": "127.0.0.1", "port": broker.port}, "music": {"profiles": profiles}}))

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "edge", "run", "--config", config, "--source", "demo", "--publish"],
            cwd=ROOT, env=os.environ | {"MOODROOM_MODELS": str(yunet_folder)}, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def wait_for_topics(person: Listener, **expected: str) -> None:
        for topic, value in expected.items():
            address = f"moodroom/moodroom/{topic}"
            wait_for(partial(has_payload, person, address, value), f"{topic} {value}")

    process = start()
    try:
        with Listener(broker.port) as person:
            wait_for_topics(person, status="online", control="auto", override="auto")
            for name, value in (("control", "hands_off"), ("profile", "party"), ("mood", "sad")):
                person.publish(f"moodroom/moodroom/set/{name}", value)
            wait_for_topics(person, control="hands_off", profile="party", override="sad")
            wait_for(lambda: "party" in (state.read(SETTINGS_FILE) or ""), "the file")
            written = (state_folder / SETTINGS_FILE).stat().st_mtime_ns
            person.heard.clear()
            process.send_signal(signal.SIGHUP)
            wait_for_topics(person, status="offline")
            wait_for_topics(person, status="online", control="hands_off", profile="party", override="sad")
            process.terminate()
            assert "Traceback" not in process.communicate(timeout=PATIENCE)[1]
            person.heard.clear()
            process = start()
            wait_for_topics(person, status="online", control="hands_off", profile="party", override="auto")
            wait_for(lambda: '"hands_off"' in (person.last("moodroom/moodroom/player") or ""), "the player's state")
            assert (state_folder / SETTINGS_FILE).stat().st_mtime_ns == written, (
                "nothing changed, so nothing is written"
            )
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


# --- the device's own music ---

CONFIG = MusicConfig.model_validate({"profiles": {"everyday": {"happy": {"play": "mpd:folder/a", "name": "A"}}}})


def shown(context: str | None, song: str = "mpd:a/1.flac", position: float = 10.0) -> Playback:
    return Playback("playing", "mpd", uri=song, context=context, position=position, duration=200.0)


def playing() -> Director:
    director = Director(CONFIG)
    director.observe(0, Playback("stopped", "mpd"))
    director.decide(1, Mood("happy", 1, 0.8, 0.5, 1, 0), Control.AUTO)
    assert director.observe(3, shown("mpd:folder/a", position=2)).cause is Cause.STARTED
    return director


def test_own_music_is_recognized_though_the_player_forgot_the_playlist(tmp_path: Path) -> None:
    # The next process has another monotonic clock.
    save_playback(playing(), 1000.0, tmp_path)
    director = Director(CONFIG)
    restore_playback(director, 2000.0, tmp_path)
    assert director.observe(-990, shown(None, position=15)).cause is Cause.FOUND
    assert director.situation.own_music == Music("mpd:folder/a", "A")


def test_another_person_s_music_is_not_taken_for_own_music(tmp_path: Path) -> None:
    save_playback(playing(), 0.0, tmp_path)
    director = Director(CONFIG)
    restore_playback(director, 0.0, tmp_path)
    assert director.observe(20, shown(None, "mpd:theirs.flac", 5)).cause is Cause.TAKEOVER


def test_without_own_music_nothing_is_saved(tmp_path: Path) -> None:
    save_playback(Director(CONFIG), 0.0, tmp_path)
    assert not (tmp_path / PLAYBACK_FILE).exists(), "no file is needed"
    save_playback(playing(), 0.0, tmp_path)
    save_playback(Director(CONFIG), 0.0, tmp_path)
    director = Director(CONFIG)
    restore_playback(director, 0.0, tmp_path)
    assert director.situation.own_before_restart is None


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"uri": 1}', '{"uri":"a","name":"a","ends":"x"}', "null"])
def test_a_damaged_playback_file_counts_as_none(tmp_path: Path, text: str) -> None:
    state.write(PLAYBACK_FILE, text, tmp_path)
    director = Director(CONFIG)
    restore_playback(director, 0.0, tmp_path)
    assert director.situation.own_before_restart is None


def test_own_music_goes_on_with_the_next_song_at_the_right_time() -> None:
    last = Basis(True, "library:happy", "s1", 200.0)
    assert continues(last, shown(None, "s1"), 100)
    assert continues(last, shown(None, "s2", 5), 205)
    assert not continues(last, shown(None, "s2", 5), 100), "somebody chose it"
    assert not continues(last, shown(None, "s2", 5), 2000), "too long ago to tell"
    assert not continues(last, shown("spotify:album:theirs", "s1"), 100)
    assert not continues(Basis(True, None, "s1", None), shown(None, "s2"), 100)
