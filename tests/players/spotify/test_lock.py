"""The folder lock between threads and processes, and folders that can't be locked."""

from __future__ import annotations

import errno
import fcntl
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from edge.players.spotify.lock import FolderLock
from tests.waiting import PATIENCE

HOLDER = (
    "import sys, time; from pathlib import Path; from edge.players.spotify.lock import FolderLock\n"
    "with FolderLock(Path(sys.argv[1])).held(1) as acquired:\n"
    "    print(acquired, flush=True); time.sleep(60)\n"
)


def test_a_process_holds_the_lock_until_it_ends(tmp_path: Path, root: Path) -> None:
    lock = FolderLock(tmp_path)
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path], stdout=subprocess.PIPE, text=True, cwd=root)
    assert holder.stdout is not None and holder.stdout.readline() == "True\n"
    started = time.monotonic()
    with lock.held(0.2) as acquired:
        assert not acquired
    assert time.monotonic() - started >= 0.2
    # The lock ends with its holder, even if that is killed.
    holder.kill()
    holder.communicate(timeout=PATIENCE)
    with lock.held(PATIENCE) as acquired:
        assert acquired
    assert list(tmp_path.iterdir()) == []


def test_the_holder_may_acquire_it_again_and_others_wait(tmp_path: Path) -> None:
    lock, other = FolderLock(tmp_path), FolderLock(tmp_path)
    with lock.held(0) as first, lock.held(0) as second, other.held(0) as third:
        assert (first, second, third) == (True, True, False)
    acquired, release = threading.Event(), threading.Event()

    def hold() -> None:
        with other.held(1):
            acquired.set()
            release.wait(PATIENCE)

    thread = threading.Thread(target=hold)
    thread.start()
    assert acquired.wait(PATIENCE)
    threading.Timer(0.2, release.set).start()
    with lock.held(PATIENCE) as held:
        assert held and release.is_set()
    thread.join(PATIENCE)


def test_two_threads_cant_hold_one_lock(tmp_path: Path) -> None:
    lock, results = FolderLock(tmp_path), []

    def other() -> None:
        with lock.held(0.1) as acquired:
            results.append(acquired)

    with lock.held(1):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(PATIENCE)
    assert results == [False]


def test_a_folder_that_cant_be_locked_counts_as_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FolderLock(tmp_path / "none").held(0) as acquired:
        assert acquired

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with FolderLock(tmp_path).held(0) as acquired:
        assert acquired
