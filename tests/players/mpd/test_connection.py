"""The connections to a real MPD: what becomes of them when they die without a word."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time

import pytest

from edge.errors import PlayerError
from edge.players.mpd.connection import MpdConnection
from edge.players.mpd.player import BACKSTOP, MpdPlayer
from tests.players.mpd_daemon import PROGRAM, Daemon, Router
from tests.waiting import wait_for

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")


def quiet(player: MpdPlayer) -> None:
    """Until it hears MPD and has heard all."""
    wait_for(lambda: player.playback() is not None and player.wait() == BACKSTOP, "quiet")


def idle_threads() -> int:
    return sum(one.name == "mpd-idle" for one in threading.enumerate())


def test_mpd_is_heard_after_a_router_forgot_its_lines(daemon: Daemon) -> None:
    with Router(daemon) as router:
        player = MpdPlayer("127.0.0.1", router.port, password=None, clock=time.monotonic, timeout=1.0)
        quiet(player)
        router.forget()
        with contextlib.suppress(PlayerError):
            player.playback()
        quiet(player)
        daemon.ask("setvol 31")
        wait_for(lambda: player.wait() == 0, "word of the volume")
        assert player.playback().volume == 31
        wait_for(lambda: idle_threads() == 1, "the end of the thread before")
        player.close()
    assert idle_threads() == 0


def test_a_hundred_losses_leave_nothing_behind(daemon: Daemon) -> None:
    link = MpdConnection("127.0.0.1", daemon.port, password=None, timeout=5.0, clock=time.monotonic)

    def lose() -> None:
        link.away()
        link.ready()
        link.ask(lambda client: client.ping())

    link.ready()
    wait_for(lambda: link.listener.listening, "listening")
    before = len(os.listdir("/proc/self/fd"))
    for n in range(100):
        lose()
        if n % 2:
            # One loss in two comes while it still connects.
            wait_for(lambda: link.listener.listening, "listening")
    wait_for(lambda: idle_threads() == 1 and link.listener.listening, "the end of the threads before")
    wait_for(lambda: len(os.listdir("/proc/self/fd")) <= before, "closed sockets")
    link.close()
    assert idle_threads() == 0


def test_the_system_watches_the_line_that_listens(daemon: Daemon) -> None:
    link = MpdConnection("127.0.0.1", daemon.port, password=None, timeout=5.0, clock=time.monotonic)
    link.ready()
    wait_for(lambda: link.listener.listening, "listening")
    line = link.listener._line
    assert line is not None
    assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
    link.close()
