"""The collection of a real MPD, and the playlists that are written for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mpd
import pytest

from edge.config import Config
from edge.errors import PlayerError
from edge.library import m3u
from edge.library.account import open_account
from edge.library.resolver import resolver
from edge.library.retrying import Retrier
from edge.library.store import Store
from edge.library.sync import sync
from edge.players.mpd import library as mpd_library
from edge.players.mpd.library import MpdLibrary
from edge.players.mpd.player import MpdPlayer
from edge.songs import Placed
from edge.values import Act, Wish
from tests.broker import free_port
from tests.players.mpd_daemon import PROGRAM, Daemon
from tests.waiting import PATIENCE, wait_for

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")
SONGS = {"mpd:calm/calm0.wav", "mpd:calm/calm1.wav", "mpd:calm/calm2.wav", "mpd:loud/loud0.wav", "mpd:loud/loud1.wav"}


@pytest.fixture
def library(daemon: Daemon) -> Iterator[MpdLibrary]:
    library = MpdLibrary("127.0.0.1", daemon.port, password=None)
    yield library
    library.close()


def test_the_collection_comes_in_pages(library: MpdLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mpd_library, "PAGE_SIZE", 2)
    pages = [library.collection(offset) for offset in (0, 2, 4)]
    assert [page.size for page in pages] == [2, 2, 1] and {page.total for page in pages} == {5}
    assert {song.uri for page in pages for song in page.songs} == SONGS
    assert {song.title for page in pages for song in page.songs} >= {"calm0.wav"}


def test_a_server_without_windows_sends_everything(library: MpdLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise mpd.CommandError("[2@0] {search} unknown argument")

    monkeypatch.setattr(library._connection._client, "search", refuse)
    page = library.collection(0)
    assert {song.uri for song in page.songs} == SONGS and page.total == 5
    assert library.collection(5).songs == ()


def test_it_reconnects_and_reports_a_server_that_is_away(daemon: Daemon, library: MpdLibrary) -> None:
    assert library.collection(0).total == 5
    daemon.stop()
    with pytest.raises(PlayerError, match="was lost"):
        library.collection(0)
    with pytest.raises(PlayerError, match="doesn't answer"):
        library.collection(0)
    daemon.start()
    wait_for(lambda: library.collection(0).total == 5, "MPD's answer")
    with pytest.raises(PlayerError, match="doesn't answer"):
        MpdLibrary("127.0.0.1", free_port(), password=None).collection(0)


def test_a_published_playlist_of_the_collection_can_be_played(daemon: Daemon, tmp_path: Path) -> None:
    config = Config.model_validate({"music": {"player": "mpd"}, "mpd": {"port": daemon.port}})
    account = open_account(config)
    path = tmp_path / "journal.db"
    with Store(path) as store:
        [done] = sync(store, account.lists, Retrier(lambda _: False, pause=0))
        account.close()
        assert done.songs == 5
        calm = [song for song in store.songs() if "calm" in song.uri]
        store.save_moods([Placed(song, "sad", 0.1, "quadrant") for song in calm])
        folder = str(daemon.folder / "playlists")
        m3u.publish(store, folder, m3u.plan(store, folder, name="Moodroom {mood}"))
    music = resolver("mpd", path=path)("library:sad")
    assert music is not None and music.uri == "mpd:playlist/Moodroom sad"
    player = MpdPlayer("127.0.0.1", daemon.port, password=None, clock=time.monotonic, timeout=PATIENCE)
    player.apply(Wish(Act.PLAY, "sad", "a test", music))
    seen = player.playback()
    player.close()
    assert seen.state == "playing" and str(seen.uri).startswith("mpd:calm/")
