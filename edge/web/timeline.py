"""Today's entries from before the last start, read from the journal; `today.py` has those since."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from edge.errors import MoodroomError
from edge.journal.entry import JournalEntry
from edge.journal.reader import timeline
from edge.sentences import parts
from edge.times import utc_text
from edge.values import UNKNOWN
from edge.web.today import CONTROL_IN_WORDS, corrected_text, start_of_day

log = logging.getLogger(__name__)
# The kinds of journal entries that the page shows, with its own names for them.
SHOWN_KINDS = {
    "mood": "mood",
    "correct": "correct",
    "decision": "decision",
    "play": "song",
    "skip": "skip",
    "like": "like",
    "unlike": "unlike",
    "not_this": "not_this",
    "control": "control",
    "camera": "camera",
    "start": "start",
    "stop": "stop",
}
UNKNOWN_TEXT = "nothing is known from here until the next start"
MAX_ENTRIES = 400


def earlier_runs(path: Path, now: float, started: float, *, limit: int = MAX_ENTRIES) -> list[dict[str, Any]]:
    """The newest entries between midnight and `started` (Unix times), oldest first; empty if there is no journal.

    A `stop` is added after the last entry of each run, because it isn't known when the device was switched off.
    """
    midnight = start_of_day(now)
    if started <= midnight or not os.path.isfile(path):
        return []
    try:
        entries = timeline(path, midnight, started)
    except MoodroomError as error:
        log.debug("web: %s", error)
        return []
    return _shown(entries, midnight)[-limit:]


def _shown(entries: list[JournalEntry], midnight: float) -> list[dict[str, Any]]:
    """Each run's entries of today, with a stop at its end, and without the last start, that of the current run."""
    shown: list[dict[str, Any]] = []
    last = midnight
    for entry in entries:
        if entry.kind == "start":
            # A state from before midnight is dropped if the next entry is a start: it may have ended before midnight.
            shown = _ended(shown, last) if last > midnight else []
        last = max(entry.at, midnight)
        if (
            entry.kind in SHOWN_KINDS
            and not _changes_nothing(entry)
            and not (entry.kind == "start" and entry.at < midnight)
        ):
            shown.append(_as_dict(entry, midnight))
    while shown and shown[-1]["kind"] == "start":
        shown.pop()
    return _ended(shown, last) if last > midnight else []


def _ended(entries: list[dict[str, Any]], at: float) -> list[dict[str, Any]]:
    """The entries of one run, with a stop at their end."""
    complete = not entries or entries[-1]["kind"] == "stop"
    return entries if complete else [*entries, {"at": utc_text(at), "kind": "stop", "text": UNKNOWN_TEXT}]


def _changes_nothing(entry: JournalEntry) -> bool:
    """Whether the entry is a decision to leave the music unchanged; there are many of them."""
    return entry.kind == "decision" and entry.title is None


def _as_dict(entry: JournalEntry, midnight: float) -> dict[str, Any]:
    text: str | None = entry.text
    of_mood = entry.kind == "mood"
    if entry.kind == "camera":
        text = f"camera switched {text}"
    elif entry.kind == "control":
        text = CONTROL_IN_WORDS.get(text or "", text)
    elif entry.kind == "correct":
        text = corrected_text(text or UNKNOWN, entry.mood or UNKNOWN)
    values = {
        "mood": entry.mood,
        "confidence": entry.confidence if of_mood else None,
        "title": entry.title,
        "artist": entry.artist,
        "uri": entry.uri,
        "text": text,
    }
    return (
        {"at": utc_text(max(entry.at, midnight)), "kind": SHOWN_KINDS[entry.kind]}
        | {key: value for key, value in values.items() if value is not None}
        | parts(text or "")
    )
