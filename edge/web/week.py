"""The days before today, each as the spans of its moods, read from the journal."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from edge.errors import MoodroomError
from edge.journal.reader import MoodRow, mood_rows
from edge.times import utc_text

log = logging.getLogger(__name__)
DAYS = 6
# Shorter moods are drawn as the one before: a day is a thousand pixels wide at most.
SHORTEST_S = 90.0
# When a mood began and ended (Unix times), and its name.
Span = tuple[float, float, str]


def earlier_days(path: Path, now: float) -> list[dict[str, Any]]:
    """The DAYS days before today, yesterday first: {"begin", "end", "moods": [{"at", "until", "mood"}, ...]}.

    Without a journal the days have no moods. now: Unix time.
    """
    midnights = [_midnight(now, back) for back in range(DAYS + 1)]
    try:
        rows = mood_rows(path, midnights[-1], midnights[0]) if os.path.isfile(path) else []
    except MoodroomError as error:
        log.debug("web: %s", error)
        rows = []
    found = spans(rows)
    return [_day(found, begin, end) for end, begin in pairwise(midnights)]


def spans(rows: Iterable[MoodRow]) -> list[Span]:
    """The moods of all runs. A mood lasts until the next one; the last of a run lasts until the run's last entry."""
    found: list[Span] = []
    mood, since, last = "", 0.0, 0.0

    def end(at: float) -> None:
        if mood and at > since:
            found.append((since, at, mood))

    for at, kind, name in rows:
        if kind == "start":
            end(last)
            mood = ""
        elif kind == "mood" and name:
            end(at)
            mood, since = name, at
        last = at
    end(last)
    return found


def _day(found: Iterable[Span], begin: float, end: float) -> dict[str, Any]:
    moods: list[Span] = []
    for since, until, mood in found:
        first, last = max(since, begin), min(until, end)
        if last <= first:
            continue
        before = moods[-1] if moods else (0.0, 0.0, "")
        continues = first - before[1] < SHORTEST_S and (mood == before[2] or last - first < SHORTEST_S)
        if continues:
            moods[-1] = before[0], last, before[2]
        else:
            moods.append((first, last, mood))
    drawn = [{"at": utc_text(since), "until": utc_text(until), "mood": mood} for since, until, mood in moods]
    return {"begin": utc_text(begin), "end": utc_text(end), "moods": drawn}


def _midnight(now: float, back: int) -> float:
    """The midnight that began the day `back` days ago, in the device's time zone."""
    date = time.localtime(now)
    return time.mktime((date.tm_year, date.tm_mon, date.tm_mday - back, 0, 0, 0, 0, 0, -1))
