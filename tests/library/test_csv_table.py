"""Tables of songs: column names, values and errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.commands import library as commands
from edge.errors import TableError
from edge.library.csv_table import TABLE_MAX_BYTES, read_table
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
    # Cut, as all text from elsewhere is.
    assert song.artist.endswith("…") and cell.startswith(song.artist.removesuffix("…")) and len(song.artist) > 100


def test_songs_without_an_id_are_identified_by_isrc_or_name(tmp_path: Path) -> None:
    path = write_table(
        tmp_path, "isrc,artist,title,valence,energy\nUSUM72104140,A,B,0.1,0.2\n,Beyoncé,Déjà Vu,0.3,0.4\n"
    )
    by_code, by_name = read_table(path)
    assert by_code.uri == "isrc:USUM72104140" and by_name.uri == "song:beyonce|dejavu"
    assert by_name.link == "https://open.spotify.com/search/Beyonc%C3%A9%20D%C3%A9j%C3%A0%20Vu"
    assert by_code.link == "https://open.spotify.com/search/A%20B"


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
    with pytest.raises(TableError):
        read_table(write_table(tmp_path, "id,valence,energy\n" + "\0" * 10 + ",1,1\n" + '"' + "x" * 2_000_000))


def test_a_song_has_its_album_and_features(tmp_path: Path) -> None:
    [song] = read_table(write_table(tmp_path, f"id,valence,energy,album\n{ID},0,1,The Album\n"))
    assert isinstance(song, Song) and song.album == "The Album"
    assert song.features is not None and (song.features.valence, song.features.energy) == (0.0, 1.0)


# --- tables as people have them ---------------------------------------------------------------------------------------


def read_and_told(path: Path) -> tuple[list[Song], str]:
    """The songs, and what was assumed."""
    told: list[str] = []
    songs = read_table(path, tell=told.append)
    assert len(told) <= 1 and not any("\n" in line for line in told)
    return songs, told[0].removeprefix(f"{path}: ") if told else ""


def rows(song: str, count: int = 40) -> str:
    """Lines of a table; # in the pattern stands for the line's number."""
    return "".join(song.replace("#", str(number)) + "\n" for number in range(10, 10 + count))


@pytest.mark.parametrize(
    ("header", "song", "features", "told"),
    [
        (
            "Titel;Interpret;Valence;Energy",
            "T#;I;0,#;0,5",
            (0.12, 0.5),
            "decimal commas, with the columns Titel",
        ),
        ("title,artist,valence,energy", "T#,I,#,84", (0.12, 0.84), "read valence, energy from 0 to 100"),
        ("title,artist,valence,energy", 'T#,I,"#,5 %",84%', (0.125, 0.84), "read with decimal commas"),
        (
            "track_name,artist(s)_name,valence_%,energy_%",
            "T#,I,#,1",
            (0.12, 0.01),
            "0 to 100, with the columns art",
        ),
        ("title,artist,valence,energy", "T#,I,-0.#,0.5", (0.44, 0.5), "read valence from -1 to 1"),
        ("title,artist,valence,energy", "T#,I,7.#,3", (0.712, 0.3), "read valence, energy from 0 to 10"),
        (
            "Song|Artist|Happy|Energy|Dance",
            "T#|I|#|84|0",
            (0.12, 0.84),
            "energy, danceability from 0 to 100",
        ),
        (
            "Exported by hand\n\ntrackName,artistName,Valence,Energy",
            "T#,I,0.#,0.5",
            (0.12, 0.5),
            "trackName, artistName",
        ),
        ("sep=;\ntitle;artist;valence;energy", "T#;I;0.#;0.5", (0.12, 0.5), ""),
        ("TITRE\tARTISTE\tValence\tÉnergie", "T#\tI\t0.#\t0.5", (0.12, 0.5), "the columns TITRE, ARTISTE, Énergie"),
    ],
)
def test_other_ways_of_writing_are_read_and_told(
    tmp_path: Path, header: str, song: str, features: tuple[float, float], told: str
) -> None:
    songs, remark = read_and_told(write_table(tmp_path, f"{header}\n{rows(song)}"))
    third = songs[2]
    assert len(songs) == 40 and (third.title, third.artist) == ("T12", "I") and third.features is not None
    assert (third.features.valence, third.features.energy) == pytest.approx(features)
    assert told in remark and bool(told) == bool(remark)


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("latin-1", "read as Windows-1252 text"),
        ("cp1252", "read as Windows-1252 text"),
        ("utf-16", "read as UTF-16 text"),
        ("utf-16-le", "read as UTF-16 text"),
        ("utf-16-be", "read as UTF-16 text"),
        ("utf-32", "read as UTF-32 text"),
    ],
)
def test_other_encodings_are_read_and_told(tmp_path: Path, encoding: str, told: str) -> None:
    path = write_table(tmp_path, "title,artist,valence,energy\r\nDéjà Vu,Beyoncé,0.5,0.75\r\n", encoding)
    [song], remark = read_and_told(path)
    assert (song.title, song.artist, remark) == ("Déjà Vu", "Beyoncé", told)


def test_a_few_damaged_characters_do_not_change_the_encoding(tmp_path: Path) -> None:
    path = write_table(tmp_path, "title,artist,valence,energy\n" + rows("Déjà #,Beyoncé,0.5,0.5"))
    path.write_bytes(path.read_bytes() + b"caf\xe9,B,0.5,0.5\n")
    songs, remark = read_and_told(path)
    assert (songs[0].title, songs[-1].title) == ("Déjà 10", "caf\ufffd")
    assert remark == "read as UTF-8 text with 1 damaged characters"


@pytest.mark.parametrize("mark", ["", "-", "–", "n/a", "NaN", "NULL", "#N/A", "?", "k.A.", "\\N"])
def test_marks_of_a_missing_value_are_unknown(tmp_path: Path, mark: str) -> None:
    path = write_table(
        tmp_path, f"title,artist,album,valence,energy\n{rows('T#,I,A,0.#,0.5')}last,I,{mark},{mark},0.5\n"
    )
    songs, remark = read_and_told(path)
    assert len(songs) == 41 and remark == ""
    assert songs[-1].features is not None and songs[-1].features.valence is None


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("T,I,high,0.5,120", "1 of 41 rows: line 42: valence: 'high' isn't a number"),
        ("T,I,0.5,55,120", "1 of 41 rows: line 42: energy: 55 isn't within 0 to 1"),
        ("T,I,0.5,inf,120", "1 of 41 rows: line 42: energy: inf isn't within 0 to 1"),
        (",,0.5,0.5,120", "1 of 41 rows: line 42: names no song; fill in the id, the ISRC, or the artist and title"),
        ("T,I,0.5,0.5,fast", "1 other cell: line 42: tempo: 'fast' isn't a number"),
    ],
)
def test_a_bad_cell_is_left_out_and_told_with_its_line(tmp_path: Path, row: str, told: str) -> None:
    path = write_table(tmp_path, f"title,artist,valence,energy,tempo\n{rows('T#,I,0.#,0.5,99')}{row}\n")
    songs, remark = read_and_told(path)
    assert remark == f"left out {told}"
    assert len(songs) == (41 if "cell" in told else 40)


@pytest.mark.parametrize("cell", ['"Unclosed', '"Un, closed","0.5'])
def test_a_quotation_mark_that_is_not_closed_costs_no_other_row(tmp_path: Path, cell: str) -> None:
    path = write_table(tmp_path, f"artist,title,valence,energy\nA,{cell},0.5,0.5\n{rows('T#,I,0.#,0.5')}")
    songs, remark = read_and_told(path)
    assert len(songs) >= 40
    assert "a quotation mark isn't closed in line 2; it was left out" in remark


def test_a_cell_may_have_several_lines(tmp_path: Path) -> None:
    path = write_table(
        tmp_path, f'artist,title,valence,energy\nA,"Two\nlines, 7"" single",0.5,0.5\n{rows("T#,I,0.#,0.5")}'
    )
    songs, remark = read_and_told(path)
    assert len(songs) == 41 and not remark and songs[0].title == 'Two lines, 7" single'


def test_the_number_of_a_row_is_no_address(tmp_path: Path) -> None:
    [song], _ = read_and_told(write_table(tmp_path, "id,title,artist,valence,energy\n7,So What,Miles Davis,0.5,0.5\n"))
    assert song.link == "https://open.spotify.com/search/Miles%20Davis%20So%20What"


def test_commands_tell_what_was_assumed_beside_their_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_table(tmp_path, f"Titel;Interpret;Valence;Energy\n{rows('So What #;Miles Davis;0,9#;0,9')}")
    commands.recommend("happy", 2, table=path, seed=1, json_text=False)
    printed = capsys.readouterr()
    assert printed.err == f"{path}: read with decimal commas, with the columns Titel, Interpret\n"
    assert "https://open.spotify.com/search/Miles%20Davis%20So%20What" in printed.out and "song:" not in printed.out


def test_a_table_of_a_size_that_no_library_has_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("w") as file:
        file.truncate(TABLE_MAX_BYTES + 1)
    with pytest.raises(TableError, match="has more than 1024 MB; keep only the songs that you need"):
        read_table(path)
