"""Measure how many bytes the journal writes on a busy, simulated day, as counted by the kernel.

    python journal_bytes.py                # a busy room: somebody's mood changes every 15 seconds for 16 hours
    python journal_bytes.py --every 0.5    # a room whose mood never settles

`wchar` counts the bytes passed to write(), for the write-ahead log and the file. `blocks` is the same in whole blocks
of 4096 bytes, if the system counts them.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from edge.events import CommandReceived, DecisionMade, Event, MoodChanged, PlaybackChanged
from edge.journal.entry import Notes
from edge.journal.writer import Journal
from edge.music.tastes import Feedback, Outcome
from edge.values import EXPRESSIONS, Act, Command, Mood, Music, Playback, Wish

DAY = 86400.0
AWAKE = 16 * 3600.0
SONG = 190.0
SKIPS = 0.15


@dataclass
class Written:
    wchar: int
    blocks: int
    entries: int
    batches: int
    dropped: int
    file_bytes: int


def counted() -> tuple[int, int]:
    """Return wchar and write_bytes of this process (proc(5))."""
    lines = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(lines["wchar"]), int(lines["write_bytes"])


def moments(every: float, days: int, rng: random.Random) -> list[tuple[float, list[Event]]]:
    """Yield events of a day: moods with their decisions, songs, and an occasional command."""
    found: list[tuple[float, list[Event]]] = []
    for day in range(days):
        at = day * DAY
        while at < day * DAY + AWAKE:
            at += rng.expovariate(1 / every)
            name = rng.choice(EXPRESSIONS)
            mood = Mood(name, rng.random(), rng.uniform(-1, 1), rng.uniform(-1, 1), rng.randrange(1, 6), at)
            why = f"kept for now: the last switch was less than {rng.randrange(60)} s ago"
            found.append((at, [MoodChanged(at, mood), DecisionMade(at, Wish(Act.KEEP, name, why))]))
        at = day * DAY
        while at < day * DAY + AWAKE:
            at += SONG * (rng.random() if rng.random() < SKIPS else 1)
            key = f"{rng.getrandbits(128):032x}"[:22]
            song = Playback(
                "playing",
                "spotify",
                title=f"A song called {key[:9]}",
                artist=f"Band {key[9:14]}",
                uri=f"spotify:track:{key}",
            )
            music = Music(f"spotify:playlist:{key}", f"List {key[:5]}")
            why = f"the room is happy: {music.name} plays once this song ends"
            found.append((at, [DecisionMade(at, Wish(Act.PLAY, "happy", why, music)), PlaybackChanged(at, song)]))
            if rng.random() < 0.2:
                found.append((at + 5, [CommandReceived(at + 5, Command("volume", str(rng.randrange(100)), "mqtt"))]))
    return sorted(found, key=lambda moment: moment[0])


def run(path: Path, *, every: float, days: int = 1, seed: int = 1) -> Written:
    """Write this many days and return the counts."""
    rng, clock, notes, entries = random.Random(seed), [0.0], Notes(), 0
    journal = Journal(path, keep_s=90 * DAY, on_problem=print, clock=lambda: clock[0])
    start = time.time() - days * DAY
    before = counted()
    journal.step()
    until = 0.0
    for at, events in moments(every, days, rng):
        while until <= at:
            clock[0] = until
            until += min(max(journal.step(), 0.01), 15.0)
        clock[0] = at
        for event in events:
            for entry in notes.of(event, start + at):
                journal.put(entry)
                entries += 1
            if isinstance(event, PlaybackChanged):
                journal.put(
                    Outcome(start + at, "happy", event.playback.uri or "", event.playback.title or "", Feedback.STAYED)
                )
    journal.close()
    after = counted()
    return Written(
        after[0] - before[0], after[1] - before[1], entries, journal.batches, journal.dropped, path.stat().st_size
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=float, default=15.0, help="mean seconds between moods")
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        written = run(Path(folder) / "journal.db", every=arguments.every, days=arguments.days, seed=arguments.seed)
    print(json.dumps(asdict(written)))


if __name__ == "__main__":
    main()
