"""A day or a week of the journal as a picture: a row for each day, with its moods and songs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from edge.commands.charts import canvas as plot
from edge.journal.entry import JournalEntry
from edge.values import MOODS

LEFT, RIGHT, TOP, BOTTOM = 110, 30, 90, 40
HOURS = 24
DAY_WIDTH = 1440
# Of a day's row: the moods, the line of valence, and the songs.
MOOD_HIGH, LINE_HIGH, SONG_HIGH, GAP = 46, 54, 22, 26
ROW = MOOD_HIGH + LINE_HIGH + SONG_HIGH + GAP
SKIPPED: plot.Colour = (60, 60, 200)
SONG: plot.Colour = (150, 140, 130)
VALENCE: plot.Colour = (90, 70, 60)


@dataclass(frozen=True)
class _Day:
    """A day by this machine's time zone; it may have 23 or 25 hours. begin, end: Unix times. y: its row's top."""

    begin: float
    end: float
    y: int

    def x(self, at: float) -> float:
        """Where a time stands, pixels; a day of any length fills its row."""
        inside = min(max(at, self.begin), self.end)
        return LEFT + DAY_WIDTH * (inside - self.begin) / (self.end - self.begin)


def history_png(entries: list[JournalEntry], begin: float, end: float) -> bytes:
    """Entries from `begin` to `end` (Unix times) as a PNG file, a row for each day, the first one at the top."""
    days = _days(begin, end)
    height = TOP + ROW * len(days) + BOTTOM
    picture = plot.canvas(LEFT + DAY_WIDTH + RIGHT, height)
    first, last = _local(days[0].begin), _local(days[-1].begin)
    title = f"{first:%A, %d %B %Y}" if len(days) == 1 else f"{first:%d %B} to {last:%d %B %Y}"
    plot.write(picture, title, (LEFT, 28), size=0.8)
    plot.legend(picture, MOODS, (LEFT, 60), 120)
    for day in days:
        _row(picture, day, entries)
    return plot.png(picture)


def lasting(entries: list[JournalEntry]) -> list[tuple[JournalEntry, float]]:
    """Each mood with its end: when the next one began, or at the last sign of life before a start."""
    found: list[tuple[JournalEntry, float]] = []
    mood: JournalEntry | None = None
    alive = 0.0
    for entry in entries:
        over = entry.kind == "start" or (entry.kind == "mood" and entry.mood in plot.MOOD_COLOURS)
        if over and mood is not None:
            found.append((mood, alive if entry.kind == "start" else entry.at))
        if over:
            mood = None if entry.kind == "start" else entry
        alive = entry.at
    return found if mood is None else [*found, (mood, alive)]


def _days(begin: float, end: float) -> list[_Day]:
    found: list[_Day] = []
    start = datetime.combine(_local(begin).date(), datetime.min.time()).astimezone()
    while start.timestamp() < end:
        # Through the date, since a day may be an hour shorter or longer.
        after = datetime.combine(start.date() + timedelta(days=1), datetime.min.time()).astimezone()
        found.append(_Day(start.timestamp(), after.timestamp(), TOP + ROW * len(found)))
        start = after
    return found


def _row(picture: plot.Canvas, day: _Day, entries: list[JournalEntry]) -> None:
    y, bottom = day.y, day.y + MOOD_HIGH + LINE_HIGH + SONG_HIGH
    plot.write(picture, f"{_local(day.begin):%a %d %b}", (LEFT - 14, y + MOOD_HIGH / 2), anchor="right")
    for hour in range(0, HOURS + 1, 2):
        x = LEFT + DAY_WIDTH * hour / HOURS
        plot.band(picture, x, y, x + 1, bottom, plot.GRID)
        plot.write(picture, f"{hour}:00", (x, bottom + 10), size=0.36, colour=plot.FAINT, anchor="middle")
    points: list[tuple[float, float]] = []
    middle = y + MOOD_HIGH + LINE_HIGH / 2
    plot.band(picture, LEFT, middle, LEFT + DAY_WIDTH, middle + 1, plot.GRID)
    for entry, until in lasting(entries):
        if until <= day.begin or entry.at >= day.end:
            continue
        left, right = day.x(entry.at), day.x(until)
        plot.band(picture, left, y, right, y + MOOD_HIGH, plot.MOOD_COLOURS[str(entry.mood)])
        level = middle - (LINE_HIGH / 2 - 4) * (entry.valence or 0.0)
        points += [(left, level), (right, level)]
    plot.line(picture, points, VALENCE, 1)
    plot.write(picture, "valence", (LEFT - 14, middle), size=0.36, colour=plot.FAINT, anchor="right")
    _songs(picture, day, entries)


def _songs(picture: plot.Canvas, day: _Day, entries: list[JournalEntry]) -> None:
    """A tick for each song, with as much of its title as there is room for; skips are ticks of their own."""
    top = day.y + MOOD_HIGH + LINE_HIGH
    plot.write(picture, "songs", (LEFT - 14, top + SONG_HIGH / 2), size=0.36, colour=plot.FAINT, anchor="right")
    songs = [entry for entry in entries if entry.kind == "play" and day.begin <= entry.at < day.end]
    for entry, after in zip(songs, [*(later.at for later in songs[1:]), day.end], strict=False):
        x, room = day.x(entry.at), day.x(after) - day.x(entry.at) - 8
        plot.band(picture, x, top, x + 2, top + SONG_HIGH, SONG)
        plot.write(picture, plot.shorten(entry.title or "", room, 0.36), (x + 5, top + SONG_HIGH / 2), size=0.36)
    for entry in entries:
        if entry.kind == "skip" and day.begin <= entry.at < day.end:
            plot.band(picture, day.x(entry.at), top, day.x(entry.at) + 3, top + SONG_HIGH, SKIPPED)


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, timezone.utc).astimezone()
