"""Kill a process that writes a journal at random moments, and check what is left.

    python scripts/endurance/journal_kills.py --kills 1000 --seed 1

After each kill the file must be intact and hold an unbroken sequence of entries from the first one: everything that was
saved for certain, and at most one batch less than was put. The next process continues the same file.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Entries that may wait in memory; the most that a kill may lose.
BATCH = 64


@dataclass
class Result:
    """kills: those that hit a writing process. lost: the most entries that one kill lost."""

    kills: int = 0
    damaged: int = 0
    lost: int = 0
    gaps: int = 0
    too_many: int = 0
    entries: int = 0

    @property
    def fine(self) -> bool:
        return not (self.damaged or self.gaps or self.too_many)


def write(path: Path, first: int, seed: int) -> None:
    """The process that is killed: puts entries for ever, and prints their number to stdout."""
    from edge.budget import TokenBucket
    from edge.journal.entry import JournalEntry
    from edge.journal.writer import Journal

    rng = random.Random(seed)
    plenty = TokenBucket(rate=1e12, capacity=1e12)
    journal = Journal(
        path,
        keep_s=1e9,
        on_problem=lambda text: None,
        gather_s=0.002,
        max_waiting=BATCH,
        log_bytes=64 * 1024,
        budget=plenty,
    )
    journal.start()
    at = time.time()
    for number in range(first, 1_000_000_000):
        # Printed before it is put, so that the reader never knows of fewer than there are.
        os.write(1, b"%d\n" % number)
        journal.put(
            JournalEntry(
                at + number * 1e-3, "decision", "happy", title=str(number), uri="mpd:x", text="x" * rng.randrange(200)
            )
        )
        # The batch that is being saved and the next one are bounded together.
        while journal.waiting >= BATCH - 1:
            time.sleep(0.0005)
        if rng.random() < 0.2:
            time.sleep(rng.random() * 0.002)


def kill_one(path: Path, first: int, rng: random.Random) -> int:
    """Start a writer and kill it; returns the largest number of entries it may have put."""
    command = [sys.executable, __file__, "--write", str(path), "--first", str(first), "--seed", str(rng.random())]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert child.stdout is not None
    last_reported = first
    line = child.stdout.readline()
    # From the first moments, when the tables are created, to some hundred batches later.
    until = time.monotonic() + rng.choice((0.005, 0.05, 0.3)) * rng.random()
    os.set_blocking(child.stdout.fileno(), False)
    text = line
    while time.monotonic() < until:
        text += child.stdout.read() or b""
        time.sleep(0.001)
    child.send_signal(signal.SIGKILL)
    child.wait()
    text += child.stdout.read() or b""
    child.stdout.close()
    lines = text.decode().split("\n")[:-1]
    return int(lines[-1]) if lines else last_reported


def look(path: Path, last_reported: int, result: Result) -> int:
    """Check what is left; returns the number of the next entry."""
    if not path.exists():
        return 0
    connection = sqlite3.connect(path)
    try:
        result.damaged += connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok"
        try:
            numbers = [int(row[0]) for row in connection.execute("SELECT title FROM journal_entries ORDER BY at")]
        except sqlite3.OperationalError:
            # Killed before the tables existed.
            numbers = []
    except sqlite3.DatabaseError:
        result.damaged += 1
        return 0
    finally:
        connection.close()
    result.gaps += numbers != list(range(len(numbers)))
    lost = last_reported + 1 - len(numbers)
    result.lost = max(result.lost, lost)
    result.too_many += lost > BATCH
    result.entries = len(numbers)
    return len(numbers)


def kill_many(path: Path, kills: int, seed: int, *, every: int = 0) -> Result:
    """Kill this many writers, one after the other. every: number of kills between two progress lines."""
    rng, result, first = random.Random(seed), Result(), 0
    for number in range(1, kills + 1):
        last_reported = kill_one(path, first, rng)
        result.kills += 1
        first = look(path, last_reported, result)
        if first > 20_000:
            # Keeps the checks fast.
            for end in ("", "-wal", "-shm"):
                path.with_name(path.name + end).unlink(missing_ok=True)
            first = 0
        if every and number % every == 0:
            print(f"{number} kills: {result}", file=sys.stderr, flush=True)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write is not None:
        write(arguments.write, arguments.first, arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        result = kill_many(Path(folder) / "journal.db", arguments.kills, int(arguments.seed), every=50)
    print(json.dumps(asdict(result)))
    return 0 if result.fine else 1


if __name__ == "__main__":
    sys.exit(main())
