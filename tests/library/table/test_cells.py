"""What cells of tables mean that write songs and artists in different ways."""

from __future__ import annotations

import pytest

from edge.library.table.cells import artist_names, known, song_uri

TRACK = "spotify:track:" + "a" * 22


@pytest.mark.parametrize("text", ["-", "\\N", "NaN", "null", "N/A", ""])
def test_marks_of_a_missing_value_are_empty(text: str) -> None:
    assert known(text) == ""


@pytest.mark.parametrize(
    ("text", "isrc", "key", "uri"),
    [
        ("a" * 22, None, "", TRACK),
        (TRACK, None, "", TRACK),
        ("https://open.spotify.com/track/" + "a" * 22, None, "", TRACK),
        ("file:song.mp3", None, "", "file:song.mp3"),
        ("12", "GBAYE0601498", "miles davis - so what", "isrc:GBAYE0601498"),
        ("12", None, "miles davis - so what", "song:miles davis - so what"),
        ("", None, "", None),
    ],
)
def test_the_id_then_the_isrc_then_artist_and_title_name_a_song(
    text: str, isrc: str | None, key: str, uri: str | None
) -> None:
    assert song_uri(text, isrc, key) == uri


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("['Norah Jones', 'Ray Charles']", "Norah Jones, Ray Charles"),
        ("Norah Jones; Ray Charles;", "Norah Jones, Ray Charles"),
        ("[broken", "[broken"),
        ("[" * 300 + "]" * 300, "[" * 300 + "]" * 300),
        ("Miles Davis", "Miles Davis"),
    ],
)
def test_lists_of_artists(text: str, names: str) -> None:
    assert artist_names(text) == names
