"""The journal's writer: batches, faults, and stopping."""

from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import journal_bytes
import journal_kills
from edge.budget import TokenBucket
from edge.errors import JournalError
from edge.events import CommandReceived, MoodChanged
from edge.journal.entry import JournalEntry
from edge.journal.file import BUDGET_BYTES, BUDGET_BYTES_PER_S, write_budget
from edge.journal.reader import forget_outcomes, outcomes, timeline
from edge.journal.tables import SCHEMA
from edge.journal.writer import Journal
from edge.music.tastes import Feedback, Outcome
from edge.system.database import open_for_writing
from edge.values import Command, Mood
from tests.waiting import PATIENCE, wait_for

DAY_S = 86400.0
BATCH_MAX_BYTES = 100_000
Open = Callable[..., Journal]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


@pytest.fixture
def problems() -> list[str]:
    return []


@pytest.fixture
def opened(path: Path, problems: list[str]) -> Iterator[Open]:
    """opened(**arguments) starts a journal with short waits, which is stopped after the test."""
    journals = []

    def start(**arguments: object) -> Journal:
        on_outcomes = arguments.pop("on_outcomes", None)
        defaults = {"keep_s": 90 * DAY_S, "on_problem": problems.append, "gather_s": 0.01, "retry_s": 0.05}
        journal = Journal(path, **defaults | arguments)
        journal.on_outcomes = on_outcomes  # type: ignore[assignment]
        journals.append(journal)
        journal.start()
        return journal

    yield start
    for journal in journals:
        journal.stop()


def entry(number: int, at: float | None = None) -> JournalEntry:
    return JournalEntry(time.time() if at is None else at, "decision", "happy", title=str(number), uri="mpd:x")


def titles(path: Path) -> list[str | None]:
    try:
        return [found.title for found in timeline(path, 0, 4e9) if found.kind == "decision"]
    except JournalError:
        return []


def test_an_event_is_written_soon_with_its_time(opened: Open, path: Path) -> None:
    journal, at = opened(), time.monotonic()
    journal(MoodChanged(at - 5, Mood("happy", 0.8, 0.7, 0.4, 2, at)))
    wait_for(lambda: path.exists() and journal.waiting == 0)
    (found,) = timeline(path, 0, 4e9)
    assert (found.kind, found.mood, found.confidence, found.people) == ("mood", "happy", 0.8, 2)
    assert found.at == pytest.approx(time.time() - 5, abs=4)


def test_many_entries_are_one_batch(opened: Open, path: Path) -> None:
    journal = opened(gather_s=0.3)
    for number in range(500):
        journal.put(entry(number))
    wait_for(lambda: journal.waiting == 0)
    assert titles(path) == [str(number) for number in range(500)]
    assert journal.batches <= 2


def test_entries_with_the_same_time_are_all_kept(opened: Open, path: Path) -> None:
    journal = opened(keep_s=1e10)
    for number in range(5):
        journal.put(entry(number, at=1000.0))
    wait_for(lambda: journal.waiting == 0)
    assert titles(path) == list("01234")


def test_a_row_that_can_t_be_stored_does_not_block_others(
    opened: Open, path: Path, problems: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    journal = opened(gather_s=0.2)
    journal(CommandReceived(time.monotonic(), Command("mood", "\ud800", origin="page")))
    journal.put(JournalEntry(math.inf, "decision", "happy", title="never", uri="mpd:x"))
    journal.put(entry(1))
    wait_for(lambda: journal.waiting == 0)
    assert titles(path) == ["1"]
    assert [found.text for found in timeline(path, 0, 4e9) if found.kind == "command"] == ["mood ? (page)"]
    assert problems == []
    assert journal.dropped == 1 and "1 of 3 entries" in caplog.text


def test_stopping_writes_the_waiting_entries(opened: Open, path: Path) -> None:
    journal = opened(gather_s=3600.0)
    journal.put(entry(1))
    journal.stop()
    assert [file.name for file in path.parent.iterdir()] == ["journal.db"]
    assert titles(path) == ["1"]
    assert [file.name for file in path.parent.iterdir()] == ["journal.db"], "reading left a file behind"


def test_an_empty_budget_makes_batches_wait_and_stopping_writes_them(opened: Open, path: Path) -> None:
    empty = TokenBucket(rate=1.0, capacity=2.0, level=1.0)
    empty.spend(time.monotonic(), 1_000_000)
    journal = opened(budget=empty)
    journal.put(entry(1))
    time.sleep(0.3)
    assert titles(path) == []
    journal.stop()
    assert titles(path) == ["1"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 3600), st.integers(0, BATCH_MAX_BYTES)), min_size=1, max_size=200))
def test_at_most_five_megabytes_are_written_in_any_day(batches: list[tuple[float, int]]) -> None:
    budget, now, written = write_budget(), 0.0, []
    for gather, size in batches * 5:
        now += gather
        now += budget.wait(now)
        assert budget.wait(now) < 1e-6
        budget.spend(now, size)
        written.append((now, size))
    for start, _ in written[:: max(1, len(written) // 50)]:
        assert sum(size for at, size in written if start <= at < start + DAY_S) <= 5_000_000


def test_the_budget_of_a_quiet_room_is_never_empty() -> None:
    budget = write_budget()
    for now in range(0, int(DAY_S), 300):
        assert budget.wait(now) == 0
        budget.spend(now, 10_000)


def test_an_overdrawn_budget_is_waited_out() -> None:
    budget = write_budget()
    budget.spend(0.0, int(BUDGET_BYTES / 2 + 10 * BUDGET_BYTES_PER_S))
    assert 9.9 < budget.wait(0.0) <= 10.1
    assert budget.wait(20.0) == 0


def test_a_full_queue_drops_the_oldest_entries(opened: Open, path: Path) -> None:
    journal = opened(gather_s=3600.0, max_waiting=10)
    for number in range(25):
        journal.put(entry(number))
    assert (journal.waiting, journal.dropped) == (10, 15)
    journal.stop()
    assert titles(path) == [str(number) for number in range(15, 25)]


def test_decisions_that_change_nothing_are_dropped_first(opened: Open, path: Path) -> None:
    journal = opened(gather_s=3600.0, max_waiting=10)
    for number in range(8):
        journal.put(JournalEntry(time.time(), "decision", "happy", text="kept"))
        journal.put(JournalEntry(time.time(), "mood", "happy", title=str(number)))
    journal.stop()
    kinds = [found.kind for found in timeline(path, 0, 4e9)]
    assert (kinds.count("mood"), kinds.count("decision")) == (8, 2)


def test_a_busy_day_writes_at_most_five_megabytes(tmp_path: Path) -> None:
    written = journal_bytes.run(tmp_path / "busy.db", every=15.0)
    assert written.entries > 6000
    assert written.dropped == 0
    assert written.file_bytes < written.wchar < 5_000_000


def test_a_restless_room_writes_no_more_than_five_megabytes(tmp_path: Path) -> None:
    written = journal_bytes.run(tmp_path / "restless.db", every=4.0)
    assert written.entries > 25_000
    assert written.wchar < 5_000_000
    assert written.dropped > 0


def test_old_rows_are_deleted(opened: Open, path: Path) -> None:
    now = time.time()
    first = opened()
    for days in (100, 91, 89, 1):
        first.put(entry(days, at=now - days * DAY_S))
        first.put(Outcome(now - days * DAY_S, "happy", f"mpd:{days}", "", Feedback.STAYED))
    first.stop()
    second = opened()
    second.put(entry(0))
    wait_for(lambda: titles(path) == ["89", "1", "0"])
    assert [outcome.uri for outcome in outcomes(path)] == ["mpd:89", "mpd:1"]


def test_the_librarys_tables_stay(opened: Open, path: Path) -> None:
    path.parent.mkdir(parents=True)
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE library_songs (uri TEXT)")
    other.execute("INSERT INTO library_songs VALUES ('a')")
    other.commit()
    journal = opened()
    journal.put(entry(1))
    wait_for(lambda: titles(path) == ["1"])
    other.execute("INSERT INTO library_songs VALUES ('b')")
    other.commit()
    journal.put(entry(2))
    wait_for(lambda: titles(path) == ["1", "2"])
    assert other.execute("SELECT count(*) FROM library_songs").fetchone() == (2,)
    other.close()


def test_outcomes_are_reported_at_the_start_and_after_a_reset(opened: Open, path: Path) -> None:
    reported: list[list[Outcome]] = []
    liked = Outcome(1e9, "happy", "mpd:a", "A", Feedback.LIKE)
    first = opened(keep_s=1e10, on_outcomes=reported.append)
    first.put(liked)
    wait_for(lambda: first.waiting == 0)
    first.stop()
    second = opened(keep_s=1e10, on_outcomes=reported.append)
    wait_for(lambda: reported[-1] == [liked])
    assert forget_outcomes(path, "sad") == 0
    assert forget_outcomes(path, "happy") == 1
    wait_for(lambda: reported[-1] == [])
    second.stop()


def test_a_file_from_a_newer_program_switches_the_journal_off(opened: Open, path: Path, problems: list[str]) -> None:
    connection = open_for_writing(path, SCHEMA)
    connection.execute("UPDATE journal_version SET version = 99")
    connection.close()
    journal = opened()
    journal.put(entry(1))
    wait_for(lambda: bool(problems))
    assert "version 99" in problems[0]
    journal.put(entry(2))
    assert journal.waiting == 0
    journal.stop()


def test_tables_that_another_program_has_changed_switch_the_journal_off(
    opened: Open, path: Path, problems: list[str]
) -> None:
    journal = opened()
    journal.put(entry(1))
    wait_for(lambda: titles(path) == ["1"])
    other = sqlite3.connect(path)
    other.execute("ALTER TABLE journal_entries RENAME TO journal_lines")
    other.close()
    journal.put(entry(2))
    wait_for(lambda: bool(problems))
    assert "can't be used (no such table: journal_entries); move the file away, and restart" in problems[0]
    journal.put(entry(3))
    assert journal.waiting == 0
    journal.stop()


def test_a_file_that_is_damaged_while_open_is_set_aside(opened: Open, path: Path, problems: list[str]) -> None:
    journal = opened(log_bytes=0, budget=TokenBucket(rate=1e12, capacity=1e12))
    for number in range(300):
        journal.put(entry(number))
    wait_for(lambda: len(titles(path)) == 300)
    # A change by another connection makes the journal read its pages again; all but the first are damaged.
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE library_songs (uri TEXT)")
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    other.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    wait_for(lambda: bool(journal.put(entry(1)) or list(path.parent.glob("journal.db.broken-*"))))
    wait_for(lambda: titles(path)[-1:] == ["1"])
    wait_for(lambda: problems[-1:] == [""])
    assert "\n" not in problems[0]


FILL_DISK = """
import sys, time
from pathlib import Path
from edge.budget import TokenBucket
from edge.journal.entry import JournalEntry
from edge.journal.reader import timeline
from edge.journal.writer import Journal

folder, problems = Path(sys.argv[1]), []
(folder / "ballast").write_bytes(b"x" * 700_000)
unlimited = TokenBucket(rate=1e12, capacity=1e12)
options = dict(gather_s=0.01, retry_s=0.05, max_waiting=4096, budget=unlimited)
journal = Journal(folder / "journal.db", keep_s=1e9, on_problem=problems.append, **options)
journal.start()
sent = 0
def wait_until(condition):
    end = time.monotonic() + 100
    while not condition():
        assert time.monotonic() < end, problems
        time.sleep(0.01)
while not problems and sent < 4000:
    for _ in range(20):
        journal.put(JournalEntry(time.time(), "decision", "happy", title=str(sent), text="x" * 200))
        sent += 1
    time.sleep(0.02)
assert "disk is full" in problems[0] and str(folder) in problems[0], problems
(folder / "ballast").unlink()
wait_until(lambda: problems[-1] == "" and journal.waiting == 0)
journal.stop()
titles = [entry.title for entry in timeline(folder / "journal.db", 0, 4e9)]
assert titles == [str(n) for n in range(sent)], (len(titles), sent)
print(problems[0])
"""


def test_a_full_disk_is_reported_and_nothing_is_lost_once_there_is_space(tmp_path: Path, root: Path) -> None:
    script = tmp_path / "full.py"
    script.write_text(FILL_DISK)
    small = f"mount -t tmpfs -o size=1m none {tmp_path} && exec {sys.executable} - {tmp_path}"
    probe = subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "none", tmp_path], capture_output=True, check=False
    )
    if probe.returncode != 0:
        pytest.skip("this system doesn't allow mounting a small disk")
    ran = subprocess.run(
        ["unshare", "-rm", "sh", "-c", small],
        input=FILL_DISK, capture_output=True, text=True, check=False, cwd=root, timeout=PATIENCE,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "make room" in ran.stdout


def test_a_folder_that_cant_be_created_is_reported(tmp_path: Path, problems: list[str]) -> None:
    (tmp_path / "file").write_text("")
    journal = Journal(
        tmp_path / "file" / "journal.db", keep_s=DAY_S, on_problem=problems.append, gather_s=0.01, retry_s=0.05
    )
    journal.start()
    journal.put(entry(1))
    wait_for(lambda: bool(problems))
    journal.stop()
    assert "can't be written" in problems[0]
    assert journal.waiting == 1


def test_a_killed_process_loses_at_most_one_batch(path: Path) -> None:
    path.parent.mkdir()
    result = journal_kills.kill_many(path, 5, seed=7)
    assert result.fine
    assert result.kills == 5
    assert result.lost <= journal_kills.BATCH
