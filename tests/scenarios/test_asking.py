"""What people ask of the device itself, on its page or in their home automation: its own doing, not a takeover."""

from __future__ import annotations

from collections.abc import Callable

from edge.events import Skipped, TakenOver
from edge.values import Act, Control
from tests.scenarios.house import HAPPY, PROFILE, SAD, House
from tests.spotify_server import World

Build = Callable[..., House]
ROOM = "Living Room"


def commands(world: World) -> list[str]:
    return [one.do for one in world.executed]


def test_pause_stays_until_play(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.asks("playback", "pause")
    home.feels("sad", 1800)
    assert commands(world) == ["play", "pause"]
    assert home.control is Control.AUTO and home.said[-1] == "kept: somebody paused the music"
    home.asks("playback", "play")
    home.passes(10)
    assert world.now_playing().playing
    home.passes(300)
    assert world.now_playing().context == SAD, "then the mood counts again"


def test_pause_here_and_play_on_the_phone(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.asks("playback", "pause")
    home.passes(60)
    world.person("resume", on=ROOM)
    home.passes(60)
    assert home.happened(TakenOver) == [], "that only undid the pause"
    home.feels("sad", 300)
    assert world.now_playing().context == SAD


def test_next_is_a_skip_and_no_takeover(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.asks("playback", "next")
    home.passes(120)
    assert commands(world) == ["play", "next"]
    assert home.control is Control.AUTO and home.happened(TakenOver) == []
    assert [skip.choice for skip in home.happened(Skipped)] == [HAPPY]


def test_next_in_silence_is_a_start_and_no_takeover(simple: Build) -> None:
    home = simple(at="2026-11-21 18:00")
    home.player.loops = False
    home.feels("happy", 300)
    assert home.player.state == "playing"
    home.asks("playback", "pause")
    home.passes(60)
    home.asks("playback", "next")
    home.passes(60)
    assert home.player.state == "playing"
    assert home.happened(TakenOver) == [] and home.control is Control.AUTO
    home.feels("sad", 400)
    assert home.player.context == SAD, "then the mood counts again"


def test_next_after_the_music_ran_out_is_no_takeover(simple: Build) -> None:
    home = simple(at="2026-11-21 18:00")
    home.player.loops = False
    home.asks("mood", "happy")
    home.leaves(900)
    assert home.player.state == "stopped"
    home.asks("playback", "next")
    home.passes(60)
    assert home.player.state == "playing" and home.room.settings()["held"] == "OFF"
    assert home.happened(TakenOver) == [] and home.control is Control.AUTO
    assert home.did[-1].act is Act.NEXT


def test_next_brings_what_waits_for_the_songs_end(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.feels("sad", 10)
    home.asks("playback", "next")
    home.passes(60)
    assert world.now_playing().context == SAD and home.happened(TakenOver) == []


def test_a_volume_is_the_rooms_own_from_then_on(house: Build, world: World) -> None:
    profile = {**PROFILE, "sad": {"play": SAD, "name": "Sad Songs", "volume": -10}}
    home = house(at="2026-11-21 18:00", profiles={"everyday": profile})
    home.feels("happy", 60)
    home.asks("volume", "55")
    home.passes(60)
    assert home.control is Control.AUTO and home.happened(TakenOver) == []
    home.feels("sad", 300)
    assert world.device(ROOM).volume == 45, "sad songs are set to be ten quieter"
    home.feels("happy", 300)
    assert world.device(ROOM).volume == 55 and home.happened(TakenOver) == []


def test_a_mood_that_somebody_sets_is_heard_at_once(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.asks("mood", "sad")
    home.passes(10)
    assert world.now_playing().context == SAD, "who asks doesn't wait for the song's end"
    assert commands(world) == ["play", "volume", "volume", "play", "volume", "volume"], "and it fades over"
    assert home.said[-1] == "somebody set the mood to sad: Sad Songs plays now"
    home.passes(200)
    assert home.happened(TakenOver) == []


def test_control_off_takes_back_what_waits(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.feels("sad", 10)
    home.asks("control", "off")
    home.passes(900)
    assert world.now_playing().context == HAPPY and commands(world) == ["play"]
    world.person("pause", on=ROOM)
    home.passes(1200)
    assert home.control is Control.OFF and commands(world) == ["play"]


def test_hands_off_asked_for_ends_when_everybody_has_gone(simple: Build) -> None:
    home = simple(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.asks("control", "hands_off")
    home.feels("sad", 900)
    assert home.said[-1] == "kept: somebody asked for hands off"
    home.leaves(1900)
    home.feels("sad", 300)
    assert home.did[-1].act is Act.PLAY and home.control is Control.AUTO


def test_play_where_nothing_is_paused_begins_by_mood(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00", takeover_ends_after=None)
    home.feels("happy", 60)
    home.asks("playback", "pause")
    home.passes(30)
    world.sleep(ROOM)
    home.passes(60)
    world.wake(ROOM)
    home.passes(200)
    home.asks("playback", "play")
    home.passes(10)
    assert world.now_playing().context == HAPPY
    assert home.said[-1] == "somebody asked for it: the room is happy: Happy Songs plays now"
