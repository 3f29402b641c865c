"""The chart of `history`: one row per day, with its moods, valence and songs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from edge.commands.charts import canvas
from edge.journal.entry import JournalEntry
from edge.values import MOODS

# Layout in pixels: the margins, and a day's width.
LEFT, RIGHT, TOP, BOTTOM = 110, 30, 90, 40
DAY_WIDTH_PX = 1440
# The parts of a day's row: the moods, the line of valence, the songs, and the gap to the next row.
MOOD_HEIGHT, VALENCE_HEIGHT, SONG_HEIGHT, GAP = 46, 54, 22, 26
ROW = MOOD_HEIGHT + VALENCE_HEIGHT + SONG_HEIGHT + GAP
HOURS_PER_DAY = 24
SKIP_COLOUR: canvas.Colour = (60, 60, 200)
SONG_COLOUR: canvas.Colour = (150, 140, 130)
VALENCE_COLOUR: canvas.Colour = (90, 70, 60)


@dataclass(frozen=True)
class _Day:
    """A day in this machine's time zone, of 23 to 25 hours. begin, end: Unix times. y: the top of its row."""

    begin: float
    end: float
    y: int

    def x(self, at: float) -> float:
        """The position of a Unix time, in pixels; a day of any length fills its row."""
        inside = min(max(at, self.begin), self.end)
        return LEFT + DAY_WIDTH_PX * (inside - self.begin) / (self.end - self.begin)


def history_png(entries: list[JournalEntry], begin: float, end: float) -> bytes:
    """Entries from `begin` to `end` (Unix times) as a PNG file, the first day at the top."""
    days = _days(begin, end)
    picture = canvas.blank(LEFT + DAY_WIDTH_PX + RIGHT, TOP + ROW * len(days) + BOTTOM)
    first, last = _local(days[0].begin), _local(days[-1].begin)
    title = f"{first:%A, %d %B %Y}" if len(days) == 1 else f"{first:%d %B} to {last:%d %B %Y}"
    canvas.write(picture, title, (LEFT, 28), size=0.8)
    canvas.legend(picture, MOODS, (LEFT, 60), 120)
    for day in days:
        _row(picture, day, entries)
    return canvas.png(picture)


def lasting(entries: list[JournalEntry]) -> list[tuple[JournalEntry, float]]:
    """Each mood with its end, a Unix time: the next mood's beginning, or the last entry before a start."""
    moods: list[tuple[JournalEntry, float]] = []
    mood: JournalEntry | None = None
    last_entry = 0.0
    for entry in entries:
        ends_mood = entry.kind == "start" or (entry.kind == "mood" and entry.mood in canvas.MOOD_COLOURS)
        if ends_mood and mood is not None:
            moods.append((mood, last_entry if entry.kind == "start" else entry.at))
        if ends_mood:
            mood = None if entry.kind == "start" else entry
        last_entry = entry.at
    return moods if mood is None else [*moods, (mood, last_entry)]


def _days(begin: float, end: float) -> list[_Day]:
    days: list[_Day] = []
    start = datetime.combine(_local(begin).date(), datetime.min.time()).astimezone()
    while start.timestamp() < end:
        # Count by dates, since a day may be an hour shorter or longer.
        after = datetime.combine(start.date() + timedelta(days=1), datetime.min.time()).astimezone()
        days.append(_Day(start.timestamp(), after.timestamp(), TOP + ROW * len(days)))
        start = after
    return days


def _row(picture: canvas.Canvas, day: _Day, entries: list[JournalEntry]) -> None:
    y, bottom = day.y, day.y + MOOD_HEIGHT + VALENCE_HEIGHT + SONG_HEIGHT
    canvas.write(picture, f"{_local(day.begin):%a %d %b}", (LEFT - 14, y + MOOD_HEIGHT / 2), anchor="right")
    for hour in range(0, HOURS_PER_DAY + 1, 2):
        x = LEFT + DAY_WIDTH_PX * hour / HOURS_PER_DAY
        canvas.band(picture, x, y, x + 1, bottom, canvas.GRID)
        canvas.write(picture, f"{hour}:00", (x, bottom + 10), size=0.36, colour=canvas.FAINT, anchor="middle")
    points: list[tuple[float, float]] = []
    middle = y + MOOD_HEIGHT + VALENCE_HEIGHT / 2
    canvas.band(picture, LEFT, middle, LEFT + DAY_WIDTH_PX, middle + 1, canvas.GRID)
    for entry, until in lasting(entries):
        if until <= day.begin or entry.at >= day.end:
            continue
        left, right = day.x(entry.at), day.x(until)
        canvas.band(picture, left, y, right, y + MOOD_HEIGHT, canvas.MOOD_COLOURS[str(entry.mood)])
        valence_y = middle - (VALENCE_HEIGHT / 2 - 4) * (entry.valence or 0.0)
        points += [(left, valence_y), (right, valence_y)]
    canvas.line(picture, points, VALENCE_COLOUR, 1)
    canvas.write(picture, "valence", (LEFT - 14, middle), size=0.36, colour=canvas.FAINT, anchor="right")
    _songs(picture, day, entries)


def _songs(picture: canvas.Canvas, day: _Day, entries: list[JournalEntry]) -> None:
    """Draw a tick for each song, with as much of its title as fits, and a tick for each skip."""
    top = day.y + MOOD_HEIGHT + VALENCE_HEIGHT
    middle = top + SONG_HEIGHT / 2
    canvas.write(picture, "songs", (LEFT - 14, middle), size=0.36, colour=canvas.FAINT, anchor="right")
    songs = [entry for entry in entries if entry.kind == "play" and day.begin <= entry.at < day.end]
    for entry, after in zip(songs, [*(later.at for later in songs[1:]), day.end], strict=False):
        x, title_width = day.x(entry.at), day.x(after) - day.x(entry.at) - 8
        canvas.band(picture, x, top, x + 2, top + SONG_HEIGHT, SONG_COLOUR)
        canvas.write(picture, canvas.shorten(entry.title or "", title_width, 0.36), (x + 5, middle), size=0.36)
    for entry in entries:
        if entry.kind == "skip" and day.begin <= entry.at < day.end:
            canvas.band(picture, day.x(entry.at), top, day.x(entry.at) + 3, top + SONG_HEIGHT, SKIP_COLOUR)


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, timezone.utc).astimezone()
