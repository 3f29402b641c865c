"""A collection with names that aren't UTF-8, and servers whose answers don't end, come slowly or mean nothing."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.errors import PlayerError
from edge.health.machine import memory_mb
from edge.players.mpd.client import ANSWER_TIMEOUTS
from edge.players.mpd.library import MpdLibrary
from edge.players.mpd.player import MpdPlayer
from edge.text import to_json
from edge.values import Act, Music, Wish
from tests.players.mpd_daemon import PROGRAM, Daemon
from tests.waiting import PATIENCE, wait_for

CALM = Wish(Act.PLAY, "sad", "a test", Music("mpd:folder/calm", "calm"))
LATIN_1 = "calm/café.wav".encode("latin-1")
Answer = Callable[[str, socket.socket], None]


@pytest.fixture
def latin_1(tmp_path: Path) -> Iterator[Daemon]:
    """An MPD with one file whose name is Latin-1."""
    if PROGRAM is None:
        pytest.skip("mpd is not installed: apt install mpd")
    daemon = Daemon(tmp_path / "mpd")
    music = tmp_path / "mpd" / "music"
    (music / "loud" / "loud1.wav").rename(os.fsdecode(bytes(music) + b"/" + LATIN_1))
    try:
        daemon.ready = "db_update: [1-9]"
        daemon.start()
        if "songs: 5" not in daemon.ask("stats"):
            pytest.skip("this MPD (0.24 and newer) leaves out files whose names aren't UTF-8")
        yield daemon
    finally:
        daemon.stop()


def test_a_name_that_is_not_utf_8_is_played_like_any_other(latin_1: Daemon) -> None:
    player = MpdPlayer("127.0.0.1", latin_1.port, password=None, clock=time.monotonic, timeout=PATIENCE)
    player.apply(CALM)
    with socket.create_connection(("127.0.0.1", latin_1.port)) as person:
        person.sendall(b"playlistinfo\nclose\n")
        queue = b"".join(iter(lambda: person.recv(4096), b""))
    assert queue.count(b"file: ") == 4 and LATIN_1 in queue
    player.apply(Wish(Act.PLAY, "sad", "a test", Music("mpd:" + os.fsdecode(LATIN_1), "one file")))
    playback = player.playback()
    assert playback.title == "calm/caf�.wav" and playback.state == "playing" and playback.context is not None
    to_json({"title": playback.title, "uri": playback.uri}).encode()
    player.close()


def test_the_library_leaves_out_such_a_file_and_says_so(latin_1: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    library = MpdLibrary("127.0.0.1", latin_1.port, password=None)
    with caplog.at_level(logging.WARNING):
        page = library.collection(0)
    library.close()
    assert page.size == page.total == 5 and len(page.songs) == 4
    assert "1 files whose names aren't UTF-8 text, such as calm/caf�.wav; rename them" in caplog.text


@contextlib.contextmanager
def serving(answer: Answer) -> Iterator[int]:
    """A server that greets like MPD, answers `stats` and `idle` as it should, and leaves the rest to `answer`."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve(near: socket.socket) -> None:
        with contextlib.suppress(OSError), near, near.makefile("r", encoding="utf-8") as lines:
            near.sendall(b"OK MPD 0.23.5\n")
            for line in lines:
                if line.startswith("stats"):
                    near.sendall(b"uptime: 5\nOK\n")
                elif not line.startswith("idle"):
                    answer(line.strip(), near)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()


def endless(unit: bytes) -> Answer:
    def answer(_: str, near: socket.socket) -> None:
        while True:
            near.sendall(unit * 10_000)

    return answer


@pytest.mark.parametrize(
    ("unit", "says"), [(b"x", "longer than 64 KiB"), (b"file: x\n", "larger than 4 MiB")], ids=["line", "answer"]
)
def test_an_answer_without_an_end_is_cut_off(unit: bytes, says: str) -> None:
    with serving(endless(unit)) as port:
        player = MpdPlayer("127.0.0.1", port, password=None, clock=time.monotonic, timeout=PATIENCE)
        before = memory_mb()
        with pytest.raises(PlayerError, match=says):
            player.playback()
        assert memory_mb() - before < 300
        player.close()


def test_an_answer_that_trickles_has_a_deadline() -> None:
    stopped = threading.Event()

    def trickle(_: str, near: socket.socket) -> None:
        while not stopped.wait(0.05):
            near.sendall(b"x")

    with serving(trickle) as port:
        player = MpdPlayer("127.0.0.1", port, password=None, clock=time.monotonic, timeout=0.3)
        with pytest.raises(PlayerError, match="took too long"):
            player.playback()
        stopped.set()
        player.close()
    assert ANSWER_TIMEOUTS < 10


def test_a_wish_whose_answers_mean_nothing_is_given_up_and_holds_up_no_other() -> None:
    asked: list[str] = []

    def answer(line: str, near: socket.socket) -> None:
        asked.append(line)
        if line.startswith("listall"):
            near.sendall(b"nonsense\n")
        elif line == "command_list_end":
            near.sendall(b"state: stop\nvolume: 50\nlist_OK\nlist_OK\nOK\n")
        elif line == "status" and (len(asked) < 2 or asked[-2] != "command_list_ok_begin"):
            near.sendall(b"state: stop\nvolume: 50\nOK\n")
        elif line.startswith("setvol"):
            near.sendall(b"OK\n")

    with serving(answer) as port:
        player = MpdPlayer("127.0.0.1", port, password=None, clock=time.monotonic, timeout=PATIENCE)
        with pytest.raises(PlayerError, match="can't be used"):
            player.apply(CALM)
        assert not player.take_abandoned()
        player.apply(Wish(Act.VOLUME, "sad", "a test", volume=20))
        assert 'setvol "20"' in asked
        abandoned = player.take_abandoned()
        assert [(one.wish, one.fault) for one in abandoned] == [(CALM, True)] and "can't be used" in abandoned[0].why
        wait_for(lambda: player.playback().state == "stopped", "a look that isn't held up")
        player.close()
