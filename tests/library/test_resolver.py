"""`library:MOOD`, resolved for players."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from edge.library.resolver import SONGS_MAX, resolver
from edge.library.store import Published, Store
from edge.values import Music


def test_without_a_playlist_random_songs_are_chosen_each_time(happy_library: Path) -> None:
    resolve = resolver("spotify", path=happy_library)
    first, second = resolve("library:happy"), resolve("library:happy")
    assert first is not None and second is not None
    assert len(first.uris) == SONGS_MAX == len(set(first.uris)) and first.uri == first.uris[0]
    assert all(uri.startswith("spotify:track:") for uri in first.uris)
    assert first.uris != second.uris
    assert first.name == "your own songs for happy"
    files = resolver("mpd", path=happy_library)("library:happy")
    assert files is not None and sorted(files.uris) == ["mpd:0.flac", "mpd:1.flac", "mpd:2.flac"]


def test_the_published_playlist_is_played(happy_library: Path) -> None:
    with Store(happy_library) as store:
        store.save_playlist(Published("happy", "spotify", "made001", "Moodroom happy"))
        store.save_playlist(Published("happy", "mpd", "Moodroom happy", "Moodroom happy"))
    name = "your own songs for happy"
    assert resolver("spotify", path=happy_library)("library:happy") == Music("spotify:playlist:made001", name)
    assert resolver("mpd", path=happy_library)("library:happy") == Music("mpd:playlist/Moodroom happy", name)
    assert resolver("dry_run", path=happy_library)("library:happy") == Music("library:happy", name)


@pytest.mark.parametrize(
    ("uri", "words"),
    [("library:sad", "no song is sorted into sad"), ("library:jazz", "isn't a mood"), ("spotify:x", "isn't a mood")],
)
def test_a_missing_mood_is_none_and_logged(
    happy_library: Path, caplog: pytest.LogCaptureFixture, uri: str, words: str
) -> None:
    with caplog.at_level(logging.WARNING):
        assert resolver("spotify", path=happy_library)(uri) is None
    assert words in caplog.text


def test_a_missing_or_broken_library_is_none_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert resolver("spotify", path=tmp_path / "none.db")("library:happy") is None
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "broken.db").write_bytes(b"not a database at all" * 99)
    assert resolver("spotify", path=tmp_path / "broken.db")("library:happy") is None
    assert "library sync" in caplog.text and "can't be used" in caplog.text


def test_for_music_assistant_songs_are_named_by_code_artist_and_title(happy_library: Path) -> None:
    found = resolver("music_assistant", path=happy_library)("library:happy")
    assert found is not None and found.uris and all(uri.startswith("ma:song/") for uri in found.uris)
