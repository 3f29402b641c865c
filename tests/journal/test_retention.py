"""A wrong clock deletes nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from edge.journal.entry import JournalEntry
from edge.journal.reader import outcomes, timeline
from edge.journal.retention import BEYOND_NEWEST_MAX_S, oldest_kept
from edge.journal.writer import Journal
from edge.music.tastes import Feedback, Outcome

DAY_S, YEARS_S = 86400.0, 10 * 365 * 86400.0


def run(path: Path, now: float, monkeypatch: pytest.MonkeyPatch, *titles: str, synchronised: bool) -> None:
    """A run of the journal with the clock at `now`, in which these things happen."""
    monkeypatch.setattr(time, "time", lambda: now)
    journal = Journal(path, keep_s=90 * DAY_S, on_problem=print, gather_s=0.0, synchronised=lambda: synchronised)
    for title in titles:
        journal.put(JournalEntry(now, "decision", "happy", title=title, uri="mpd:x"))
        journal.put(Outcome(now, "happy", f"mpd:{title}", "", Feedback.STAYED))
    journal.step()
    journal.close()


def kept(path: Path) -> list[str | None]:
    return [entry.title for entry in timeline(path, 0, 4e9)]


@pytest.mark.parametrize("synchronised", [True, False])
def test_a_start_with_the_clock_in_2036_wipes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, synchronised: bool
) -> None:
    path, now = tmp_path / "journal.db", time.time()
    run(path, now - 2 * DAY_S, monkeypatch, "before", synchronised=True)
    run(path, now + YEARS_S, monkeypatch, "wrong", synchronised=synchronised)
    run(path, now, monkeypatch, "after", synchronised=True)
    assert kept(path) == ["before", "after", "wrong"]
    assert [outcome.uri for outcome in outcomes(path)] == ["mpd:before", "mpd:after", "mpd:wrong"]


@pytest.mark.parametrize("synchronised", [True, False])
def test_only_a_clock_that_is_known_to_be_right_deletes_old_entries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, synchronised: bool
) -> None:
    path, now = tmp_path / "journal.db", time.time()
    run(path, now - 100 * DAY_S, monkeypatch, "old", synchronised=True)
    run(path, now - DAY_S, monkeypatch, "new", synchronised=False)
    run(path, now, monkeypatch, "last", synchronised=synchronised)
    assert kept(path) == (["new", "last"] if synchronised else ["old", "new", "last"])


def test_a_device_that_was_off_for_long_deletes_as_it_runs() -> None:
    newest, now = 1e9, 1e9 + YEARS_S
    first = oldest_kept(now, DAY_S, synchronised=True, newest=newest, running_s=0.0)
    assert first == newest + BEYOND_NEWEST_MAX_S - DAY_S
    assert oldest_kept(now, DAY_S, synchronised=True, newest=now, running_s=0.0) == now - DAY_S
    assert oldest_kept(now, DAY_S, synchronised=True, newest=None, running_s=0.0) == now - DAY_S
    assert oldest_kept(now, DAY_S, synchronised=False, newest=None, running_s=0.0) is None
