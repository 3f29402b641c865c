"""A real MPD of the tests' own: null output, generated tones, a port of its own; and a line to it that breaks."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import socket
import subprocess
import threading
import wave
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from tests.broker import free_port
from tests.waiting import PATIENCE, wait_for

PROGRAM = shutil.which("mpd") or shutil.which("mpd", path="/usr/bin:/usr/sbin")
LENGTH = 30.0


class Daemon:
    """MPD, which can be killed and started again on the same port."""

    def __init__(self, folder: Path, *, mixer: str = "software", extra: str = "", seconds: float = LENGTH) -> None:
        self.port = free_port()
        self.folder = folder
        for name in ("music/calm", "music/loud", "playlists"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for song in ("calm/calm0", "calm/calm1", "calm/calm2", "loud/loud0", "loud/loud1"):
            _tone(folder / "music" / f"{song}.wav", seconds)
        (folder / "playlists" / "Evening.m3u").write_text("calm/calm1.wav\ncalm/calm2.wav\n")
        (folder / "mpd.conf").write_text(
            f'music_directory "{folder}/music"\nplaylist_directory "{folder}/playlists"\ndb_file "{folder}/db"\n'
            f'log_file "{folder}/log"\nbind_to_address "127.0.0.1"\nport "{self.port}"\n'
            f'audio_output {{\n type "null"\n name "null"\n mixer_type "{mixer}"\n}}\n{extra}\n'
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert PROGRAM is not None
        self.process = subprocess.Popen(
            [PROGRAM, "--no-daemon", str(self.folder / "mpd.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: "songs: 5" in self.ask("stats"), "MPD's list of songs")

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(PATIENCE)
            self.process = None

    def restart(self) -> None:
        """As systemd does: MPD writes its state down, where it has a file for it, and reads it again."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.start()

    def near_the_end(self) -> None:
        """Of the song that plays: half a second more, so that no test hangs on how fast its machine is before that."""

        def there() -> bool:
            # An MPD that has only just begun to play may take the command and not do it.
            self.ask(f"seekcur {LENGTH - 0.5}")
            found = re.search(r"^elapsed: ([0-9.]+)$", self.ask("status"), re.MULTILINE)
            return found is not None and float(found[1]) >= LENGTH - 1

        wait_for(there, "the song's end")

    def ask(self, command: str) -> str:
        """Another client: a person, or the test's own eyes."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as line:
                line.recv(200)
                line.sendall(f"password hush\n{command}\nclose\n".encode())
                found = b""
                while part := line.recv(4096):
                    found += part
                return found.decode()
        except OSError:
            return ""

    def status(self) -> dict[str, str]:
        """As the test's own eyes see it."""
        return dict(line.split(": ", 1) for line in self.ask("status").splitlines() if ": " in line)

    def queue(self) -> list[str]:
        """The files in the queue, in its order."""
        return [line.split("file: ", 1)[1] for line in self.ask("playlist").splitlines() if "file: " in line]


class Breaking:
    """A line to MPD on a port of its own. faults: for each request to come how it breaks, None for not at all.

    before: MPD never hears of it. after: it does, and the answer is lost. half: so is a part of the answer.
    """

    def __init__(self, daemon: Daemon) -> None:
        self.faults: deque[str | None] = deque()
        self.broken = 0
        self._to = daemon.port
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])

    def __enter__(self) -> Breaking:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError), near, socket.create_connection(("127.0.0.1", self._to)) as far:
            requests, answers = near.makefile("rb"), far.makefile("rb")
            near.sendall(answers.readline())
            while request := _request(requests):
                # The listener's line isn't counted: what it misses, the next look sees.
                fault = self.faults.popleft() if self.faults and not request.startswith(b"idle") else None
                self.broken += fault is not None
                if fault == "before":
                    return
                far.sendall(request)
                answer = _answer(answers)
                if fault == "after":
                    return
                near.sendall(answer if fault is None else answer[: len(answer) // 2])
                if fault is not None:
                    return


class Router:
    """A line to MPD on a port of its own, through a router that forgets."""

    def __init__(self, daemon: Daemon) -> None:
        self._to = daemon.port
        self._lines: list[socket.socket] = []
        self._forgotten = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])

    def __enter__(self) -> Router:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for line in (self._socket, *self._lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def forget(self) -> None:
        """What is open stays open and carries nothing any more; what is opened from now on works."""
        self._forgotten = len(self._lines)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                number = len(self._lines)
                self._lines += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(number, one, other), daemon=True).start()

    def _carry(self, number: int, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := one.recv(4096):
                if number >= self._forgotten:
                    other.sendall(part)


def _request(lines: Any) -> bytes:
    """One command, or a whole list of them."""
    request: bytes = lines.readline()
    if request.startswith(b"command_list"):
        while (line := lines.readline()) and not line.startswith(b"command_list_end"):
            request += line
        request += line
    return request


def _answer(lines: Any) -> bytes:
    answer = b""
    while line := lines.readline():
        answer += line
        if line == b"OK\n" or line.startswith(b"ACK "):
            break
    return answer


def _tone(path: Path, seconds: float) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((np.sin(np.arange(int(8000 * seconds)) / 5) * 3000).astype("<i2").tobytes())
