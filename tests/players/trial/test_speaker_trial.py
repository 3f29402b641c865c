"""Trying a speaker: on a real MPD, and on simulated Spotify and Music Assistant."""

from __future__ import annotations

import time
from typing import Any, cast

import pytest

from edge.players.mpd.player import MpdPlayer
from edge.players.music_assistant.player import MusicAssistantPlayer
from edge.players.player import Player
from edge.players.spotify.player import SpotifyPlayer
from edge.players.trial.speaker_trial import SomebodyListensError, SpeakerTrial, TrialLine
from edge.sentences import Sentence
from edge.values import Act, Music
from tests.librespot_server import Librespot
from tests.mass_server import Mass
from tests.mass_server.world import SPEAKER
from tests.players import go_librespot_samples
from tests.players.listening import JAZZ, executed, play, run_for, wish
from tests.players.mpd_daemon import PROGRAM, Daemon
from tests.players.music_assistant_samples import HAPPY, done, player_on
from tests.spotify_server import World
from tests.waiting import PATIENCE

ALL = ["speaker", "play", "pause", "resume", "volume", "queue", "skip", "end"]
needs_mpd = pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")


def verdicts(lines: list[TrialLine]) -> dict[str, bool]:
    assert all(isinstance(line.text, Sentence) for line in lines if line.works)
    return {line.step: line.works for line in lines}


def on_mpd(daemon: Daemon, music: str = "mpd:folder/calm", *, anyway: bool = False) -> list[TrialLine]:
    player = MpdPlayer("127.0.0.1", daemon.port, password=None, clock=time.monotonic, timeout=PATIENCE)
    try:
        return list(SpeakerTrial(player, Music(music, "calm"), anyway=anyway).run())
    finally:
        player.close()


def in_simulated_time(
    player: Player, music: Music, world: World | Mass | Librespot, *, anyway: bool = False
) -> list[TrialLine]:
    began = world.monotonic
    trial = SpeakerTrial(player, music, anyway=anyway, clock=lambda: world.monotonic, sleep=world.advance)
    lines = list(trial.run())
    assert world.monotonic - began < 60
    return lines


@needs_mpd
def test_mpd_can_do_all_of_it_and_is_silent_and_as_loud_as_before(daemon: Daemon) -> None:
    daemon.ask("setvol 55")
    lines = on_mpd(daemon)
    assert verdicts(lines) == dict.fromkeys(ALL, True), lines
    assert (daemon.status()["state"], daemon.status()["volume"], daemon.queue()) == ("stop", "55", [])


@needs_mpd
def test_mpd_without_a_mixer_and_with_one_song_says_what_it_cant(daemon: Daemon) -> None:
    daemon.stop()
    conf = daemon.folder / "mpd.conf"
    conf.write_text(conf.read_text().replace('mixer_type "software"', 'mixer_type "none"'))
    daemon.start()
    lines = on_mpd(daemon, "mpd:calm/calm0.wav")
    assert verdicts(lines) == dict.fromkeys(ALL, True) | {"volume": False}, lines


@needs_mpd
def test_music_that_isnt_there_is_said_and_nothing_else_is_tried(daemon: Daemon) -> None:
    lines = on_mpd(daemon, "mpd:folder/nowhere")
    assert (
        list(verdicts(lines).items())[:2] == [("speaker", True), ("play", False)]
        and "No such directory" in lines[1].text
    )


@needs_mpd
def test_somebodys_music_is_left_alone_unless_it_is_asked_for(daemon: Daemon) -> None:
    daemon.ask('add "loud"\nplay\nsetvol 30')
    before = daemon.queue()
    with pytest.raises(SomebodyListensError, match="trying the speaker would end it"):
        on_mpd(daemon)
    assert (daemon.queue(), daemon.status()["state"], daemon.status()["volume"]) == (before, "play", "30")
    daemon.ask("pause 1")
    with pytest.raises(SomebodyListensError, match="somebody has paused"):
        on_mpd(daemon)
    assert (daemon.queue(), daemon.status()["state"]) == (before, "pause")
    daemon.ask("stop")
    with pytest.raises(SomebodyListensError, match="2 songs wait in the speaker's queue"):
        on_mpd(daemon)
    assert daemon.queue() == before
    lines = on_mpd(daemon, anyway=True)
    assert verdicts(lines) == dict.fromkeys(ALL, True), lines


def test_spotify_can_do_all_of_it(player: SpotifyPlayer, world: World) -> None:
    lines = in_simulated_time(player, JAZZ, world)
    assert verdicts(lines) == dict.fromkeys(ALL, True), lines
    assert world.device("Living Room").volume == 40 and player.playback().state != "playing"
    assert {"play", "pause", "resume", "volume", "queue", "next"} <= {name for name, _ in executed(world)}


def test_spotify_on_a_speaker_with_a_fixed_volume(player: SpotifyPlayer, world: World) -> None:
    world.device("Living Room").supports_volume = False
    lines = in_simulated_time(player, JAZZ, world)
    assert verdicts(lines) == dict.fromkeys(ALL, True) | {"volume": False}, lines


def test_music_of_the_account_elsewhere_is_left_alone(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 5)
    before = executed(world)
    with pytest.raises(SomebodyListensError):
        in_simulated_time(player, JAZZ, world)
    assert executed(world) == before


def test_go_librespot_can_do_all_of_it() -> None:
    world = Librespot()
    lines = in_simulated_time(go_librespot_samples.player_on(world), go_librespot_samples.HAPPY, world)
    assert verdicts(lines) == dict.fromkeys(ALL, True), lines


def test_a_player_that_goes_away_in_the_middle_isnt_said_to_be_silent() -> None:
    world = Librespot()
    trial = SpeakerTrial(
        go_librespot_samples.player_on(world), go_librespot_samples.HAPPY, clock=world.clock, sleep=world.advance
    )
    lines = []
    for line in trial.run():
        lines.append(line)
        if line.step == "pause":
            world.restart(takes=1000)
    assert verdicts(lines)["resume"] is False and verdicts(lines)["end"] is False
    assert "the room isn't as it was: go_librespot: the daemon can't be reached" in lines[-1].text


class Interrupted:
    """A player on which Ctrl-C is pressed right after one of its calls."""

    def __init__(self, player: Player, calls: int) -> None:
        """calls: after so many; those that follow are left alone."""
        self._player, self._left = player, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._player, name)
        if name not in ("apply", "playback"):
            return found

        def call(*arguments: Any) -> Any:
            answer = found(*arguments)
            self._left -= 1
            if self._left == 0:
                raise KeyboardInterrupt
            return answer

        return call


def test_wherever_ctrl_c_comes_the_room_is_silent_and_as_loud_as_before() -> None:
    for calls in range(2, 60):
        world = Librespot()
        player = go_librespot_samples.player_on(world)
        trial = SpeakerTrial(
            cast("Player", Interrupted(player, calls)),
            go_librespot_samples.HAPPY,
            clock=world.clock,
            sleep=world.advance,
        )
        try:
            list(trial.run())
        except KeyboardInterrupt:
            world.advance(5)
            seen = player.playback()
            assert (seen.state != "playing", world.volume) == (True, 40), calls
        else:
            assert calls > 20
            return


@pytest.fixture
def mass() -> Mass:
    return Mass()


@pytest.fixture
def mass_player(mass: Mass) -> MusicAssistantPlayer:
    return player_on(mass)


def test_music_assistant_can_do_all_of_it(mass: Mass, mass_player: MusicAssistantPlayer) -> None:
    lines = in_simulated_time(mass_player, HAPPY, mass)
    assert verdicts(lines) == dict.fromkeys(ALL, True), lines
    assert mass.speakers[SPEAKER].volume == 40 and mass_player.playback().state == "paused"
    assert "play_media" in done(mass)


def test_the_devices_own_paused_music_isnt_somebodys(mass: Mass, mass_player: MusicAssistantPlayer) -> None:
    mass_player.apply(play(HAPPY))
    for _ in range(10):
        mass_player.playback()
        mass.advance(0.5)
    mass_player.apply(wish(Act.PAUSE))
    mass.advance(1)
    mass_player.playback()
    trial = SpeakerTrial(
        mass_player, HAPPY, own=lambda seen: seen.context == HAPPY.uri, clock=mass.clock, sleep=mass.advance
    )
    assert verdicts(list(trial.run())) == dict.fromkeys(ALL, True)
