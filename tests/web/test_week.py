"""The days before today as ribbons: from the journal's rows to the page."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Browser, expect

from edge.journal.entry import JournalEntry
from edge.journal.writer import Journal
from edge.web.week import DAYS, earlier_days, spans
from tests.waiting import PATIENCE
from tests.web.served import Serve

expect.set_options(timeout=1000 * PATIENCE)
NOON = time.mktime((2026, 11, 25, 12, 0, 0, 0, 0, -1))
HOUR_S = 3600.0


def test_a_mood_lasts_until_the_next_one_and_the_last_of_a_run_until_its_last_entry() -> None:
    rows = [
        (0.0, "start", None), (10.0, "mood", "happy"), (60.0, "play", None), (100.0, "mood", "sad"),
        (130.0, "decision", "sad"), (500.0, "start", None), (510.0, "mood", "neutral"), (600.0, "command", None),
    ]  # fmt: skip
    assert spans(rows) == [(10.0, 100.0, "happy"), (100.0, 130.0, "sad"), (510.0, 600.0, "neutral")]
    assert spans([]) == []


def written(path: Path, *entries: JournalEntry) -> Path:
    journal = Journal(path, keep_s=1e9, on_problem=lambda _: None, gather_s=0.0)
    for entry in entries:
        journal.put(entry)
    journal.close()
    return path


def test_days_are_cut_at_midnight_and_short_moods_are_drawn_as_the_one_before(tmp_path: Path) -> None:
    midnight = NOON - 12 * HOUR_S
    journal = written(
        tmp_path / "journal.db",
        JournalEntry(midnight - 3 * HOUR_S, "start"),
        JournalEntry(midnight - 2 * HOUR_S, "mood", "happy"),
        JournalEntry(midnight - HOUR_S, "mood", "sad"),
        JournalEntry(midnight - HOUR_S + 20, "mood", "happy"),
        JournalEntry(midnight - 60, "play", title="Clocks"),
        JournalEntry(midnight + HOUR_S, "mood", "angry"),
    )
    days = earlier_days(journal, NOON)
    assert len(days) == DAYS
    assert [span["mood"] for span in days[0]["moods"]] == ["happy"]
    assert days[0]["moods"][0]["until"] <= days[0]["end"]
    assert days[0]["end"] > days[0]["begin"] == days[1]["end"]
    assert all(day["moods"] == [] for day in days[1:])
    assert [day["moods"] for day in earlier_days(tmp_path / "none.db", NOON)] == [[]] * DAYS
    (tmp_path / "bad.db").write_text("not a database", encoding="utf-8")
    assert [day["moods"] for day in earlier_days(tmp_path / "bad.db", NOON)] == [[]] * DAYS


def test_the_page_shows_the_week_once_somebody_opens_it(chromium: Browser, serve: Serve, tmp_path: Path) -> None:
    midnight = NOON - 12 * HOUR_S
    journal = written(
        tmp_path / "journal.db",
        JournalEntry(midnight - 8 * HOUR_S, "mood", "happy"),
        JournalEntry(midnight - 5 * HOUR_S, "mood", "sad"),
        JournalEntry(midnight - 4 * HOUR_S, "mood", "absent"),
        JournalEntry(midnight - 1, "play", title="Clocks"),
    )
    asked: list[float] = []
    served = serve(week=lambda: asked.append(NOON) or earlier_days(journal, NOON))
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(served.url)
    expect(page.locator("#link.live")).to_be_visible()
    assert asked == []
    page.get_by_text("Yesterday and the week").click()
    rows = page.locator("#week-days li")
    expect(rows).to_have_count(DAYS)
    expect(rows.first).to_have_text("Yesterday happy 75 % · sad 25 %")
    expect(rows.nth(1)).to_have_text("Monday No mood was seen.")
    assert rows.first.locator("rect:not(.ground)").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    context.close()
