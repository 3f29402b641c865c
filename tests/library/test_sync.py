"""Reading liked songs and playlists: pages, rate limits, and resuming."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.config import Config
from edge.errors import ConfigError, LibraryError, PlayerError
from edge.library.account import LibraryAccount, kind_of
from edge.library.retrying import Retrier, StoppedError
from edge.library.store import Store
from edge.library.sync import SongList, sync
from edge.players.spotify.errors import InvalidResponseError, LoginError, QuotaExceededError
from edge.players.spotify.library_api import SpotifyLibrary, parse_page
from edge.songs import Song, SongPage
from tests.spotify_server import Server, World
from tests.spotify_server.library import LibraryWorld, Own, track, track_of
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE, wait_for


def lists(web: SpotifyLibrary) -> list[SongList]:
    return [SongList("liked", "liked songs", web.liked)]


def expected(account: LibraryWorld) -> set[str]:
    return {one["uri"] for one in account.liked}


def reads(server: Server) -> int:
    return Counter(server.requests)["GET /v1/me/tracks"]


def test_all_liked_songs_are_read(
    store: Store, web: SpotifyLibrary, account: LibraryWorld, retrier: Retrier, server: Server
) -> None:
    account.like(120)
    [done] = sync(store, lists(web), retrier)
    assert (done.songs, done.pages, done.resumed, done.gone) == (120, 3, 0, 0)
    assert reads(server) == 3
    assert store.songs()[7] == Song(f"spotify:track:{7:022d}", "Song 7", "Artist 7", "The Album", "XX0002000007")


def test_an_empty_list_is_fine(store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld) -> None:
    assert sync(store, lists(web), retrier)[0].songs == 0


@pytest.mark.parametrize("stopped_after", range(5))
def test_an_interrupted_sync_resumes_at_its_page(
    store: Store, web: SpotifyLibrary, account: LibraryWorld, server: Server, world: World, stopped_after: int
) -> None:
    account.like(230)
    pages = 0

    def wait(_: float) -> bool:
        return pages >= stopped_after

    def step(*_: object) -> None:
        nonlocal pages
        pages += 1

    if stopped_after:
        cut = Retrier(wait, pause=0.5)
        if stopped_after < 5:
            with pytest.raises(StoppedError, match="continues there"):
                sync(store, lists(web), cut, step=step)
    assert reads(server) == stopped_after
    [done] = sync(store, lists(web), Retrier(lambda _: False, pause=0))
    assert done.resumed == 50 * stopped_after and done.songs == 230
    assert reads(server) == 5
    assert {song.uri for song in store.songs()} == expected(account)


def test_a_killed_process_loses_no_page(
    server: Server, account: LibraryWorld, login: object, state_folder: Path, tmp_path: Path
) -> None:
    account.like(200)
    code = (
        "import sys, threading; from edge.config import Config; from edge.library.account import open_account\n"
        "from edge.library.retrying import Retrier; from edge.library.store import Store\n"
        "from edge.library.sync import sync\n"
        "from edge.players.spotify.library_api import SpotifyLibrary\n"
        "from edge.players.spotify.token_file import TokenFile\n"
        "from edge.library.sync import SongList\n"
        f"now = lambda: {server.world.unix()}\n"
        f"addresses = {{'api': {server.api!r}, 'accounts': {server.accounts!r}}}\n"
        f"web = SpotifyLibrary({CLIENT!r}, TokenFile(now=now), now=now, **addresses)\n"
        "with Store() as store:\n"
        "    retrier = Retrier(threading.Event().wait, pause=float(sys.argv[1]))\n"
        "    sync(store, [SongList('liked', 'liked', web.liked)], retrier)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    first = subprocess.Popen([sys.executable, "-c", code, "0.2"], env=environment)
    wait_for(lambda: reads(server) >= 2, "two pages")
    first.send_signal(signal.SIGKILL)
    first.wait(PATIENCE)
    first_reads = reads(server)
    subprocess.run([sys.executable, "-c", code, "0"], env=environment, check=True, timeout=PATIENCE)
    # Only the page that was being read may be read twice.
    assert reads(server) in (4, 5) and first_reads >= 2
    with Store() as store:
        assert {song.uri for song in store.songs()} == expected(account)


def test_its_own_pace_keeps_within_the_rate_limit(
    store: Store, web: SpotifyLibrary, account: LibraryWorld, retrier: Retrier, server: Server
) -> None:
    server.contract = None  # checking it is slow for so many songs, and other tests do
    account.like(70 * 50)
    account.most = 62
    assert sync(store, lists(web), retrier)[0].songs == 3500
    assert account.refused == 0


def test_a_rate_limit_is_waited_out_as_requested(
    store: Store, web: SpotifyLibrary, account: LibraryWorld, server: Server, world: World
) -> None:
    account.like(500)
    account.most = 4
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        world.advance(seconds)
        return False

    assert sync(store, lists(web), Retrier(wait, pause=0.1, on_wait=waits.append))[0].songs == 500
    assert account.refused and min(waits) >= 5


def test_a_stop_ends_a_long_wait_at_once(store: Store, web: SpotifyLibrary, account: LibraryWorld) -> None:
    account.like(500)
    account.most = 2
    stop = threading.Event()

    def wait(seconds: float) -> bool:
        if seconds > 1:
            threading.Timer(0.1, stop.set).start()
        return stop.wait(seconds)

    with pytest.raises(StoppedError):
        sync(store, lists(web), Retrier(wait, pause=0))
    assert store.lists.progress("liked").offset == 100


def test_an_exceeded_daily_quota_is_an_error_without_a_wait(
    store: Store, web: SpotifyLibrary, account: LibraryWorld, server: Server, retrier: Retrier, world: World
) -> None:
    account.like(100)
    server.answers["GET /me/tracks"] = (
        429, {"error": {"status": 429, "message": "x", "reason": "QUOTA_EXCEEDED"}}, {"Retry-After": "80000"},
    )  # fmt: skip
    before = world.unix()
    with pytest.raises(QuotaExceededError):
        sync(store, lists(web), retrier)
    assert world.unix() == before and reads(server) == 1


@pytest.mark.parametrize("fault", ["500", "503", "reset", "half", "429"])
def test_temporary_faults_are_retried(
    store: Store, web: SpotifyLibrary, account: LibraryWorld, server: Server, retrier: Retrier, fault: str
) -> None:
    account.like(130)
    server.faults.extend([None, fault, fault])
    assert sync(store, lists(web), retrier)[0].songs == 130
    assert {song.uri for song in store.songs()} == expected(account)


def test_a_lasting_fault_is_raised_after_some_tries(
    store: Store, web: SpotifyLibrary, account: LibraryWorld, server: Server, retrier: Retrier
) -> None:
    account.like(60)
    server.faults.extend(["503"] * 99)
    with pytest.raises(PlayerError, match="503"):
        sync(store, lists(web), retrier)
    assert reads(server) == 6


def test_a_list_that_changes_while_it_is_read_is_read_again(
    store: Store, web: SpotifyLibrary, account: LibraryWorld, retrier: Retrier, server: Server
) -> None:
    account.like(150)

    def step(_: SongList, done: int, __: int) -> None:
        if done == 50 and len(account.liked) == 150:
            # Without two songs of the first page, two others move from the second page to the first.
            account.liked = account.liked[2:]

    [done] = sync(store, lists(web), retrier, step=step)
    assert {song.uri for song in store.songs()} == expected(account)
    assert done.songs == 148 and reads(server) == 6


def test_playlists_are_read_without_entries_that_are_no_songs(
    store: Store, web: SpotifyLibrary, account: LibraryWorld, retrier: Retrier
) -> None:
    local = {**track_of("spotify:track:l"), "is_local": True}
    account.playlists["mine"] = Own("mine", "Mine", entries=[track(1), local, track(2)])
    mine = SongList("spotify:playlist:mine", "playlist", lambda offset: web.playlist("mine", offset))
    assert sync(store, [mine], retrier)[0].songs == 2


def test_pages_are_parsed_with_both_names_of_an_entry_and_without_other_items() -> None:
    entries: list[object] = [
        {"item": {"id": "e", "type": "episode", "name": "Talk"}},
        {"item": None},
        {"track": None},
        None,
        {"track": {"id": None, "name": "Gone"}},
        {"track": {"id": "a", "name": "A", "artists": [{"name": "X"}, {"name": "Y"}, None]}},
        {"item": {"id": "b", "name": "B", "external_ids": {"isrc": "us-um7-21-04140"}, "album": {"name": "Z"}}},
    ]
    page = parse_page({"items": entries, "total": 9})
    assert page == SongPage(
        (Song("spotify:track:a", "A", "X, Y"), Song("spotify:track:b", "B", "", "Z", "USUM72104140")), 7, 9
    )
    answers: list[object] = [None, {}, {"items": 3}, []]
    for broken in answers:
        with pytest.raises(InvalidResponseError):
            parse_page(broken)


@pytest.mark.parametrize("key", ["theirs", "none"])
def test_the_error_names_a_playlist_that_cant_be_read(
    store: Store, web: SpotifyLibrary, account: LibraryWorld, retrier: Retrier, key: str
) -> None:
    account.playlists["theirs"] = Own("theirs", "Theirs", mine=False)
    songs = SongList(f"spotify:playlist:{key}", "playlist", lambda offset: web.playlist(key, offset))
    with pytest.raises(PlayerError, match=f"spotify:playlist:{key}.*library.playlists"):
        sync(store, [songs], retrier)


def test_a_login_without_permission_is_an_error_without_a_retry(
    store: Store, web: SpotifyLibrary, server: Server, retrier: Retrier
) -> None:
    server.answers["GET /me/tracks"] = 403, {"error": {"status": 403, "message": "Insufficient client scope"}}, {}
    with pytest.raises(LoginError, match="moodroom login"):
        sync(store, lists(web), retrier)
    assert reads(server) == 1


def glitching(empty: dict[int, int], *, total: int = 300) -> SongList:
    """Return a list of `total` songs. empty: offset -> how often the page at this offset is empty."""

    def page(offset: int) -> SongPage:
        if empty.get(offset, 0):
            empty[offset] -= 1
            return SongPage((), 0, total)
        songs = tuple(Song(f"spotify:track:{n}") for n in range(offset, min(offset + 50, total)))
        return SongPage(songs, len(songs), total)

    return SongList("liked", "liked songs", page)


def test_an_empty_page_within_a_list_is_requested_again(store: Store, retrier: Retrier) -> None:
    sync(store, [glitching({})], retrier)
    [done] = sync(store, [glitching({150: 2})], retrier)
    assert (done.songs, done.gone) == (300, 0)


def test_a_page_that_stays_empty_deletes_no_songs(store: Store, retrier: Retrier) -> None:
    sync(store, [glitching({})], retrier)
    with pytest.raises(PlayerError, match=r"liked songs came to an end at song 150 of 300;.*library sync"):
        sync(store, [glitching({150: 99})], retrier)
    assert store.lists.counts() == {"liked": 300}
    [done] = sync(store, [glitching({})], retrier)
    assert (done.resumed, done.songs, done.gone) == (150, 300, 0)


def test_the_account_follows_the_configuration(opened: Callable[[Config], LibraryAccount]) -> None:
    spotify = {"client_id": CLIENT}
    link = "https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M?si=x"
    found = opened(Config.model_validate({"spotify": spotify, "library": {"playlists": [link, link]}}))
    assert [one.name for one in found.lists] == ["liked", "spotify:playlist:37i9dQZF1DXcBWIGoYBM5M"]
    found.close()
    assert kind_of(Config.model_validate({"music": {"player": "mpd"}, "spotify": spotify})) == "mpd"
    assert kind_of(Config.model_validate({"mpd": {}})) == "mpd"
    assert (
        kind_of(Config.model_validate({"library": {"source": "spotify"}, "spotify": spotify, "mpd": {}})) == "spotify"
    )
    with pytest.raises(ConfigError, match=r"--from TABLE\.csv"):
        kind_of(Config())
    with pytest.raises(ConfigError, match=r"spotify\.client_id"):
        kind_of(Config.model_validate({"library": {"source": "spotify"}}))
    with pytest.raises(ConfigError, match="nothing to read"):
        opened(Config.model_validate({"spotify": spotify, "library": {"liked": False}}))


def test_an_error_of_a_list_is_raised_as_it_is(store: Store) -> None:
    def broken(_: int) -> SongPage:
        raise LibraryError("library: no")

    with pytest.raises(LibraryError, match="library: no"):
        sync(store, [SongList("liked", "x", broken)], Retrier(lambda _: False, pause=0))
