"""Playlists are published for a speaker that refuses lists of songs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from edge.config import Config
from edge.events import TakenOver
from edge.library.account import LibraryAccount
from edge.library.background import Publisher
from edge.library.resolver import resolver
from edge.library.steps import sort_library
from edge.library.store import Store
from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.errors import RequestRefusedError
from edge.players.spotify.player import SpotifyPlayer
from edge.players.spotify.token_file import TokenFile
from edge.songs import Features, Song
from edge.values import Music
from tests.library.fixtures import fill
from tests.players.listening import play, run_for
from tests.scenarios.house import House
from tests.spotify_server import Server, World
from tests.spotify_server.library import LibraryWorld
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE, wait_for


@pytest.mark.parametrize("allowed", [True, False])
def test_a_list_that_the_speaker_refuses_is_published_and_played(
    world: World, server: Server, account: LibraryWorld, login: TokenFile, tmp_path: Path,
    opened: Callable[..., LibraryAccount], allowed: bool,
) -> None:  # fmt: skip
    world.device("Living Room").librespot = True
    path = tmp_path / "journal.db"
    config = Config.model_validate({"spotify": {"client_id": CLIENT}, "library": {"publish": allowed}})
    songs = [Song(f"spotify:track:{n:022d}", f"Song {n}", "Ann") for n in range(3)]
    with Store(path) as store:
        fill(store, *songs)
        store.add_features({song.uri: Features(0.9, 0.75) for song in songs}, "table")
        sort_library(store, config.library)
        music = Music(f"library:{store.placed()[0].mood}", "my songs")
    told: list[str | None] = []
    publisher = Publisher(config, told.append, account=opened, path=path, clock=world.clock)
    api = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, timeout=PATIENCE, now=world.unix)
    resolve = resolver("spotify", path=path)
    player = SpotifyPlayer(api, speaker="Living Room", clock=world.clock, resolve=resolve, publish=publisher.begin)
    with pytest.raises(RequestRefusedError, match=r"library\.publish: true"):
        player.apply(play(music))
    if allowed:
        wait_for(lambda: told == [None], "the playlist")
        [playlist] = account.playlists
        assert sorted(account.uris(playlist)) == [song.uri for song in songs]
        player.apply(play(music))
        run_for(player, world, 10)
        assert world.now_playing().context == f"spotify:playlist:{playlist}"
        assert player.playback().context == music.uri
    else:
        assert account.playlists == {} and told == []
    player.close()


def test_the_device_itself_plays_the_published_playlist_at_its_next_try(
    world: World, server: Server, account: LibraryWorld, login: TokenFile, tmp_path: Path,
    opened: Callable[..., LibraryAccount],
) -> None:  # fmt: skip
    world.device("Living Room").librespot = True
    path = tmp_path / "journal.db"
    config = Config.model_validate({"spotify": {"client_id": CLIENT}, "library": {"publish": True}})
    songs = [Song(f"spotify:track:{n:022d}", f"Song {n}", "Ann") for n in range(3)]
    with Store(path) as store:
        fill(store, *songs)
        store.add_features({song.uri: Features(0.9, 0.75) for song in songs}, "table")
        sort_library(store, config.library)
        mood = store.placed()[0].mood
    told: list[str | None] = []
    publisher = Publisher(config, told.append, account=opened, path=path, clock=world.clock)
    api = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, timeout=PATIENCE, now=world.unix)
    player = SpotifyPlayer(
        api, speaker="Living Room", clock=world.clock, resolve=resolver("spotify", path=path), publish=publisher.begin
    )
    choice = {"play": f"library:{mood}", "name": "My songs"}
    home = House(world, player, offset=world.unix() - world.monotonic, profiles={"everyday": {mood: choice}})
    home.feels(mood, 10)
    assert any("library.publish" in problem for problem in home.problems), home.problems
    wait_for(lambda: told == [None], "the playlist")
    [playlist] = account.playlists
    home.feels(mood, 60)
    assert world.now_playing().context == f"spotify:playlist:{playlist}"
    assert home.room.own_music is not None and home.room.own_music.uri == f"library:{mood}"
    assert home.happened(TakenOver) == []
    player.close()
