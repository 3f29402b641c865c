"""A person chooses another speaker: the music moves there and stays the device's own, without a takeover."""

from __future__ import annotations

import time
from typing import Any

import pytest

from edge.config import MusicConfig
from edge.errors import PlayerError
from edge.events import CommandRejected, DecisionMade, ProblemOccurred, TakenOver
from edge.music.director import Director
from edge.players.driver import PlayerDriver
from edge.players.dry_run import DryRun
from edge.players.mpd.player import MpdPlayer
from edge.players.player import ChoosesSpeaker
from edge.players.spotify.player import SpotifyPlayer
from edge.players.wish_queue import WishQueue
from edge.room.commands import execute
from edge.room.room import Room
from edge.values import Act, Command, Control, Music, Playback, Wish
from tests.mass_server import Mass
from tests.mass_server.world import ROOM
from tests.players.listening import JAZZ, executed, play, run_for
from tests.players.mpd_daemon import Daemon
from tests.players.music_assistant_samples import HAPPY, player_on
from tests.players.music_assistant_samples import run_for as run_mass
from tests.room.test_room import reading
from tests.spotify_server import World
from tests.waiting import PATIENCE

KITCHEN = Wish(Act.SPEAKER, "happy", "somebody chose it", speaker="Kitchen", about="press")


def test_spotify_moves_what_plays_and_stays_on_the_new_speaker(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 20)
    player.choose_speaker("kitchen")
    assert executed(world)[-1][0] == "transfer" and world.now_playing().device == "Kitchen"
    for playback in run_for(player, world, 120):
        assert (playback.state, playback.speaker, playback.elsewhere) == ("playing", "Kitchen", False)
        assert playback.context == JAZZ.uri
    player.apply(play(JAZZ, volume=20))
    run_for(player, world, 10)
    assert world.now_playing().device == "Kitchen"


def test_in_silence_only_the_speaker_changes(player: SpotifyPlayer, world: World) -> None:
    player.playback()
    player.choose_speaker("Kitchen")
    assert executed(world) == []
    player.apply(play())
    run_for(player, world, 10)
    assert world.now_playing().device == "Kitchen"


def test_a_speaker_that_isn_t_there_changes_nothing(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 10)
    with pytest.raises(PlayerError, match="Bathroom"):
        player.choose_speaker("Bathroom")
    run_for(player, world, 40)
    assert world.now_playing().device == "Living Room"


def test_music_assistant_moves_the_queue_which_stays_the_device_s_own() -> None:
    mass = Mass()
    player = player_on(mass)
    player.apply(play(HAPPY))
    run_mass(player, mass, 10)
    assert player.playback().speaker == ROOM
    player.choose_speaker("Kitchen")
    run_mass(player, mass, 10)
    after = player.playback()
    assert (after.state, after.speaker, after.context) == ("playing", "Kitchen", HAPPY.uri)
    with pytest.raises(PlayerError, match="Bathroom"):
        player.choose_speaker("Bathroom")


def test_nobody_has_taken_over_although_the_new_speaker_has_another_volume(player: SpotifyPlayer, world: World) -> None:
    music = MusicConfig.model_validate({"profile": "a", "profiles": {"a": {"happy": JAZZ.uri}}})
    room = Room(Director(music), music=music)
    world.device("Kitchen").volume = 75
    events: list[Any] = room.on_reading(reading("happy", world.monotonic))
    for _ in range(240):
        for event in events:
            if isinstance(event, DecisionMade) and event.wish.act is Act.SPEAKER:
                player.choose_speaker(str(event.wish.speaker))
            elif isinstance(event, DecisionMade):
                player.apply(event.wish)
            assert not isinstance(event, TakenOver), event
        world.advance(1.0)
        room.on_reading(reading("happy", world.monotonic))
        events = [*room.on_playback(world.monotonic, player.playback()), *room.tick(world.monotonic)]
        if _ == 60:
            events += execute(room, world.monotonic, Command("speaker", "Kitchen"))
    assert room.control is Control.AUTO and world.now_playing().device == "Kitchen"
    assert room.playback is not None and room.playback.volume == 75


def test_a_player_with_one_speaker_refuses() -> None:
    room = Room(Director(MusicConfig()))
    room.on_playback(0, Playback("playing", "mpd", "MPD at localhost"))
    (rejected,) = execute(room, 1, Command("speaker", "Kitchen"))
    assert isinstance(rejected, CommandRejected) and "this one has one" in rejected.message
    (rejected,) = execute(room, 1, Command("speaker", ""))
    assert isinstance(rejected, CommandRejected)
    assert not isinstance(DryRun(clock=lambda: 0.0), ChoosesSpeaker)


def test_a_speaker_that_can_t_be_used_is_told_and_the_player_goes_on(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 10)
    heard: list[Any] = []
    wishes = WishQueue()
    driver = PlayerDriver(player, wishes, post=heard.append, clock=world.clock)
    wishes.put(Wish(Act.SPEAKER, "happy", "", speaker="Bathroom"))
    driver.turn()
    (problem,) = [one for one in heard if isinstance(one, ProblemOccurred)]
    assert problem.message.startswith("can't play on Bathroom: ")
    assert not any(isinstance(one, Playback) and one.state == "unavailable" for one in heard)
    wishes.put(KITCHEN)
    driver.turn()
    assert world.now_playing().device == "Kitchen"


# Positions in a song, which are sought in the same way.


def test_spotify_goes_to_another_place_in_the_song(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 20)
    player.seek(150)
    assert executed(world)[-1] == ("seek", 150.0)
    assert player.playback().position == pytest.approx(150, abs=1)
    assert run_for(player, world, 10)[-1].position == pytest.approx(152, abs=1), "as Spotify shows it"


def test_music_assistant_goes_to_another_place_in_the_song() -> None:
    mass = Mass()
    player = player_on(mass)
    player.apply(play(HAPPY))
    run_mass(player, mass, 10)
    player.seek(120.4)
    run_mass(player, mass, 10)
    assert player.playback().position == pytest.approx(130, abs=3)
    assert player.playback().context == HAPPY.uri


def test_mpd_goes_to_another_place_in_the_song(daemon: Daemon) -> None:
    mpd = MpdPlayer("127.0.0.1", daemon.port, password=None, clock=time.monotonic, timeout=PATIENCE)
    mpd.apply(play(Music("mpd:calm/calm0.wav", "calm")))
    mpd.seek(20)
    position = mpd.playback().position
    mpd.close()
    assert position is not None and 19 < position < 30


def test_whoever_seeks_hasn_t_taken_over_and_the_next_song_is_nobody_s_choice(
    player: SpotifyPlayer, world: World
) -> None:
    music = MusicConfig.model_validate({"profile": "a", "profiles": {"a": {"happy": JAZZ.uri}}})
    room = Room(Director(music), music=music)
    events: list[Any] = room.on_reading(reading("happy", world.monotonic))
    for second in range(120):
        for event in events:
            assert not isinstance(event, (TakenOver, CommandRejected)), event
            if isinstance(event, DecisionMade) and event.wish.position is not None:
                player.seek(event.wish.position)
            elif isinstance(event, DecisionMade):
                player.apply(event.wish)
        world.advance(1.0)
        room.on_reading(reading("happy", world.monotonic))
        events = [*room.on_playback(world.monotonic, player.playback()), *room.tick(world.monotonic)]
        if second == 40:
            events += execute(room, world.monotonic, Command("position", "180"))
    assert room.control is Control.AUTO and world.now_playing().index == 1


@pytest.mark.parametrize("value", ["", "-1", "1e3", "200", "999999", "12:30"])
def test_a_position_that_isn_t_in_the_song_is_refused(value: str) -> None:
    room = Room(Director(MusicConfig()))
    (rejected,) = execute(room, 0, Command("position", "10"))
    assert isinstance(rejected, CommandRejected)
    room.on_playback(0, Playback("playing", "mpd", title="Clocks", duration=200.0, position=3.0))
    (rejected,) = execute(room, 1, Command("position", value))
    assert isinstance(rejected, CommandRejected)
    (made,) = execute(room, 1, Command("position", "199.5"))
    assert isinstance(made, DecisionMade) and (made.wish.act, made.wish.position) == (Act.SEEK, 199.5)
