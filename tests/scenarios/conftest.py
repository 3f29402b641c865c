"""The house with a simulated Spotify, or with a simple player."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from edge.players.go_librespot.player import GoLibrespotPlayer
from edge.players.mpd import stall_watch
from edge.players.music_assistant.player import MusicAssistantPlayer
from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.player import SpotifyPlayer
from edge.players.spotify.token_file import TokenFile
from tests.librespot_server import Librespot, MemoryApi, MemoryEvents
from tests.mass_server import Mass, MemoryLink
from tests.mass_server.world import TOKEN
from tests.players.mpd_daemon import PROGRAM, Daemon
from tests.scenarios.house import ANGRY, CALM, HAPPY, SAD, House, SimulatedTime, unix_time
from tests.scenarios.paced_mpd import PacedMpd
from tests.scenarios.simple_player import SimplePlayer
from tests.scenarios.someone import OnGoLibrespot, OnMpd, OnMusicAssistant, OnSimple, OnSpotify, Someone
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import server, world
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE

__all__ = ["server", "world"]
SPEAKER = "Living Room"
GONE = "spotify:playlist:gone"
# Kind of player -> the music for happy and sad, and a playlist that is gone.
MUSIC = {
    "mpd": ("mpd:folder/calm", "mpd:folder/loud", "mpd:playlist/Gone"),
    "music_assistant": ("ma:library://playlist/1", "ma:library://playlist/2", "ma:library://playlist/99"),
}
MORE_MUSIC = {
    "simple": (CALM, ANGRY),
    "music_assistant": ("ma:library://playlist/3", "ma:library://playlist/4"),
    "go_librespot": (CALM, ANGRY),
}


def on_music_assistant(mass: Mass, at: str = "2026-11-21 18:00", **music: Any) -> House:
    """A house whose speaker is one of this server's."""
    mass.offset = unix_time(at) - mass.monotonic
    player = MusicAssistantPlayer(
        lambda: MemoryLink(mass),
        speaker=SPEAKER,
        token=TOKEN,
        base="http://mass:8095",
        clock=mass.clock,
        wall=mass.wall,
    )
    return House(mass, player, offset=mass.offset, **music)


def on_go_librespot(world: Librespot, at: str = "2026-11-21 18:00", **music: Any) -> House:
    """A house whose speaker is this daemon."""
    world.offset = unix_time(at) - world.monotonic
    player = GoLibrespotPlayer(MemoryApi(world), lambda: MemoryEvents(world), clock=world.clock)
    return House(world, player, offset=world.offset, **music)


@pytest.fixture
def house(world: World, server: Server, state_folder: Path) -> Iterator[Callable[..., House]]:
    """house(at="2026-11-21 18:00", cooldown=0): a house with Spotify, at this local time."""
    players = []

    def build(at: str | None = None, **music: Any) -> House:
        offset = world.unix() - world.monotonic
        if at is not None:
            world.monotonic = unix_time(at) - offset
            world.history[:] = [world.history[0].__class__(world.monotonic)]
        login = TokenFile(state_folder, now=world.unix)
        login.write(server.login(), new_login=True, client_id=CLIENT)
        web = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, timeout=PATIENCE, now=world.unix)
        players.append(SpotifyPlayer(web, speaker=SPEAKER, clock=world.clock))
        return House(world, players[-1], offset=offset, **music)

    yield build
    for player in players:
        player.close()


@pytest.fixture
def simple() -> Callable[..., House]:
    """simple(at=..., cooldown=0): a house with a player that needs no network."""

    def build(at: str | None = None, **music: Any) -> House:
        time = SimulatedTime()
        offset = None if at is None else unix_time(at) - time.monotonic
        return House(time, SimplePlayer(lambda: time.monotonic), offset=offset, **music)

    return build


@dataclass(frozen=True)
class Home:
    """A house, somebody who uses its speaker, and the addresses of its music. network: breaks or mends it."""

    house: House
    someone: Someone
    happy: str
    sad: str
    network: Callable[[bool], None] = lambda _: None


@pytest.fixture(params=["simple", "spotify", "mpd", "music_assistant", "go_librespot"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Home]]:
    """anywhere(at=..., cooldown=0): a house with each kind of player, with music for happy and sad only.

    gone: a playlist that doesn't exist any more is set for angry. everything: there is music for four moods.
    """
    daemons: list[Daemon] = []
    players: list[PacedMpd] = []

    def build(at: str = "2026-11-21 18:00", *, gone: bool = False, everything: bool = False, **music: Any) -> Home:
        happy, sad, gone_address = MUSIC.get(request.param, (HAPPY, SAD, GONE))
        profile = {"happy": {"play": happy, "name": "Happy Songs"}, "sad": {"play": sad, "name": "Sad Songs"}}
        if everything and request.param in MORE_MUSIC:
            calm, angry = MORE_MUSIC[request.param]
            profile |= {
                "neutral": {"play": calm, "name": "Calm Songs"},
                "angry": {"play": angry, "name": "Angry Songs"},
            }
        if gone:
            profile["angry"] = {"play": gone_address, "name": "Gone Songs"}
        music = {"profiles": {"everyday": {**profile, "default": "nothing"}}} | music
        if request.param == "spotify":
            home = request.getfixturevalue("house")(at=at, **music)
            request.getfixturevalue("world").gone.add(GONE)
            return Home(home, OnSpotify(request.getfixturevalue("world")), happy, sad)
        if request.param == "simple":
            home = request.getfixturevalue("simple")(at=at, **music)
            home.player.gone.add(GONE)
            return Home(home, OnSimple(home.player), happy, sad, lambda on: setattr(home.player, "reachable", on))
        if request.param == "music_assistant":
            mass = Mass()
            home = on_music_assistant(mass, at=at, **music)
            return Home(home, OnMusicAssistant(mass), happy, sad, mass.network)
        if request.param == "go_librespot":
            daemon = Librespot()
            home = on_go_librespot(daemon, at=at, **music)
            return Home(home, OnGoLibrespot(daemon), happy, sad, daemon.network)
        # The scenario's time is faster than MPD's, in which a song then seems to stand still.
        for patience in ("STALLED_AFTER_S", "STATION_STALLED_AFTER_S"):
            request.getfixturevalue("monkeypatch").setattr(stall_watch, patience, math.inf)
        daemons.append(Daemon(tmp_path / "mpd", seconds=PATIENCE))
        daemons[0].start()
        daemons[0].ask("setvol 40")
        time = SimulatedTime()
        player = PacedMpd(daemons[0], lambda: time.monotonic)
        players.append(player)
        home = House(time, player, offset=unix_time(at) - time.monotonic, **music)
        return Home(home, OnMpd(daemons[0], player), happy, sad)

    if request.param == "mpd" and PROGRAM is None:
        pytest.skip("mpd is not installed: apt install mpd")
    yield build
    for player in players:
        player.close()
    for daemon in daemons:
        daemon.stop()
