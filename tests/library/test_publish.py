"""A playlist for each mood: on Spotify, made once and updated in place; as M3U for MPD."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from edge.errors import ConfigError, LibraryError, PlayerError
from edge.library import m3u
from edge.library.publish import plan, publish, shuffled_by_hash
from edge.library.retrying import Retrier
from edge.library.store import Published, Store
from edge.players.spotify.errors import LoginError
from edge.players.spotify.library_api import SpotifyLibrary
from edge.players.spotify.token_file import TokenFile
from edge.songs import Placed, Song
from tests.library.test_store import fill
from tests.spotify_server import Server
from tests.spotify_server.library import LibraryWorld, Own, track

NAME = "Moodroom {mood}"


def sort(store: Store, count: int, *, first: int = 0, mood: str = "happy", uri: str = "spotify:track:{:022d}") -> None:
    songs = [Song(uri.format(n), f"Song {n}") for n in range(first, first + count)]
    fill(store, *songs)
    store.save_moods([Placed(song, mood, 0.1, "quadrant") for song in songs])


def go(store: Store, web: SpotifyLibrary, retrier: Retrier) -> None:
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


def test_a_private_playlist_is_made_once_and_holds_the_songs(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld, server: Server
) -> None:
    sort(store, 250)
    go(store, web, retrier)
    [made] = account.playlists.values()
    assert (made.name, made.public) == ("Moodroom happy", False)
    assert account.uris(made.id) == shuffled_by_hash(f"spotify:track:{n:022d}" for n in range(250))
    assert store.published("spotify")["happy"].target == made.id
    items = f"/v1/playlists/{made.id}/items"
    assert posts(server) == {"POST /v1/me/playlists": 1, f"PUT {items}": 1, f"POST {items}": 2}
    server.requests.clear()
    go(store, web, retrier)
    assert not posts(server)


def test_changes_are_made_in_place(store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld) -> None:
    sort(store, 10)
    go(store, web, retrier)
    sort(store, 10, first=4)
    [change] = plan(store, web, retrier, name=NAME)
    assert (change.added, change.removed) == (4, 4)
    publish(store, web, retrier, [change])
    [made] = account.playlists.values()
    assert set(account.uris(made.id)) == {f"spotify:track:{n:022d}" for n in range(4, 14)}


def test_a_mood_without_songs_empties_its_playlist_and_gets_no_new_one(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld
) -> None:
    sort(store, 2)
    go(store, web, retrier)
    sort(store, 2, mood="sad")
    go(store, web, retrier)
    assert {one.name: len(one.entries) for one in account.playlists.values()} == {
        "Moodroom happy": 0,
        "Moodroom sad": 2,
    }


def test_one_that_the_listener_threw_away_is_made_anew(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld
) -> None:
    sort(store, 2)
    go(store, web, retrier)
    account.playlists.clear()
    go(store, web, retrier)
    [made] = account.playlists.values()
    assert store.published("spotify")["happy"].target == made.id and len(made.entries) == 2


def test_the_listener_s_own_playlist_of_that_name_is_left_alone(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld
) -> None:
    account.playlists["own"] = Own("own", "Moodroom happy", "songs of my youth", entries=[track(1)])
    sort(store, 2, first=5)
    go(store, web, retrier)
    assert len(account.playlists) == 2 and account.uris("own") == [track(1)["uri"]]


@pytest.mark.parametrize("fault", ["500 done", "reset done", "500", "reset"])
def test_a_doubtful_making_never_makes_two(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld, server: Server, fault: str
) -> None:
    sort(store, 2)
    server.command_faults.append(fault)
    if fault.endswith("done"):
        go(store, web, retrier)
    else:
        with pytest.raises(LibraryError, match="publish` again"):
            go(store, web, retrier)
        assert posts(server)["POST /v1/me/playlists"] == 1
        go(store, web, retrier)
    assert [len(one.entries) for one in account.playlists.values()] == [2]


@pytest.mark.parametrize("fault", ["500 done", "reset done", "500", "reset", "429"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_doubtful_batch_is_never_there_twice(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld, server: Server, fault: str, at: int
) -> None:
    sort(store, 2)
    go(store, web, retrier)
    sort(store, 290)
    changes = plan(store, web, retrier, name=NAME)
    # The writes that follow are a PUT and two POSTs; one of them goes wrong.
    server.write_faults.extend([None] * at + [fault])
    publish(store, web, retrier, changes)
    [made] = account.playlists.values()
    assert account.uris(made.id) == shuffled_by_hash(f"spotify:track:{n:022d}" for n in range(290))


def test_an_answer_that_comes_too_late_counts_as_doubtful_too(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld, server: Server
) -> None:
    sort(store, 150)
    server.late, web._spotipy.requests_timeout = 5.0, 4.0
    server.write_faults.extend([None, None, "late done"])
    go(store, web, retrier)
    [made] = account.playlists.values()
    assert len(account.uris(made.id)) == 150 == len(set(account.uris(made.id)))


def test_a_run_that_was_cut_short_is_mended_by_the_next(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld, server: Server
) -> None:
    sort(store, 290)
    server.write_faults.extend([None, None, *["503"] * 9])
    with pytest.raises(PlayerError):
        go(store, web, retrier)
    server.write_faults.clear()
    [made] = account.playlists.values()
    assert len(made.entries) == 100
    go(store, web, retrier)
    assert len(account.uris(made.id)) == 290 == len(set(account.uris(made.id)))


def test_a_login_without_the_permission_says_to_log_in_again(
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


def test_spotify_s_own_word_about_the_permission_is_understood(
    store: Store, web: SpotifyLibrary, retrier: Retrier, account: LibraryWorld
) -> None:
    sort(store, 2)
    account.scope_missing = True
    with pytest.raises(LoginError, match="moodroom login"):
        go(store, web, retrier)


def test_nothing_sorted_is_said(store: Store, web: SpotifyLibrary, retrier: Retrier, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="library sort"):
        plan(store, web, retrier, name=NAME)
    with pytest.raises(LibraryError, match="library sort"):
        m3u.plan(store, str(tmp_path), name=NAME)


# MPD.


def test_m3u_files_are_written_in_one_move_and_only_where_something_changed(store: Store, tmp_path: Path) -> None:
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
    assert mark == m3u.MARK and sorted(songs) == [f"a/Ünder {n}.flac" for n in range(3)]
    assert store.published("mpd")["happy"] == Published("happy", "mpd", "Mood-happy{}", "Mood-happy{}")
    [change] = m3u.plan(store, str(folder), name="Mood/{mood}{}")
    assert not change.needed
    sort(store, 3, first=1, uri="mpd:a/Ünder {}.flac")
    [change] = m3u.plan(store, str(folder), name="Mood/{mood}{}")
    assert (change.added, change.removed) == (1, 1)


def test_a_listener_s_own_m3u_is_never_overwritten(store: Store, tmp_path: Path) -> None:
    own = tmp_path / "happy.m3u"
    own.write_text("mine/one.mp3\n")
    (tmp_path / "sad.m3u").write_text("mine/two.mp3\n")
    sort(store, 2, uri="mpd:a/{}.flac")
    for text in ("mine/one.mp3\n", "", "# my best\nmine/one.mp3\n"):
        own.write_text(text)
        with pytest.raises(ConfigError, match=r"library\.playlist_name: .*happy\.m3u is there already.*rename it"):
            m3u.plan(store, str(tmp_path), name="{mood}")
        assert own.read_text() == text
    own.unlink()
    m3u.publish(store, str(tmp_path), m3u.plan(store, str(tmp_path), name="{mood}"))
    assert (tmp_path / "sad.m3u").read_text() == "mine/two.mp3\n"


def test_our_m3u_is_known_by_its_mark_or_from_an_earlier_run(store: Store, tmp_path: Path) -> None:
    sort(store, 2, uri="mpd:a/{}.flac")
    file = tmp_path / "happy.m3u"
    file.write_text(f"{m3u.MARK}\na/7.flac\n")
    [change] = m3u.plan(store, str(tmp_path), name="{mood}")
    assert (change.target, change.added, change.removed) == ("happy", 2, 1)
    # A file from before there were marks.
    file.write_text("a/7.flac\n")
    store.save_playlist(Published("happy", "mpd", "happy", "happy"))
    [change] = m3u.plan(store, str(tmp_path), name="{mood}")
    assert (change.target, change.added, change.removed) == ("happy", 2, 1)


def test_a_missing_folder_is_named(store: Store, tmp_path: Path, hidden_folder: Path) -> None:
    for folder in (None, str(tmp_path / "none"), str(hidden_folder)):
        with pytest.raises(ConfigError, match=r"library\.playlist_folder"):
            m3u.plan(store, folder, name=NAME)
