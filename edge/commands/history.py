"""`moodroom history`: what happened, as a table, CSV, JSON or a picture."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from edge.commands.charts.history import history_png
from edge.commands.output import need_folder, write_bytes, write_text
from edge.errors import ConfigError
from edge.journal.entry import JournalEntry
from edge.journal.reader import timeline
from edge.system.database import default_path

UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
# Days that this machine can count with, and the week after each of them.
YEARS = range(1970, 9999)
COLUMNS = (
    "time", "kind", "mood", "title", "artist", "uri", "text", "confidence", "valence", "arousal", "people",
)  # fmt: skip


def show_history(
    *,
    since: str = "24h",
    csv_to: str | None = None,
    json_text: bool = False,
    png: Path | None = None,
    week: bool = False,
    everything: bool = False,
    path: Path | None = None,
    now: float | None = None,
) -> None:
    """Print or write the journal; raises ConfigError for a bad argument, JournalError where there is no journal.

    since: such as 12h or 7d, a day (2026-11-21), or today. csv_to: a file, or - for stdout. png: draw the day that
    `since` begins with or, with `week`, the seven days from it on; without `since`, those that end now.
    everything: the table shows decisions to leave the music as it is, too. now: Unix time, for tests.
    """
    if csv_to == "-" and json_text:
        raise ConfigError("--csv and --json: only one of them can go to stdout; name a file for the CSV")
    for where in (csv_to, png):
        need_folder(where)
    at = time.time() if now is None else now
    start = parse_since(since, at)
    entries = timeline(default_path() if path is None else path, start, at + 60)
    if csv_to is not None:
        write_text(csv_to, as_csv(entries))
    if json_text:
        print(json.dumps([as_dict(entry) for entry in entries], ensure_ascii=False, indent=1))
    if png is not None:
        begin, end = span(at, week=week) if since == DEFAULT else (start, start + (7 if week else 1) * 86400.0)
        drawn = timeline(default_path() if path is None else path, begin, end)
        write_bytes(png, history_png(drawn, begin, end))
    if csv_to is None and not json_text and png is None:
        _print(entries if everything else [entry for entry in entries if not says_little(entry)])


DEFAULT = "24h"


def parse_since(text: str, now: float) -> float:
    """`12h`, `7d`, `today` or `2026-11-21` -> Unix time; raises ConfigError."""
    found = re.fullmatch(r"(\d{1,5})\s*([mhdw])", text.strip())
    if found:
        return now - int(found[1]) * UNITS[found[2]]
    if text == "today":
        return midnight(now)
    try:
        day = datetime.fromisoformat(text)
        if day.year in YEARS:
            return day.astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        raise ConfigError(f"--since: {text!r} must be such as 12h, 7d, today or 2026-11-21") from None
    raise ConfigError(f"--since: {text!r} must be a day from {YEARS[0]} to {YEARS[-1]}, such as 2026-11-21")


def midnight(now: float) -> float:
    """When the day began, by this machine's time zone; Unix time."""
    return span(now, week=False)[0]


def span(now: float, *, week: bool) -> tuple[float, float]:
    """Today from midnight to midnight, or the seven days that end with it; Unix times."""
    today = local(now).date()
    # Through dates, since a day may be an hour shorter or longer.
    first, after = today - timedelta(days=6 if week else 0), today + timedelta(days=1)
    begin, end = (datetime(day.year, day.month, day.day).astimezone() for day in (first, after))
    return begin.timestamp(), end.timestamp()


def local(at: float) -> datetime:
    """Unix time -> time by this machine's time zone."""
    return datetime.fromtimestamp(at, timezone.utc).astimezone()


def says_little(entry: JournalEntry) -> bool:
    """Decisions to leave the music as it is."""
    return entry.kind == "decision" and entry.uri is None


def as_dict(entry: JournalEntry) -> dict[str, object]:
    """An entry as plain data, without what isn't known; the time as UTC."""
    told: dict[str, object] = {
        "time": datetime.fromtimestamp(entry.at, timezone.utc).isoformat(timespec="milliseconds")
    }
    values = {name: getattr(entry, name) for name in COLUMNS[1:]}
    return told | {name: value for name, value in values.items() if value is not None}


def as_csv(entries: list[JournalEntry]) -> str:
    """A header and one line for each entry; what isn't known is empty."""
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
    # A pipe gets whole lines.
    Console(width=None if sys.stdout.isatty() else 160, markup=False, highlight=False, emoji=False).print(table)


def describe(entry: JournalEntry) -> str:
    """An entry in words, without its time and kind."""
    song = " - ".join(filter(None, (entry.artist, entry.title))) or entry.uri or ""
    if entry.kind == "mood":
        sure = "" if entry.confidence is None else f"{entry.confidence:.0%}"
        people = "" if entry.people is None else f"people: {entry.people}"
        return f"{entry.mood} ({', '.join(filter(None, (entry.text or sure, people)))})"
    if entry.kind in ("play", "skip", "replay"):
        return song + (f" ({entry.mood})" if entry.mood else "")
    return entry.text or song
