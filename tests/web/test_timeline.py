"""What the page reads from the journal and the library, with real files."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from edge.config import Config
from edge.events import ClockStepped, MoodChanged
from edge.health.monitor import HealthMonitor
from edge.journal.entry import JournalEntry
from edge.journal.writer import Journal
from edge.library.store import Store
from edge.songs import Placed, Song
from edge.system.database import default_path
from edge.times import utc_text
from edge.values import Mood
from edge.web.opening import open_web
from edge.web.timeline import UNKNOWN_TEXT, earlier_runs
from edge.web.today import start_of_day
from tests.broker import free_port
from tests.waiting import wait_for
from tests.web.served import getter


def test_entries_before_the_start_come_from_the_journal(tmp_path: Path) -> None:
    midnight = start_of_day(time.time())
    path = tmp_path / "journal.db"
    journal = Journal(path, keep_s=9e6, on_problem=lambda _: None)
    for entry in (
        JournalEntry(midnight - 3600, "mood", mood="sad", confidence=0.5),
        JournalEntry(midnight - 1800, "mood", mood="happy", confidence=0.75),
        JournalEntry(midnight + 60, "decision", mood="happy", text="kept: nobody is here"),
        JournalEntry(
            midnight + 120, "decision", mood="happy", title="Daft Punk", text="the room is happy: Daft Punk plays"
        ),
        JournalEntry(midnight + 180, "play", title="Clocks", artist="Coldplay", uri="spotify:track:x"),
        JournalEntry(midnight + 240, "camera", text="off"),
        JournalEntry(midnight + 250, "skip", title="Clocks"),
        JournalEntry(midnight + 260, "correct", mood="sad", text="neutral", confidence=0.6),
        JournalEntry(midnight + 300, "mood", mood="neutral", confidence=0.9),
    ):
        journal.put(entry)
    journal.start()
    journal.stop()
    found = earlier_runs(path, midnight + 400, midnight + 299)
    assert [(entry["kind"], entry.get("mood") or entry.get("title") or entry["text"]) for entry in found] == [
        # The mood at midnight is shown from midnight on.
        ("mood", "happy"),
        ("decision", "happy"),
        ("song", "Clocks"),
        ("camera", "camera switched off"),
        ("skip", "Clocks"),
        ("correct", "sad"),
        # The last entry of that run.
        ("stop", UNKNOWN_TEXT),
    ]
    assert found[-1]["at"] == utc(midnight + 260)
    corrected = found[-2]
    assert corrected["text"] == "somebody corrected neutral to sad"
    assert (corrected["code"], corrected["values"]["read"]["code"]) == (
        "somebody corrected {read} to {mood}",
        "neutral",
    )
    assert found[0] == {"at": utc(midnight)} | {
        "kind": "mood",
        "mood": "happy",
        "confidence": 0.75,
    }
    assert len(earlier_runs(path, midnight + 400, midnight + 299, limit=2)) == 2
    # A device that was started yesterday has the whole day in memory.
    assert earlier_runs(path, midnight + 400, midnight - 10) == []


def utc(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def keep(path: Path, entries: list[JournalEntry]) -> None:
    journal = Journal(path, keep_s=9e6, on_problem=lambda _: None)
    for entry in entries:
        journal.put(entry)
    journal.start()
    journal.stop()


def test_a_run_of_the_device_ends_its_moods(tmp_path: Path) -> None:
    midnight, path = start_of_day(time.time()), tmp_path / "journal.db"
    start = {"kind": "start", "text": "the device started"}
    keep(
        path,
        [
            JournalEntry(midnight - 7200, "mood", mood="sad", confidence=0.5),
            # Off over midnight: sad may have ended before.
            JournalEntry(midnight + 3600, **start),
            JournalEntry(midnight + 3660, "mood", mood="happy", confidence=0.75),
            JournalEntry(midnight + 4000, "decision", mood="happy", text="kept: nobody is here"),
            JournalEntry(midnight + 20000, **start),
            JournalEntry(midnight + 20060, "mood", mood="neutral", confidence=0.9),
            JournalEntry(midnight + 30000, "stop", text="the device stopped"),
            JournalEntry(midnight + 40000, **start),
        ],
    )
    found = earlier_runs(path, midnight + 40100, midnight + 40001)
    assert [(entry["kind"], entry["at"]) for entry in found] == [
        ("start", utc(midnight + 3600)),
        ("mood", utc(midnight + 3660)),
        ("stop", utc(midnight + 4000)),
        ("start", utc(midnight + 20000)),
        ("mood", utc(midnight + 20060)),
        ("stop", utc(midnight + 30000)),
    ]


def test_the_start_has_the_right_time_after_the_clock_was_set(state_folder: Path) -> None:
    midnight = start_of_day(time.time())
    now = midnight + 40000
    keep(
        default_path(),
        [
            JournalEntry(midnight + 100, "mood", mood="sad", confidence=0.5),
            # This run, while the clock was an hour behind.
            JournalEntry(now - 3600.5, "start", text="the device started"),
            JournalEntry(now - 3599, "mood", mood="happy", confidence=0.5),
        ],
    )
    config = Config.model_validate({"web": {"enabled": True, "port": free_port()}})
    behind = now - 3600 - time.monotonic()
    server = open_web(config, post=lambda _: None, problem=print, health=HealthMonitor(10.0, 0.0), offset=behind)
    assert server is not None
    board = server.board
    at = time.monotonic()
    board(MoodChanged(at + 1, Mood("happy", 0.9, 0.5, 0.4, 1, at + 1)))
    board(ClockStepped(at + 2, behind + 3600))
    server.start()
    try:
        get = getter(f"http://127.0.0.1:{config.web.port}")
        wait_for(lambda: get("/healthz") is not None, "an answer")
        found = get("/api/timeline")["entries"]
    finally:
        server.stop()
    entries = [(entry["kind"], entry.get("mood")) for entry in found]
    assert entries == [("mood", "sad"), ("stop", None), ("start", None), ("mood", "happy")]
    assert found[2]["at"] in (utc_text(at + behind + 3600), utc_text(at - 1 + behind + 3600))
    assert found[3]["at"] == utc_text(at + 1 + behind + 3600)


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 100])
def test_without_a_readable_journal_there_are_no_earlier_entries(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "journal.db"
    if content is not None:
        path.write_bytes(content)
    midnight = start_of_day(time.time())
    assert earlier_runs(path, midnight + 400, midnight + 300) == []


def test_songs_are_offered_once_the_library_is_sorted(state_folder: Path) -> None:
    config = Config.model_validate({"web": {"enabled": True, "port": free_port()}})
    problems: list[str] = []
    server = open_web(
        config,
        post=lambda _: None,
        problem=lambda _, text: problems.append(text),
        health=HealthMonitor(10.0, time.monotonic()),
        offset=0.0,
    )
    assert server is not None
    server.start()
    try:
        wait_for(lambda: problems == [""], "the page")
        get = getter(f"http://127.0.0.1:{config.web.port}")
        wait_for(lambda: get("/healthz") is not None, "an answer")
        assert get("/api/session")["can"] == {"recommend": False, "checks": True, "sign_in": False, "view": False}
        song = Song("spotify:track:0BCPKOYdS2jbQ8iyB56Zns", "Clocks", "Coldplay")
        with Store() as store:
            progress = store.lists.begin("liked")
            store.lists.add_page("liked", progress.generation, [song], offset=0, total=1)
            store.lists.finish("liked", progress.generation)
            store.save_moods([Placed(song, "happy", 0.1, "quadrant")])
        assert get("/api/session")["can"]["recommend"] is True
        assert get("/api/recommendations?mood=happy")["songs"] == [
            {"title": "Clocks", "artist": "Coldplay", "uri": "spotify:track:0BCPKOYdS2jbQ8iyB56Zns"}
        ]
        assert get("/api/recommendations?mood=sad")["songs"] == []
    finally:
        server.stop()
