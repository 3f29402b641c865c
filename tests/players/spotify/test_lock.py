"""One at a time: threads, processes, and folders that can't be locked."""

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
    "with FolderLock(Path(sys.argv[1])).held(1) as mine:\n"
    "    print(mine, flush=True); time.sleep(60)\n"
)


def test_another_process_keeps_it_until_it_ends(tmp_path: Path, root: Path) -> None:
    lock = FolderLock(tmp_path)
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path], stdout=subprocess.PIPE, text=True, cwd=root)
    assert holder.stdout is not None and holder.stdout.readline() == "True\n"
    began = time.monotonic()
    with lock.held(0.2) as mine:
        assert not mine
    assert time.monotonic() - began >= 0.2
    # Whatever becomes of the holder, the lock doesn't outlive it.
    holder.kill()
    holder.communicate(timeout=PATIENCE)
    with lock.held(PATIENCE) as mine:
        assert mine
    assert list(tmp_path.iterdir()) == []


def test_its_holder_may_take_it_again_and_another_one_waits(tmp_path: Path) -> None:
    one, other = FolderLock(tmp_path), FolderLock(tmp_path)
    with one.held(0) as first, one.held(0) as second, other.held(0) as third:
        assert (first, second, third) == (True, True, False)
    taken, free = threading.Event(), threading.Event()

    def hold() -> None:
        with other.held(1):
            taken.set()
            free.wait(PATIENCE)

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(PATIENCE)
    threading.Timer(0.2, free.set).start()
    with one.held(PATIENCE) as mine:
        assert mine and free.is_set()
    thread.join(PATIENCE)


def test_two_threads_with_one_lock_take_turns(tmp_path: Path) -> None:
    lock, found = FolderLock(tmp_path), []

    def other() -> None:
        with lock.held(0.1) as mine:
            found.append(mine)

    with lock.held(1):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(PATIENCE)
    assert found == [False]


def test_a_folder_that_can_t_be_locked_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FolderLock(tmp_path / "none").held(0) as mine:
        assert mine

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with FolderLock(tmp_path).held(0) as mine:
        assert mine
