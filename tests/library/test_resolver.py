"""`library:happy` for players, and the recommendations for people."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from edge.errors import LibraryError
from edge.library.recommend import recommend
from edge.library.resolver import MAX_SONGS, resolver
from edge.library.store import Published, Store
from edge.songs import Placed, Song
from edge.values import Music
from tests.library.fixtures import WriteTable
from tests.library.test_store import fill


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    with Store(path) as store:
        songs = [Song(f"spotify:track:{n}", f"Song {n}", f"Artist {n}") for n in range(150)]
        files = [Song(f"mpd:{n}.flac", f"File {n}", f"Artist {n}") for n in range(3)]
        fill(store, *songs, *files)
        store.save_moods([Placed(song, "happy", 0.1, "quadrant") for song in (*songs, *files)])
    return path


def test_without_a_playlist_some_songs_come_in_another_order_each_time(path: Path) -> None:
    resolve = resolver("spotify", path=path)
    first, second = resolve("library:happy"), resolve("library:happy")
    assert first is not None and second is not None
    assert len(first.uris) == MAX_SONGS == len(set(first.uris)) and first.uri == first.uris[0]
    assert all(uri.startswith("spotify:track:") for uri in first.uris)
    assert first.uris != second.uris
    assert first.name == "your own songs for happy"
    files = resolver("mpd", path=path)("library:happy")
    assert files is not None and sorted(files.uris) == ["mpd:0.flac", "mpd:1.flac", "mpd:2.flac"]


def test_the_published_playlist_is_played(path: Path) -> None:
    with Store(path) as store:
        store.save_playlist(Published("happy", "spotify", "made001", "Moodroom happy"))
        store.save_playlist(Published("happy", "mpd", "Moodroom happy", "Moodroom happy"))
    name = "your own songs for happy"
    assert resolver("spotify", path=path)("library:happy") == Music("spotify:playlist:made001", name)
    assert resolver("mpd", path=path)("library:happy") == Music("mpd:playlist/Moodroom happy", name)
    assert resolver("dry_run", path=path)("library:happy") == Music("library:happy", name)


@pytest.mark.parametrize(
    ("uri", "words"),
    [("library:sad", "no song is sorted into sad"), ("library:jazz", "no mood"), ("spotify:x", "no mood")],
)
def test_what_isn_t_there_is_none_with_a_word(
    path: Path, caplog: pytest.LogCaptureFixture, uri: str, words: str
) -> None:
    with caplog.at_level(logging.WARNING):
        assert resolver("spotify", path=path)(uri) is None
    assert words in caplog.text


def test_no_library_and_a_broken_one_stop_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert resolver("spotify", path=tmp_path / "none.db")("library:happy") is None
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "broken.db").write_bytes(b"not a database at all" * 99)
    assert resolver("spotify", path=tmp_path / "broken.db")("library:happy") is None
    assert "library sync" in caplog.text and "can't be used" in caplog.text


def test_recommendations_come_from_the_library_the_same_all_day(path: Path) -> None:
    found = recommend("happy", 10, path=path)
    assert found == recommend("happy", 10, path=path) and len(found) == 10
    assert recommend("happy", 10, path=path, seed=1) != recommend("happy", 10, path=path, seed=2)
    assert recommend("sad", 10, path=path) == [] == recommend("absent", 10, path=path)
    assert recommend("happy", 3, path=path)[0].mood == "happy"


def test_recommendations_come_from_a_table_without_a_library(table: WriteTable, tmp_path: Path) -> None:
    found = recommend("happy", 5, table=table(), path=tmp_path / "none.db")
    assert len(found) == 5 and not (tmp_path / "none.db").exists()
    assert all(one.valence is not None and one.valence > 0.8 for one in found)
    assert all(one.link and one.link.startswith("https://open.spotify.com/track/") for one in found)


def test_a_song_that_was_moved_is_recommended_where_it_belongs(table: WriteTable, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    happy = recommend("happy", 999, table=table(), path=path)
    with Store(path) as store:
        store.move(happy[0].uri, "fear")
    assert happy[0].uri in {one.uri for one in recommend("fear", 999, table=table(), path=path)}
    assert happy[0].uri not in {one.uri for one in recommend("happy", 999, table=table(), path=path)}


def test_nothing_sorted_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="library sync"):
        recommend("happy", 5, path=tmp_path / "none.db")
