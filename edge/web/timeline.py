"""Today before the device was started last, from the journal; what happened since then the board knows at once."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from edge.errors import MoodroomError
from edge.journal.entry import JournalEntry
from edge.journal.reader import timeline
from edge.times import utc_text
from edge.web.today import start_of_day

log = logging.getLogger(__name__)
# The page shows these kinds; a journal's `play` is its `song`.
SHOWN = {"mood": "mood", "decision": "decision", "play": "song", "camera": "camera", "start": "start", "stop": "stop"}
UNKNOWN = "nothing is known from here until the next start"


def before(path: Path, now: float, started: float, *, most: int = 400) -> list[dict[str, Any]]:
    """The newest entries between midnight and `started` (Unix times), oldest first; none where there is no journal.

    A `stop` stands at the last thing that each run noted: when the device was switched off afterwards nobody knows.
    """
    midnight = start_of_day(now)
    if started <= midnight or not os.path.isfile(path):
        return []
    try:
        found = timeline(path, midnight, started)
    except MoodroomError as error:
        log.debug("web: %s", error)
        return []
    return _runs(found, midnight)[-most:]


def _runs(entries: list[JournalEntry], midnight: float) -> list[dict[str, Any]]:
    """What each run of the device noted today, with its end; this run's own start, the last entry, is left out."""
    told: list[dict[str, Any]] = []
    last = midnight
    for entry in entries:
        if entry.kind == "start":
            # What stood before midnight needn't have stood then, where the next thing that is known is a start.
            told = _ended(told, last) if last > midnight else []
        last = max(entry.at, midnight)
        if entry.kind in SHOWN and not _says_little(entry) and not (entry.kind == "start" and entry.at < midnight):
            told.append(_told(entry, midnight))
    while told and told[-1]["kind"] == "start":
        told.pop()
    return _ended(told, last) if last > midnight else []


def _ended(told: list[dict[str, Any]], at: float) -> list[dict[str, Any]]:
    known = not told or told[-1]["kind"] == "stop"
    return told if known else [*told, {"at": utc_text(at), "kind": "stop", "text": UNKNOWN}]


def _says_little(entry: JournalEntry) -> bool:
    """Decisions to leave the music as it is are many, and no news."""
    return entry.kind == "decision" and entry.title is None


def _told(entry: JournalEntry, midnight: float) -> dict[str, Any]:
    text = f"camera switched {entry.text}" if entry.kind == "camera" else entry.text
    told = {
        "mood": entry.mood,
        "confidence": entry.confidence,
        "title": entry.title,
        "artist": entry.artist,
        "uri": entry.uri,
        "text": text,
    }
    return {"at": utc_text(max(entry.at, midnight)), "kind": SHOWN[entry.kind]} | {
        key: value for key, value in told.items() if value is not None
    }
