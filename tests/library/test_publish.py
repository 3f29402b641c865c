"""Publishing a playlist for each mood, on Spotify and as M3U files for MPD."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from edge.errors import ConfigError, LibraryError, PlayerError
from edge.library import m3u
from edge.library.publish import in_stable_order, plan, publish
from edge.library.retrying import Retrier
from edge.library.store import Published, Store
from edge.players.spotify.errors import LoginError
from edge.players.spotify.library_api import SpotifyLibrary
from edge.players.spotify.token_file import TokenFile
from edge.songs import Placed, Song
from tests.library.fixtures import fill
from tests.spotify_server import Server
from tests.spotify_server.library import LibraryWorld, Own, track

NAME = "Moodroom {mood}"


def sort(store: Store, count: int, *, first: int = 0, mood: str = "happy", uri: str = "spotify:track:{:022d}") -> None:
    songs = [Song(uri.format(n), f"Song {n}") for n in range(first, first + count)]
    fill(store, *songs)
    store.save_moods([Placed(song, mood, 0.1, "quadrant") for song in songs])


def publish_all(store: Store, web: SpotifyLibrary, retrier: Retrier) -> None:
    publish(store, web, retrier, plan(store, web, retrier, name=NAME))


def posts(server: Server) -> Counter[str]:
    return Counter(one for one in server.requests if not one.startswith("GET"))


def test_the_plan_changes_nothing(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld, server: Server
) -> None:
    sort(store, 3)
    [change] = plan(store, web, retrier, name=NAME)
    assert (change.mood, change.name, change.target, change.added, change.removed, change.needed) == (
        "happy", "Moodroom happy", None, 3, 0, True,
    )  # fmt: skip
    assert account.playlists == {} and not posts(server) and store.published("spotify") == {}


def test_a_private_playlist_is_created_once_with_the_songs(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld, server: Server
) -> None:
    sort(store, 250)
    publish_all(store, web, retrier)
    [playlist] = account.playlists.values()
    assert (playlist.name, playlist.public) == ("Moodroom happy", False)
    assert account.uris(playlist.id) == in_stable_order(f"spotify:track:{n:022d}" for n in range(250))
    assert store.published("spotify")["happy"].target == playlist.id
    items = f"/v1/playlists/{playlist.id}/items"
    assert posts(server) == {"POST /v1/me/playlists": 1, f"PUT {items}": 1, f"POST {items}": 2}
    server.requests.clear()
    publish_all(store, web, retrier)
    assert not posts(server)


def test_changes_are_made_in_place(store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld) -> None:
    sort(store, 10)
    publish_all(store, web, retrier)
    sort(store, 10, first=4)
    [change] = plan(store, web, retrier, name=NAME)
    assert (change.added, change.removed) == (4, 4)
    publish(store, web, retrier, [change])
    [playlist] = account.playlists.values()
    assert set(account.uris(playlist.id)) == {f"spotify:track:{n:022d}" for n in range(4, 14)}


def test_a_mood_without_songs_empties_its_playlist_and_gets_no_new_one(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld
) -> None:
    sort(store, 2)
    publish_all(store, web, retrier)
    sort(store, 2, mood="sad")
    publish_all(store, web, retrier)
    assert {one.name: len(one.entries) for one in account.playlists.values()} == {
        "Moodroom happy": 0,
        "Moodroom sad": 2,
    }


def test_a_playlist_that_the_listener_deleted_is_created_again(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld
) -> None:
    sort(store, 2)
    publish_all(store, web, retrier)
    account.playlists.clear()
    publish_all(store, web, retrier)
    [playlist] = account.playlists.values()
    assert store.published("spotify")["happy"].target == playlist.id and len(playlist.entries) == 2


def test_the_listeners_own_playlist_of_that_name_is_left_alone(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld
) -> None:
    account.playlists["own"] = Own("own", "Moodroom happy", "songs of my youth", entries=[track(1)])
    sort(store, 2, first=5)
    publish_all(store, web, retrier)
    assert len(account.playlists) == 2 and account.uris("own") == [track(1)["uri"]]


@pytest.mark.parametrize("fault", ["500 done", "reset done", "500", "reset"])
def test_an_unconfirmed_creation_never_creates_two_playlists(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld, server: Server, fault: str
) -> None:
    sort(store, 2)
    server.command_faults.append(fault)
    if fault.endswith("done"):
        publish_all(store, web, retrier)
    else:
        with pytest.raises(LibraryError, match="publish` again"):
            publish_all(store, web, retrier)
        assert posts(server)["POST /v1/me/playlists"] == 1
        publish_all(store, web, retrier)
    assert [len(one.entries) for one in account.playlists.values()] == [2]


@pytest.mark.parametrize("fault", ["500 done", "reset done", "500", "reset", "429"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_unconfirmed_batch_is_never_added_twice(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld, server: Server, fault: str, at: int
) -> None:
    sort(store, 2)
    publish_all(store, web, retrier)
    sort(store, 290)
    changes = plan(store, web, retrier, name=NAME)
    # Publishing sends a PUT and two POSTs; one of them fails.
    server.write_faults.extend([None] * at + [fault])
    publish(store, web, retrier, changes)
    [playlist] = account.playlists.values()
    assert account.uris(playlist.id) == in_stable_order(f"spotify:track:{n:022d}" for n in range(290))


def test_a_late_response_counts_as_unconfirmed_too(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld, server: Server
) -> None:
    sort(store, 150)
    server.late, web._spotipy.requests_timeout = 5.0, 4.0
    server.write_faults.extend([None, None, "late done"])
    publish_all(store, web, retrier)
    [playlist] = account.playlists.values()
    assert len(account.uris(playlist.id)) == 150 == len(set(account.uris(playlist.id)))


def test_the_next_run_completes_an_interrupted_one(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld, server: Server
) -> None:
    sort(store, 290)
    server.write_faults.extend([None, None, *["503"] * 9])
    with pytest.raises(PlayerError):
        publish_all(store, web, retrier)
    server.write_faults.clear()
    [playlist] = account.playlists.values()
    assert len(playlist.entries) == 100
    publish_all(store, web, retrier)
    assert len(account.uris(playlist.id)) == 290 == len(set(account.uris(playlist.id)))


def test_a_login_without_write_permission_must_be_renewed(
    store: Store, web: SpotifyLibrary, retrier: Retrier, login: TokenFile, server: Server
) -> None:
    sort(store, 2)
    token = login.read()
    assert token is not None
    login.write({**token, "scope": "user-library-read playlist-read-private"})
    with pytest.raises(LoginError, match="log in again with `moodroom login`"):
        plan(store, web, retrier, name=NAME)
    assert not server.requests
    # Reading still works with it.
    assert web.liked(0).total == 0


def test_a_missing_scope_that_spotify_reports_is_a_login_error(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld
) -> None:
    sort(store, 2)
    account.scope_missing = True
    with pytest.raises(LoginError, match="moodroom login"):
        publish_all(store, web, retrier)


def test_nothing_sorted_is_an_error(store: Store, web: SpotifyLibrary, retrier: Retrier, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="library sort"):
        plan(store, web, retrier, name=NAME)
    with pytest.raises(LibraryError, match="library sort"):
        m3u.plan(store, str(tmp_path), name=NAME)


# MPD.


def test_m3u_files_are_written_and_planned_only_for_changes(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "playlists"
    folder.mkdir()
    sort(store, 3, uri="mpd:a/Ünder {}.flac")
    changes = m3u.plan(store, str(folder), name="Mood/{mood}{}")
    assert [(one.name, one.added, one.target) for one in changes] == [("Mood-happy{}", 3, None)]
    assert list(folder.iterdir()) == []
    m3u.publish(store, str(folder), changes)
    [file] = folder.iterdir()
    assert file.name == "Mood-happy{}.m3u"
    mark, *songs = file.read_text(encoding="utf-8").splitlines()
    assert mark == m3u.MARK_LINE and sorted(songs) == [f"a/Ünder {n}.flac" for n in range(3)]
    assert store.published("mpd")["happy"] == Published("happy", "mpd", "Mood-happy{}", "Mood-happy{}")
    [change] = m3u.plan(store, str(folder), name="Mood/{mood}{}")
    assert not change.needed
    sort(store, 3, first=1, uri="mpd:a/Ünder {}.flac")
    [change] = m3u.plan(store, str(folder), name="Mood/{mood}{}")
    assert (change.added, change.removed) == (1, 1)


def test_a_listeners_own_m3u_file_is_never_overwritten(store: Store, tmp_path: Path) -> None:
    own = tmp_path / "happy.m3u"
    own.write_text("mine/one.mp3\n")
    (tmp_path / "sad.m3u").write_text("mine/two.mp3\n")
    sort(store, 2, uri="mpd:a/{}.flac")
    for text in ("mine/one.mp3\n", "", "# my best\nmine/one.mp3\n"):
        own.write_text(text)
        with pytest.raises(ConfigError, match=r"library\.playlist_name: .*happy\.m3u exists already.*rename it"):
            m3u.plan(store, str(tmp_path), name="{mood}")
        assert own.read_text() == text
    own.unlink()
    m3u.publish(store, str(tmp_path), m3u.plan(store, str(tmp_path), name="{mood}"))
    assert (tmp_path / "sad.m3u").read_text() == "mine/two.mp3\n"


def test_a_huge_m3u_file_is_not_read_and_counts_as_the_listeners_own(store: Store, tmp_path: Path) -> None:
    sort(store, 2, uri="mpd:a/{}.flac")
    with (tmp_path / "happy.m3u").open("w") as file:
        file.write(f"{m3u.MARK_LINE}\n")
        file.truncate(m3u.PLAYLIST_MAX_BYTES + 1)
    with pytest.raises(ConfigError, match=r"happy\.m3u exists already and isn't from Moodroom; rename it"):
        m3u.plan(store, str(tmp_path), name="{mood}")


def test_moodrooms_m3u_files_are_known_by_their_mark_or_from_the_store(store: Store, tmp_path: Path) -> None:
    sort(store, 2, uri="mpd:a/{}.flac")
    file = tmp_path / "happy.m3u"
    file.write_text(f"{m3u.MARK_LINE}\na/7.flac\n")
    [change] = m3u.plan(store, str(tmp_path), name="{mood}")
    assert (change.target, change.added, change.removed) == ("happy", 2, 1)
    # A file without a mark, from an older version.
    file.write_text("a/7.flac\n")
    store.save_playlist(Published("happy", "mpd", "happy", "happy"))
    [change] = m3u.plan(store, str(tmp_path), name="{mood}")
    assert (change.target, change.added, change.removed) == ("happy", 2, 1)


def test_a_missing_folder_is_named(store: Store, tmp_path: Path, hidden_folder: Path) -> None:
    for folder in (None, str(tmp_path / "none"), str(hidden_folder)):
        with pytest.raises(ConfigError, match=r"library\.playlist_folder"):
            m3u.plan(store, folder, name=NAME)
