"""The command `moodroom history`: the journal as a table, CSV, JSON or a picture."""

from __future__ import annotations

import csv
import io
import json
import time
from datetime import datetime, timezone
from pathlib import Path

from rich.table import Column, Table

from edge.commands.charts.history import history_png
from edge.commands.output import require_folder, table_console, write_bytes, write_text
from edge.commands.time_range import local, parse_since, span
from edge.errors import ConfigError
from edge.journal.entry import SET_BY_HAND, JournalEntry
from edge.journal.reader import timeline
from edge.system.database import default_path

DEFAULT_SINCE = "24h"
IN_WORDS = {"demo": "the demo clip", "film": "a film"}
COLUMNS = (
    "time", "kind", "mood", "title", "artist", "uri", "text", "confidence", "valence", "arousal", "people", "source",
)  # fmt: skip


def show_history(
    *,
    since: str = DEFAULT_SINCE,
    csv_to: str | None = None,
    json_text: bool = False,
    png: Path | None = None,
    week: bool = False,
    everything: bool = False,
    path: Path | None = None,
    now: float | None = None,
) -> None:
    """Print or write the journal; raises ConfigError for a bad argument, JournalError if there is no journal.

    since: such as 12h, 7d, today, yesterday, monday, or a day (2026-11-21). csv_to: a file, or - for stdout.
    png: draw the day that `since` begins with or, with `week`, the seven days from it on; by default, those that end
    today.
    everything: include decisions to leave the music unchanged in the table. now: Unix time, for tests.
    """
    if csv_to == "-" and json_text:
        raise ConfigError("--csv and --json: only one of them can go to stdout; name a file for the CSV")
    for file in (csv_to, png):
        require_folder(file)
    at = time.time() if now is None else now
    start = parse_since(since, at)
    entries = timeline(default_path() if path is None else path, start, at + 60)
    if csv_to is not None:
        write_text(csv_to, as_csv(entries))
    if json_text:
        print(json.dumps([as_dict(entry) for entry in entries], ensure_ascii=False, indent=1))
    if png is not None:
        begin, end = span(at, week=week) if since == DEFAULT_SINCE else (start, start + (7 if week else 1) * 86400.0)
        drawn = timeline(default_path() if path is None else path, begin, end)
        write_bytes(png, history_png(drawn, begin, end))
    if csv_to is None and not json_text and png is None:
        _print(entries if everything else [entry for entry in entries if not changes_nothing(entry)])


def changes_nothing(entry: JournalEntry) -> bool:
    """Whether the entry is a decision to leave the music unchanged."""
    return entry.kind == "decision" and entry.uri is None


def as_dict(entry: JournalEntry) -> dict[str, object]:
    """An entry as plain data, without unknown values; the time is UTC."""
    at = datetime.fromtimestamp(entry.at, timezone.utc).isoformat(timespec="milliseconds")
    values = {name: getattr(entry, name) for name in COLUMNS[1:]} | {"source": source_of(entry)}
    return {"time": at} | {name: value for name, value in values.items() if value is not None}


def source_of(entry: JournalEntry) -> str | None:
    """Where a mood came from: `camera`, `film`, `demo`, or `override` if a person set it; None for other entries."""
    if entry.kind != "mood":
        return None
    return entry.source or ("override" if entry.text == SET_BY_HAND else "camera")


def as_csv(entries: list[JournalEntry]) -> str:
    """A header and one line per entry; unknown values are empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows([as_dict(entry) for entry in entries])
    return out.getvalue()


def _print(entries: list[JournalEntry]) -> None:
    if not entries:
        print("Nothing happened in this time.")
        return
    table = Table(Column("when", no_wrap=True), Column("what", no_wrap=True), Column("", overflow="fold"), box=None)
    day = ""
    for entry in entries:
        at = local(entry.at)
        if day != (day := f"{at:%A, %Y-%m-%d}"):
            table.add_row(f"{at:%a %d %b}", "", "")
        table.add_row(f"{at:%H:%M:%S}", entry.kind, describe(entry))
    table_console().print(table)


def describe(entry: JournalEntry) -> str:
    """An entry in words, without its time and kind."""
    song = " - ".join(filter(None, (entry.artist, entry.title))) or entry.uri or ""
    if entry.kind == "mood":
        sure = "" if entry.confidence is None else f"{entry.confidence:.0%}"
        people = "" if entry.people is None else f"people: {entry.people}"
        return (
            f"{entry.mood} ({', '.join(filter(None, (entry.text or sure, people, IN_WORDS.get(entry.source or ''))))})"
        )
    if entry.kind == "correct":
        return f"{entry.text} was really {entry.mood}"
    if entry.kind in ("play", "skip", "replay", "like", "unlike", "not_this"):
        return song + (f" ({entry.mood})" if entry.mood else "")
    return entry.text or song
