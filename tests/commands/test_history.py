"""`moodroom history`: the journal as a table, CSV, JSON and a picture."""

from __future__ import annotations

import csv
import io
import json
import time
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.cli.main import main
from edge.commands import time_range
from edge.commands.charts import canvas
from edge.commands.charts.history import DAY_WIDTH_PX, LEFT, MOOD_HEIGHT, ROW, TOP, history_png, lasting
from edge.commands.history import COLUMNS, as_csv, describe, show_history
from edge.commands.time_range import local, midnight, parse_since, span
from edge.errors import ConfigError, JournalError
from edge.journal.entry import JournalEntry
from edge.journal.tables import SCHEMA
from edge.journal.writer import Journal
from edge.system.database import open_for_writing

HOUR = 3600.0


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A time zone with daylight saving time."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()


NOON = datetime.fromisoformat("2026-11-21T12:00:00+01:00").timestamp()
MOOD = JournalEntry(NOON - HOUR, "mood", "happy", confidence=0.83, valence=0.7, arousal=0.4, people=2)
ENTRIES = [
    JournalEntry(NOON - 2 * HOUR, "start", text="the device started"),
    MOOD,
    JournalEntry(NOON - HOUR, "decision", "happy", "Daft Punk", uri="spotify:artist:x", text="the room is happy"),
    JournalEntry(NOON - HOUR + 1, "play", title="One, More \"Time\"", artist="Daft Punk", uri="spotify:track:x"),
    JournalEntry(NOON - HOUR + 20, "skip", "happy", "One, More \"Time\"", "Daft Punk", "spotify:track:x"),
    JournalEntry(NOON - 1800, "mood", "sad", confidence=0.6, valence=-0.5, arousal=-0.2, people=1),
    JournalEntry(NOON - 1700, "decision", "sad", text="kept: nobody is here"),
    JournalEntry(NOON - 1600, "command", text="volume 30 (mqtt)"),
]  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal with ENTRIES."""
    path = tmp_path / "state" / "journal.db"
    journal = Journal(path, keep_s=1e10, on_problem=print)
    for entry in ENTRIES:
        journal.put(entry)
    journal.close()
    return path


def test_the_table_lists_the_entries(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show_history(path=path, now=NOON)
    output = capsys.readouterr().out
    assert "Sat 21 Nov" in output
    lines = [line.strip().split(maxsplit=2) for line in output.splitlines() if line.strip()[:2] in ("10", "11")]
    assert lines[1] == ["11:00:00", "mood", "happy (83%, people: 2)"]
    assert [line[1] for line in lines] == ["start", "mood", "decision", "play", "skip", "mood", "command"]
    assert 'Daft Punk - One, More "Time"' in output
    show_history(path=path, now=NOON, everything=True)
    assert "kept: nobody is here" in capsys.readouterr().out


def test_only_the_requested_time_is_shown(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show_history(since="29m", path=path, now=NOON, json_text=True)
    output = json.loads(capsys.readouterr().out)
    # The state at the beginning of the time comes first.
    assert [entry["kind"] for entry in output] == ["start", "play", "mood", "decision", "command"]
    show_history(since="1m", path=path, now=NOON + 7 * 86400)
    assert capsys.readouterr().out == "Nothing happened in this time.\n"


def test_csv_contains_all_entries(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show_history(path=path, now=NOON, csv_to="-")
    out = capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(ENTRIES)
    assert rows[3]["title"] == 'One, More "Time"'
    assert datetime.fromisoformat(rows[1]["time"]).timestamp() == MOOD.at
    assert (rows[1]["valence"], rows[1]["people"], rows[1]["text"]) == ("0.7", "2", "")
    show_history(path=path, now=NOON, csv_to=str(tmp_path / "a.csv"))
    assert (tmp_path / "a.csv").read_text() == out == as_csv(ENTRIES)
    with pytest.raises(ConfigError, match="only one of them"):
        show_history(path=path, now=NOON, csv_to="-", json_text=True)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30m", 1800), ("12h", 12 * HOUR), ("7d", 7 * 86400), ("2w", 14 * 86400), ("today", 12 * HOUR)],
)
def test_since_can_be_a_length_of_time(text: str, seconds: float) -> None:
    assert parse_since(text, NOON) == NOON - seconds


def test_since_can_be_a_day() -> None:
    assert parse_since("2026-11-20", NOON) == midnight(NOON - 86400)
    assert parse_since("2026-11-21T11:00", NOON) == NOON - HOUR


def test_since_can_be_a_weekday_or_yesterday() -> None:
    assert parse_since("Yesterday", NOON) == midnight(NOON - 86400)
    days = {parse_since(name, NOON): name for name in time_range.WEEKDAYS}
    assert sorted(days) == [midnight(NOON - 86400 * days_ago) for days_ago in reversed(range(7))]
    assert all(local(at).strftime("%A").lower() == name for at, name in days.items())
    assert parse_since("sat", NOON) == parse_since("saturday", NOON)


def test_yesterday_begins_at_its_own_midnight_when_the_clocks_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    noon = datetime(2026, 10, 25, 12).astimezone().timestamp()  # the night before had an hour more
    assert noon - parse_since("yesterday", noon) == 37 * HOUR


@pytest.mark.parametrize("text", ["", "tomorrow", "7", "-7d", "7 years", "2026-13-40"])
def test_other_words_for_since_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"--since: .* must be such as 12h"):
        parse_since(text, NOON)


@pytest.mark.parametrize("text", ["9999-12-31", "9999-01-01", "1969-12-31", "0001-01-01"])
def test_a_day_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=f"--since: '{text}' must be a day from 1970 to 9998"):
        parse_since(text, NOON)


@pytest.mark.parametrize("since", ["9998-12-31", "1970-01-01", "99999w"])
def test_the_first_and_last_days_can_be_drawn(path: Path, tmp_path: Path, since: str) -> None:
    show_history(since=since, png=tmp_path / "far.png", week=True, path=path)
    assert (tmp_path / "far.png").stat().st_size


def test_a_day_may_have_25_hours() -> None:
    autumn = datetime(2026, 10, 25, 12).astimezone().timestamp()
    begin, end = span(autumn, week=False)
    assert end - begin == 25 * HOUR
    begin, end = span(autumn, week=True)
    assert datetime.fromtimestamp(begin).astimezone().hour == 0
    assert end - begin == 7 * 86400 + HOUR


def test_entries_in_words() -> None:
    by_hand = JournalEntry(0, "mood", "sad", text="set by hand", confidence=1.0, people=0)
    assert describe(by_hand) == "sad (set by hand, people: 0)"
    assert describe(JournalEntry(0, "skip", "happy", uri="mpd:x")) == "mpd:x (happy)"
    assert describe(JournalEntry(0, "camera", text="off")) == "off"


def colour_at(picture: np.ndarray, at: float, begin: float, row: int = 0) -> tuple[int, ...]:
    x = round(LEFT + DAY_WIDTH_PX * (at - begin) / 86400)
    return tuple(int(value) for value in picture[TOP + ROW * row + MOOD_HEIGHT // 2, x])


def test_a_day_is_drawn_in_the_moods_colours(path: Path, tmp_path: Path) -> None:
    show_history(path=path, now=NOON, png=tmp_path / "day.png")
    picture = cv2.imread(str(tmp_path / "day.png"))
    assert picture is not None
    begin = midnight(NOON)
    assert colour_at(picture, NOON - 0.9 * HOUR, begin) == canvas.MOOD_COLOURS["happy"]
    assert colour_at(picture, NOON - 1700, begin) == canvas.MOOD_COLOURS["sad"]
    for blank in (begin + 1.5 * HOUR, NOON - 1.5 * HOUR, NOON + 3.5 * HOUR):
        assert colour_at(picture, blank, begin) == canvas.WHITE


def test_a_week_has_a_row_for_each_day(path: Path, tmp_path: Path) -> None:
    show_history(path=path, now=NOON, png=tmp_path / "week.png", week=True)
    picture = cv2.imread(str(tmp_path / "week.png"))
    assert picture is not None
    assert picture.shape[0] > 7 * ROW
    assert colour_at(picture, NOON - 0.9 * HOUR, midnight(NOON), row=6) == canvas.MOOD_COLOURS["happy"]
    assert colour_at(picture, NOON - 0.9 * HOUR, midnight(NOON), row=5) == canvas.WHITE
    show_history(path=path, now=NOON + 86400, since="2026-11-21", png=tmp_path / "day.png")
    picture = cv2.imread(str(tmp_path / "day.png"))
    assert picture is not None
    assert colour_at(picture, NOON - 0.9 * HOUR, midnight(NOON)) == canvas.MOOD_COLOURS["happy"]


def test_an_empty_day_can_be_drawn() -> None:
    assert history_png([], NOON - HOUR, NOON).startswith(b"\x89PNG")


def test_a_mood_ends_with_the_next_one_or_the_last_entry_before_a_start() -> None:
    moods = [JournalEntry(at, "mood", "happy") for at in (10.0, 20.0)]
    alive, start = JournalEntry(30.0, "play", title="x"), JournalEntry(1000.0, "start")
    later = JournalEntry(1010.0, "mood", "sad")
    assert lasting([*moods, alive, start, later]) == [(moods[0], 20.0), (moods[1], 30.0), (later, 1010.0)]
    assert lasting([start, alive]) == []


def test_titles_in_any_script_can_be_drawn() -> None:
    assert canvas.plain("Ágætis byrjun – 音楽 Straße") == "Ag.tis byrjun . .. Strasse"
    assert canvas.shorten("A long title", 40, 0.4).endswith("..")
    assert canvas.shorten("A long title", 1, 0.4) == ""


def test_a_missing_folder_is_reported_before_anything_is_read(tmp_path: Path, hidden_folder: Path) -> None:
    for folder in (tmp_path / "none", hidden_folder):
        with pytest.raises(ConfigError, match="its folder doesn't exist"):
            show_history(png=folder / "a.png", path=tmp_path / "none.db")


def test_the_command(state_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def moodroom(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        output = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, output.out, output.err

    code, out, err = moodroom("history")
    assert (code, out) == (1, "")
    assert "there is none yet" in err
    journal = Journal(state_folder / "journal.db", keep_s=1e9, on_problem=print)
    journal.put(JournalEntry(time.time(), "mood", "happy", confidence=0.8, valence=0.7, arousal=0.1, people=1))
    journal.close()
    assert [entry["mood"] for entry in json.loads(moodroom("history", "--since", "1d", "--json")[1])] == ["happy"]
    code, _, err = moodroom("history", "--since", "soon")
    assert (code, err.count("\n")) == (2, 1)


def test_a_file_that_is_no_journal_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"nothing of the kind\n" * 300)
    with pytest.raises(JournalError, match="can't be read"):
        show_history(path=path)


def test_written_files_are_private(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "journal.db", SCHEMA).close()
    assert (tmp_path / "journal.db").stat().st_mode & 0o777 == 0o600


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also those that an earlier version has stored."""
    path = tmp_path / "journal.db"
    connection = open_for_writing(path, SCHEMA)
    title = "\x1b]0;mine\x07\x1b[2J\r\nSat 21 Nov \x9b31mforged\u202e"
    values = (round((NOON - HOUR) * 1e6), "play", title, "an\x00artist", "mpd:x")
    connection.execute("INSERT INTO journal_entries (at, kind, title, artist, uri) VALUES (?, ?, ?, ?, ?)", values)
    connection.close()
    show_history(path=path, now=NOON)
    show_history(path=path, now=NOON, json_text=True)
    show_history(path=path, now=NOON, csv_to="-")
    out = capsys.readouterr().out
    assert not set(out) & {"\x1b", "\x07", "\x00", "\x9b", "\r", "\u202e"}
    assert not [line for line in out.splitlines() if line.startswith("Sat 21 Nov �")]
    assert "forged" in out
