"""The connections to a real MPD: lost ones are replaced, and a refused password is reported."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from pathlib import Path

import pytest

from edge.errors import PlayerError
from edge.players.mpd.connection import PASSWORD_RETRY_S, MpdConnection, MpdPasswordError
from edge.players.mpd.idle import IdleListener
from edge.players.mpd.library import MpdLibrary
from edge.players.mpd.player import LISTENING_POLL_INTERVAL_S, MpdPlayer
from tests.players.mpd_daemon import PROGRAM, Daemon, Router
from tests.waiting import wait_for

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")


def wait_until_listening(player: MpdPlayer) -> None:
    """Wait until the player listens to MPD and has seen all changes."""
    wait_for(lambda: player.playback() is not None and player.wait() == LISTENING_POLL_INTERVAL_S, "listening")


def idle_threads() -> int:
    return sum(thread.name == "mpd-idle" for thread in threading.enumerate())


def listening_connection(daemon: Daemon) -> tuple[MpdConnection, IdleListener]:
    listener = IdleListener("127.0.0.1", daemon.port, password=None, timeout=5.0)
    connection = MpdConnection(
        "127.0.0.1", daemon.port, password=None, timeout=5.0, clock=time.monotonic, listener=listener
    )
    connection.check_restart()
    wait_for(lambda: listener.listening, "listening")
    return connection, listener


def test_changes_are_noticed_after_a_router_forgot_the_connections(daemon: Daemon) -> None:
    with Router(daemon) as router:
        player = MpdPlayer("127.0.0.1", router.port, password=None, clock=time.monotonic, timeout=1.0)
        wait_until_listening(player)
        router.forget()
        with contextlib.suppress(PlayerError):
            player.playback()
        wait_until_listening(player)
        daemon.ask("setvol 31")
        wait_for(lambda: player.wait() == 0, "the change of the volume")
        assert player.playback().volume == 31
        wait_for(lambda: idle_threads() == 1, "the end of the previous thread")
        player.close()
    assert idle_threads() == 0


def test_a_hundred_lost_connections_leave_no_socket_and_no_thread(daemon: Daemon) -> None:
    connection, listener = listening_connection(daemon)
    before = len(os.listdir("/proc/self/fd"))
    for n in range(100):
        connection.disconnect()
        connection.check_restart()
        connection.call(lambda client: client.ping())
        if n % 2:
            # Every other time the connection is lost while the listener still connects.
            wait_for(lambda: listener.listening, "listening")
    wait_for(lambda: idle_threads() == 1 and listener.listening, "the end of the previous threads")
    wait_for(lambda: len(os.listdir("/proc/self/fd")) <= before, "closed sockets")
    connection.disconnect()
    listener.close()
    assert idle_threads() == 0


def test_the_listening_connection_uses_keepalive(daemon: Daemon) -> None:
    connection, listener = listening_connection(daemon)
    duplicate = listener._socket
    assert duplicate is not None
    assert duplicate.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert duplicate.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
    connection.disconnect()
    listener.close()


def test_a_refused_password_is_retried_by_the_player_and_not_by_the_library(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path / "mpd", extra='password "hush@read,add,control,admin"\ndefault_permissions "read"')
    daemon.start()
    try:
        player = MpdPlayer("127.0.0.1", daemon.port, password="wrong", clock=time.monotonic)
        library = MpdLibrary("127.0.0.1", daemon.port, password="wrong")
        with pytest.raises(MpdPasswordError, match="refused the password") as from_player:
            player.playback()
        assert from_player.value.retry_after == PASSWORD_RETRY_S and not from_player.value.lasting
        with pytest.raises(PlayerError, match="refused the password") as from_library:
            library.collection(0)
        assert from_library.value.lasting
        assert str(from_library.value) == str(from_player.value)
        player.close()
        library.close()
    finally:
        daemon.stop()
