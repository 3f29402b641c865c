"""Messages to systemd through its notify socket."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

import pytest

from edge.system.systemd import SystemdNotifier
from tests.waiting import PATIENCE


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_gets_the_message(tmp_path: Path, abstract: bool) -> None:
    address = f"\0moodroom-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(PATIENCE)
        SystemdNotifier(address.replace("\0", "@")).notify("READY=1")
        assert systemd.recv(100) == b"READY=1"


def test_a_full_socket_blocks_nothing(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        notifier = SystemdNotifier(str(tmp_path / "notify"))
        queue = int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text())
        for _ in range(queue + 2):
            notifier.notify("WATCHDOG=1")
        assert systemd.recv(100) == b"WATCHDOG=1"
        notifier.notify("STOPPING=1")
        systemd.setblocking(False)
        received = []
        with contextlib.suppress(BlockingIOError):
            while True:
                received.append(systemd.recv(100))
        assert received[-1] == b"STOPPING=1", "the last message is still sent"


def test_without_systemd_nothing_is_sent(tmp_path: Path) -> None:
    assert not SystemdNotifier("").enabled
    assert SystemdNotifier(str(tmp_path / "nobody")).enabled
    SystemdNotifier("").notify("READY=1")
    SystemdNotifier(str(tmp_path / "nobody")).notify("READY=1")
