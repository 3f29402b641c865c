"""Today before the device was started last, from the journal; what happened since then the board knows at once."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from edge.errors import MoodroomError
from edge.journal.entry import Entry
from edge.journal.read import timeline
from edge.web.day import start_of_day

log = logging.getLogger(__name__)
# The page shows these kinds; a journal's `play` is its `song`.
SHOWN = {"mood": "mood", "decision": "decision", "play": "song", "camera": "camera"}


def before(path: Path, now: float, started: float, *, most: int = 400) -> list[dict[str, Any]]:
    """The newest entries between midnight and `started` (Unix times), oldest first; none where there is no journal."""
    midnight = start_of_day(now)
    if started <= midnight or not path.is_file():
        return []
    try:
        found = timeline(path, midnight, started)
    except MoodroomError as error:
        log.debug("web: %s", error)
        return []
    shown = [entry for entry in found if entry.kind in SHOWN and not _says_little(entry)]
    return [_told(entry, midnight) for entry in shown[-most:]]


def _says_little(entry: Entry) -> bool:
    """Decisions to leave the music as it is are many, and no news."""
    return entry.kind == "decision" and entry.title is None


def _told(entry: Entry, midnight: float) -> dict[str, Any]:
    at = datetime.fromtimestamp(int(max(entry.at, midnight)), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"camera switched {entry.text}" if entry.kind == "camera" else entry.text
    told = {
        "mood": entry.mood,
        "confidence": entry.confidence,
        "title": entry.title,
        "artist": entry.artist,
        "uri": entry.uri,
        "text": text,
    }
    return {"at": at, "kind": SHOWN[entry.kind]} | {key: value for key, value in told.items() if value is not None}
