"""Commands from the page or home automation: they are carried out, and aren't takeovers."""

from __future__ import annotations

from collections.abc import Callable

from edge.events import Skipped, TakenOver
from edge.values import Act, Control
from tests.scenarios.house import HAPPY, PROFILE, SAD, House
from tests.spotify_server import World

Build = Callable[..., House]
ROOM = "Living Room"


def commands(world: World) -> list[str]:
    return [command.do for command in world.executed]


def test_pause_stays_until_play(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.command("playback", "pause")
    home.feels("sad", 1800)
    assert commands(world) == ["play", "pause"]
    assert home.control is Control.AUTO and home.reasons[-1] == "kept: somebody paused the music"
    home.command("playback", "play")
    home.passes(10)
    assert world.now_playing().playing
    home.passes(300)
    assert world.now_playing().context == SAD, "from then on the mood counts again"


def test_pause_here_and_play_on_the_phone(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.command("playback", "pause")
    home.passes(60)
    world.person("resume", on=ROOM)
    home.passes(60)
    assert home.happened(TakenOver) == [], "it only undid the pause"
    home.feels("sad", 300)
    assert world.now_playing().context == SAD


def test_next_is_a_skip_and_no_takeover(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.command("playback", "next")
    home.passes(120)
    assert commands(world) == ["play", "next"]
    assert home.control is Control.AUTO and home.happened(TakenOver) == []
    assert [skip.choice for skip in home.happened(Skipped)] == [HAPPY]


def test_next_in_silence_is_a_start_and_no_takeover(simple: Build) -> None:
    home = simple(at="2026-11-21 18:00")
    home.player.loops = False
    home.feels("happy", 300)
    assert home.player.state == "playing"
    home.command("playback", "pause")
    home.passes(60)
    home.command("playback", "next")
    home.passes(60)
    assert home.player.state == "playing"
    assert home.happened(TakenOver) == [] and home.control is Control.AUTO
    home.feels("sad", 400)
    assert home.player.context == SAD, "from then on the mood counts again"


def test_next_after_the_music_ran_out_is_no_takeover(simple: Build) -> None:
    home = simple(at="2026-11-21 18:00")
    home.player.loops = False
    home.command("mood", "happy")
    home.leaves(900)
    assert home.player.state == "stopped"
    home.command("playback", "next")
    home.passes(60)
    assert home.player.state == "playing" and home.room.settings()["held"] == "OFF"
    assert home.happened(TakenOver) == [] and home.control is Control.AUTO
    assert home.actions[-1].act is Act.NEXT


def test_next_starts_the_upcoming_music(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.feels("sad", 10)
    home.command("playback", "next")
    home.passes(60)
    assert world.now_playing().context == SAD and home.happened(TakenOver) == []


def test_a_requested_volume_is_the_rooms_volume_from_then_on(house: Build, world: World) -> None:
    profile = {**PROFILE, "sad": {"play": SAD, "name": "Sad Songs", "volume": -10}}
    home = house(at="2026-11-21 18:00", profiles={"everyday": profile})
    home.feels("happy", 60)
    home.command("volume", "55")
    home.passes(60)
    assert home.control is Control.AUTO and home.happened(TakenOver) == []
    home.feels("sad", 300)
    assert world.device(ROOM).volume == 45, "sad songs are set to be ten quieter"
    home.feels("happy", 300)
    assert world.device(ROOM).volume == 55 and home.happened(TakenOver) == []


def test_a_mood_set_by_a_person_changes_the_music_at_once(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.command("mood", "sad")
    home.passes(10)
    assert world.now_playing().context == SAD, "a request doesn't wait for the end of the song"
    assert commands(world) == ["play", "volume", "volume", "play", "volume", "volume"], "with a fade"
    assert home.reasons[-1] == "somebody set the mood to sad: Sad Songs plays now"
    home.passes(200)
    assert home.happened(TakenOver) == []


def test_control_off_cancels_the_upcoming_music(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.feels("sad", 10)
    home.command("control", "off")
    home.passes(900)
    assert world.now_playing().context == HAPPY and commands(world) == ["play"]
    world.person("pause", on=ROOM)
    home.passes(1200)
    assert home.control is Control.OFF and commands(world) == ["play"]


def test_requested_hands_off_ends_when_everybody_has_left(simple: Build) -> None:
    home = simple(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.command("control", "hands_off")
    home.feels("sad", 900)
    assert home.reasons[-1] == "kept: somebody asked for hands off"
    home.leaves(1900)
    home.feels("sad", 300)
    assert home.actions[-1].act is Act.PLAY and home.control is Control.AUTO


def test_play_with_nothing_paused_starts_music_for_the_mood(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00", takeover_ends_after=None)
    home.feels("happy", 60)
    home.command("playback", "pause")
    home.passes(30)
    world.sleep(ROOM)
    home.passes(60)
    world.wake(ROOM)
    home.passes(200)
    home.command("playback", "play")
    home.passes(10)
    assert world.now_playing().context == HAPPY
    assert home.reasons[-1] == "somebody asked for it: the room is happy: Happy Songs plays now"
