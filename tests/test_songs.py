"""Songs: links, addresses, and one song under two spellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.songs import Features, Song, isrc_key, match_key, track_uri

ID = "11dFghVXANMlKmJXsNCbNl"


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"spotify:track:{ID}",
        f"https://open.spotify.com/track/{ID}?si=1",
        f" https://open.spotify.com/intl-de/track/{ID} ",
    ],
)
def test_links_addresses_and_ids_name_a_track(text: str) -> None:
    assert track_uri(text) == f"spotify:track:{ID}"


@pytest.mark.parametrize(
    "text", ["", "a song", "spotify:album:abc", f"https://open.spotify.com/album/{ID}", "spotify:track:a b"]
)
def test_other_text_names_none(text: str) -> None:
    assert track_uri(text) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Beyoncé", "Déjà Vu (feat. JAY-Z)"), ("beyonce, Jay-Z", "Deja Vu")),
        (("Queen", "Under Pressure - Remastered 2011"), ("QUEEN", "Under Pressure")),
        (("Sigur Rós", "Hoppípolla"), ("Sigur Ros", "Hoppipolla")),
        (("The Beatles", "Help! - 2009 Remaster"), ("The Beatles", "Help!")),
        (("Кино", "Группа крови"), ("КИНО", "группа крови")),
        (("Halsey", "Stay (with Somebody)"), ("Halsey", "Stay")),
        (("Moby", "Porcelain ft. Somebody"), ("Moby", "Porcelain")),
        (("Moby", "Porcelain - Club Remix"), ("Moby", "Porcelain")),
        (("Moby", "Porcelain – Remasterizado"), ("Moby", "Porcelain")),
    ],
)
def test_one_song_in_two_spellings_matches(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert match_key(*one) == match_key(*other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Queen", "Bohemian Rhapsody"), ("Queen", "Under Pressure")),
        (("Adele", "Hello"), ("Lionel Richie", "Hello")),
        (("Sam Smith", "Stay with Me"), ("Sam Smith", "Stay")),
        (("Norah Jones", "Come Away with Me"), ("Norah Jones", "Come Away")),
        (("X", "Song - Olive Tree"), ("X", "Song")),
        (("X", "Love - Edition Two"), ("X", "Love")),
    ],
)
def test_different_songs_do_not(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert match_key(*one) != match_key(*other)


@given(st.text(), st.text())
def test_a_key_ignores_case_and_spaces(artist: str, title: str) -> None:
    assert match_key(artist, title) == match_key(f" {artist}", f"{title} ")


def test_a_title_without_letters_matches_nothing() -> None:
    assert match_key("Sigur Rós", "( )") == ""


def test_isrc_is_compared_without_hyphens() -> None:
    assert isrc_key("us-um7-21-04140") == "USUM72104140"
    assert isrc_key("none") is None and isrc_key(None) is None


def test_a_song_links_to_spotify_where_it_is_there() -> None:
    assert Song(f"spotify:track:{ID}").link == f"https://open.spotify.com/track/{ID}"
    assert Song("mpd:a/b.flac", "B", "A").link is None
    assert Song("mpd:a/b.flac", "B", "A").name == "A - B" and Song("mpd:x").name == "mpd:x"


def test_a_song_has_a_place_where_both_coordinates_are_known() -> None:
    assert Features(0.0, 0.0).placeable
    assert not Features(valence=0.5).placeable and not Features(energy=0.5).placeable
