"""Tables of songs: column names, values and errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.errors import TableError
from edge.library.csv_table import read_table
from edge.songs import Song

ID = "11dFghVXANMlKmJXsNCbNl"


def write_table(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "songs.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "text",
    [
        f"track_id,track_name,artists,valence,energy\n{ID},Deja Vu,Beyoncé;JAY-Z,0.5,0.75\n",
        f",id,name,artists,valence,energy\n0,{ID},Deja Vu,\"['Beyoncé', 'JAY-Z']\",0.5,0.75\n",
        f"Track URI;Track Name;Artist Name(s);Valence;Energy\nspotify:track:{ID};Deja Vu;Beyoncé, JAY-Z;0.5;0.75\n",
        "uri\ttitle\tartist\tvalence\tenergy\r\n"
        f"https://open.spotify.com/track/{ID}\tDeja Vu\tBeyoncé;JAY-Z\t0.5\t0.75\r\n",
    ],
)
def test_common_formats_of_tables_are_read(tmp_path: Path, text: str) -> None:
    [song] = read_table(write_table(tmp_path, text, "utf-8-sig"))
    assert (song.uri, song.title, song.artist) == (f"spotify:track:{ID}", "Deja Vu", "Beyoncé, JAY-Z")
    assert song.features is not None and (song.features.valence, song.features.energy) == (0.5, 0.75)
    assert song.features.tempo is None


def test_empty_cells_are_unknown_repeats_are_dropped_and_known_moods_are_labels(tmp_path: Path) -> None:
    path = write_table(
        tmp_path, "id,valence,energy,tempo,mood\na,0.1,,nan,Happy\nb,1,0,120,Energetic\n\na,0.9,0.9,100,sad\n"
    )
    songs = read_table(path)
    assert [(song.uri, song.mood) for song in songs] == [("spotify:track:a", "happy"), ("spotify:track:b", None)]
    assert songs[0].features is not None and not songs[0].features.placeable
    assert songs[1].features is not None and songs[1].features.tempo == 120


@pytest.mark.parametrize("cell", ["[" + "-" * 200_000 + "1]", "[" * 50_000 + "]" * 50_000])
def test_a_list_of_artists_that_is_nested_too_deeply_is_kept_as_text(tmp_path: Path, cell: str) -> None:
    [song] = read_table(write_table(tmp_path, f"id,artists,valence,energy\n{ID},{cell},0.5,0.75\n"))
    assert song.artist == cell


def test_songs_without_an_id_are_identified_by_isrc_or_name(tmp_path: Path) -> None:
    path = write_table(
        tmp_path, "isrc,artist,title,valence,energy\nUSUM72104140,A,B,0.1,0.2\n,Beyoncé,Déjà Vu,0.3,0.4\n"
    )
    by_code, by_name = read_table(path)
    assert by_code.uri == "isrc:USUM72104140" and by_name.uri == "song:beyonce|dejavu"
    assert by_name.link is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("id,valence,energy\n", "contains no songs"),
        ("id,energy,tempo\na,1,1\n", "lacks the column valence; it has id, energy, tempo"),
        ("id,name\na,b\n", "lacks the columns valence and energy"),
        ("valence,energy,name\n1,1,x\n", "lacks the column track_id"),
        ("id,valence,energy\na,0.5,0.5\nb,loud,0.5\n", "line 3: valence: 'loud' isn't a number"),
        ('id,name,valence,energy\na,"two\nlines",0.5,0.5\nb,x,0.5,1.5\n', "line 4: energy: 1.5 isn't within 0 to 1"),
        ("id,valence,energy\na,0.5,inf\n", "line 2: energy: inf isn't within 0 to 1"),
        ("id,valence,energy,tempo\na,0.5,0.5,-3\n", "line 2: tempo: -3 isn't within 0 to 400"),
        ("id,valence,energy\n,0.5,0.5\n", "line 2: names no song"),
    ],
)
def test_an_error_in_a_table_names_its_line(tmp_path: Path, text: str, words: str) -> None:
    path = write_table(tmp_path, text)
    with pytest.raises(TableError) as found:
        read_table(path)
    assert words in str(found.value) and str(path) in str(found.value) and "\n" not in str(found.value)


def test_an_unreadable_table_is_an_error(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.csv", "no such file"), (tmp_path, "is a folder")):
        with pytest.raises(TableError, match=words):
            read_table(path)
    with pytest.raises(TableError, match="isn't UTF-8"):
        read_table(write_table(tmp_path, "id,valence,energy\nä,1,1\n", "latin-1"))
    with pytest.raises(TableError):
        read_table(write_table(tmp_path, "id,valence,energy\n" + "\0" * 10 + ",1,1\n" + '"' + "x" * 2_000_000))


def test_a_song_has_its_album_and_features(tmp_path: Path) -> None:
    [song] = read_table(write_table(tmp_path, f"id,valence,energy,album\n{ID},0,1,The Album\n"))
    assert isinstance(song, Song) and song.album == "The Album"
    assert song.features is not None and (song.features.valence, song.features.energy) == (0.0, 1.0)
