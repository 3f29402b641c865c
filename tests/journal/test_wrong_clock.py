"""A device that starts with the clock of 2036, as a Pi without a battery may, on the real process."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.waiting import PATIENCE, wait_for

faketime = shutil.which("faketime")


def stored(state: Path) -> set[tuple[str, float]]:
    """The table and the time of each entry in the journal."""
    if not (state / "journal.db").exists():
        return set()
    with closing(sqlite3.connect(f"file:{state / 'journal.db'}?mode=ro", uri=True)) as journal:
        named = [(name, column) for name, column in journal.execute(
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
            "WHERE m.type = 'table' AND c.name = 'at'"
        )]  # fmt: skip
        return {(table, at) for table, column in named for (at,) in journal.execute(f"SELECT {column} FROM {table}")}


def run_until_written(state: Path, *prefix: str) -> set[tuple[str, float]]:
    """Run the device with the demo clip until it has told a mood, and stop it, which writes; returns all entries."""
    before, log = stored(state), state.parent / "log"
    environment = os.environ | {"STATE_DIRECTORY": str(state), "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    command = [*prefix, sys.executable, "-m", "edge", "run", "--source", "demo", "--journal"]
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        wait_for(lambda: "%" in log.read_text(), "a mood")
    finally:
        # faketime runs the device as its child.
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split() if prefix else []
        for pid in map(int, children or [process.pid]):
            os.kill(pid, signal.SIGTERM)
        process.wait(PATIENCE)
    assert stored(state) - before, log.read_text()
    return stored(state)


@pytest.mark.slow
@pytest.mark.skipif(faketime is None, reason="faketime isn't here; apt install faketime")
def test_a_start_in_2036_loses_nothing_once_the_clock_is_right(tmp_path: Path) -> None:
    assert faketime is not None
    state = tmp_path / "state"
    first = run_until_written(state)
    future = run_until_written(state, faketime, "2036-02-07 06:28:00")
    newest = max(at for _, at in first)
    assert first <= future and max(at for _, at in future) > 1.1 * newest, "ten years later"
    right = run_until_written(state)
    assert future <= right and any(at < 1.1 * newest for _, at in right - future)
    shown = subprocess.run(
        [sys.executable, "-m", "edge", "history", "--since", "1d"],
        cwd=ROOT, env=os.environ | {"STATE_DIRECTORY": str(state)}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert shown.strip()
