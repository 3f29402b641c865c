"""The library's store, which shares its file with the journal."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from edge.errors import LibraryError
from edge.library.store import Published, Store, moves_so_far
from edge.library.tables import SCHEMA
from edge.songs import Features, Placed, Song
from edge.system.database import default_path
from tests.library.fixtures import fill

A, B, C = (Song(f"spotify:track:{name}", name.upper(), "Artist") for name in "abc")


def test_the_file_is_created_in_the_state_directory_when_needed(state_folder: Path) -> None:
    assert default_path() == state_folder / "journal.db"
    assert moves_so_far() == {} and not default_path().exists()
    with Store() as store:
        store.move("spotify:track:a", "sad")
    assert moves_so_far() == {"spotify:track:a": "sad"}


def test_only_the_owner_may_read_a_new_file(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with Store(tmp_path / "journal.db") as store:
            fill(store, A)
            files = sorted(tmp_path.iterdir())
            assert [file.name for file in files] == ["journal.db", "journal.db-shm", "journal.db-wal"]
            assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    finally:
        os.umask(before)


def test_other_tables_in_the_file_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE journal_entries (at INTEGER)")
        db.execute("INSERT INTO journal_entries VALUES (7)")
    for _ in range(2):
        with Store(path) as store:
            fill(store, A)
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT at FROM journal_entries").fetchall() == [(7,)]
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("SELECT value FROM library_meta WHERE key = 'schema'").fetchone() == (str(SCHEMA.newest),)


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    with Store(tmp_path / "journal.db") as store:
        store.write_note("schema", "99")
    with pytest.raises(LibraryError, match="newer Moodroom"):
        Store(tmp_path / "journal.db")


def test_a_file_that_cant_be_opened_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match=r"can't be used .Not a directory.; is the disk full"):
        Store(tmp_path / "file" / "journal.db")
    (tmp_path / "journal.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(LibraryError, match="can't be used"):
        Store(tmp_path / "journal.db")


def test_a_full_disk_is_an_error_and_loses_nothing(store: Store) -> None:
    fill(store, A)
    store._db.execute("PRAGMA max_page_count = 20")
    many = [Song(f"spotify:track:{n:022d}", "x" * 300) for n in range(2000)]
    with pytest.raises(LibraryError, match="is the disk full"):
        store.lists.add_page("liked", 2, many, offset=2000, total=2000)
    assert [song.uri for song in store.songs()] == [A.uri]


def test_songs_that_left_a_list_are_deleted_when_it_is_finished(store: Store) -> None:
    fill(store, A, B, C)
    progress = store.lists.begin("liked")
    assert (progress.generation, progress.offset) == (2, 0)
    store.lists.add_page("liked", 2, [A, C], offset=2, total=2)
    assert store.lists.counts() == {"liked": 3}
    assert store.lists.finish("liked", 2) == 1
    store.lists.keep(["liked"])
    assert [song.uri for song in store.songs()] == [A.uri, C.uri]


def test_a_song_stays_until_it_is_in_no_list(store: Store) -> None:
    fill(store, A, B)
    fill(store, B, C, name="spotify:playlist:x")
    store.lists.keep(["spotify:playlist:x"])
    assert [song.uri for song in store.songs()] == [B.uri, C.uri]
    assert store.lists.counts() == {"spotify:playlist:x": 2} and store.lists.progress("liked") is None


def test_an_unfinished_list_is_resumed(store: Store) -> None:
    progress = store.lists.begin("liked")
    store.lists.add_page("liked", progress.generation, [A, B], offset=2, total=3)
    again = store.lists.begin("liked")
    assert (again.generation, again.offset, again.total, again.finished) == (1, 2, 3, False)
    assert store.lists.begin("liked", fresh=True).offset == 0


def test_the_best_source_of_features_counts_and_lookups_are_remembered(store: Store) -> None:
    fill(store, A, B)
    store.add_features({A.uri: Features(0.1, 0.2, source="audio", guessed=True), B.uri: None}, "audio")
    assert store.songs()[0].features == Features(0.1, 0.2, source="audio", guessed=True)
    store.add_features({A.uri: Features(0.3, 0.4, tempo=99)}, "table")
    store.add_features({A.uri: Features(0.5, 0.6)}, "reccobeats")
    assert store.songs()[0].features == Features(0.3, 0.4, tempo=99, source="table")
    assert store.songs()[1].features is None
    assert store.looked_up("audio") == {A.uri, B.uri} and store.looked_up("reccobeats") == {A.uri}


def test_a_move_survives_the_next_sorting(store: Store) -> None:
    fill(store, A, B)
    store.save_moods([Placed(A, "happy", 0.1, "quadrant"), Placed(B, "happy", 0.05, "quadrant")])
    store.move(A.uri, "sad")
    store.move(C.uri, "fear")
    assert [(one.song.uri, one.mood, one.by) for one in store.placed()] == [
        (A.uri, "sad", "moved"),
        (B.uri, "happy", "quadrant"),
    ]
    store.save_moods([Placed(A, "happy", 0.1, "quadrant")])
    assert [one.song.uri for one in store.placed("sad")] == [A.uri]
    store.move(A.uri, None)
    assert [one.mood for one in store.placed()] == ["happy"]
    fill(store, A, B, C)
    assert [one.song.uri for one in store.placed("fear")] == [C.uri]


def test_only_the_songs_of_the_requested_mood_are_loaded(store: Store) -> None:
    fill(store, A, B, C)
    store.save_moods([Placed(A, "happy", 0.2, "quadrant"), Placed(B, "sad", 0.1, "quadrant")])
    store.add_features({A.uri: Features(0.9, 0.8), B.uri: Features(0.1, 0.2)}, "table")
    assert [song.uri for song in store.songs("happy")] == [A.uri]
    store.move(C.uri, "happy")
    store.move(A.uri, "sad")
    store.move("spotify:track:gone", "happy")
    assert [song.uri for song in store.songs("happy")] == [C.uri]
    for mood in ("happy", "sad", "fear"):
        assert store.placed(mood) == [one for one in store.placed() if one.mood == mood]
    assert [one.song.features for one in store.placed("sad")] == [Features(0.9, 0.8), Features(0.1, 0.2)]


def test_published_playlists_are_saved_by_kind(store: Store) -> None:
    store.save_playlist(Published("sad", "spotify", "id1", "Moodroom sad"))
    store.save_playlist(Published("sad", "mpd", "Moodroom sad", "Moodroom sad"))
    store.save_playlist(Published("sad", "spotify", "id2", "Moodroom sad"))
    assert store.published("spotify") == {"sad": Published("sad", "spotify", "id2", "Moodroom sad")}
    assert store.published("mpd")["sad"].target == "Moodroom sad"
