"""The journal's tables, `journal_*`, and how older ones become newer ones."""

from __future__ import annotations

from edge.errors import JournalError
from edge.system.schema import Schema, VersionRow

SCHEMA = Schema(
    part="journal",
    error=JournalError,
    # Only ever add steps.
    steps=(
        (
            # The key is microseconds since 1970: reading a stretch of time in order then needs no index, which would
            # be written with each batch. Shares and coordinates are hundredths, one byte each instead of eight.
            "CREATE TABLE journal_entries (at INTEGER PRIMARY KEY, kind TEXT NOT NULL, mood TEXT, title TEXT, "
            "artist TEXT, uri TEXT, text TEXT, confidence INTEGER, valence INTEGER, arousal INTEGER, people INTEGER)",
        ),
        (
            "CREATE TABLE journal_outcomes (at INTEGER PRIMARY KEY, mood TEXT NOT NULL, uri TEXT NOT NULL, "
            "title TEXT, outcome TEXT NOT NULL)",
        ),
        (
            # The source of a mood that was read from a replay, and the song that a like is for.
            "ALTER TABLE journal_entries ADD COLUMN source TEXT",
            "ALTER TABLE journal_outcomes ADD COLUMN song TEXT",
        ),
    ),
    version=VersionRow("journal_version"),
    pragmas=(
        # The journal's thread copies the log into the file itself, rarely: each copy writes the newest pages again.
        "wal_autocheckpoint = 0",
        # Overwriting deleted rows would only wear the card.
        "secure_delete = OFF",
    ),
    replace_damaged=True,
)
