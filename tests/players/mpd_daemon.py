"""A real MPD for tests, which plays generated tones to nowhere, and proxies whose connections to it fail."""

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
SONG_DURATION_S = 30.0


class Daemon:
    """An MPD that can be killed and started again on the same port."""

    def __init__(
        self, folder: Path, *, mixer: str = "software", extra: str = "", seconds: float = SONG_DURATION_S
    ) -> None:
        """mixer: MPD's mixer_type. extra: more lines for its configuration. seconds: the duration of each song."""
        self.port = free_port()
        self.folder = folder
        for name in ("music/calm", "music/loud", "playlists"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for song in ("calm/calm0", "calm/calm1", "calm/calm2", "loud/loud0", "loud/loud1"):
            _tone(folder / "music" / f"{song}.wav", seconds)
        (folder / "playlists" / "Evening.m3u").write_text("calm/calm1.wav\ncalm/calm2.wav\n")
        (folder / "mpd.conf").write_text(
            f'music_directory "{folder}/music"\nplaylist_directory "{folder}/playlists"\ndb_file "{folder}/db"\n'
            f'log_file "{folder}/log"\nzeroconf_enabled "no"\nbind_to_address "127.0.0.1"\nport "{self.port}"\n'
            f'audio_output {{\n type "null"\n name "null"\n mixer_type "{mixer}"\n}}\n{extra}\n'
        )
        # A pattern in MPD's statistics once it has read its songs.
        self.ready = "songs: 5"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert PROGRAM is not None
        self.process = subprocess.Popen(
            [PROGRAM, "--no-daemon", str(self.folder / "mpd.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: re.search(self.ready, self.ask("stats")), "MPD's list of songs")

    def stop(self) -> None:
        """Kill it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(PATIENCE)
            self.process = None

    def restart(self) -> None:
        """Terminate and start it, as systemd does; it saves and restores its state if a state_file is configured."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.start()

    def reset(self) -> None:
        """As after the start: an empty queue, and nothing that another test has set."""
        self.ask("stop\nclear\nrandom 0\nrepeat 0\nsingle 0\nconsume 0\nsetvol 100")
        wait_for(lambda: self.status().get("state") == "stop" and not self.queue(), "an empty queue")

    def near_the_end(self, left: float = 0.5) -> None:
        """Seek to `left` seconds before the end of the song, so that no test depends on how fast its machine is."""

        def is_near_the_end() -> bool:
            # An MPD that has only just begun to play may accept the command without carrying it out.
            self.ask(f"seekcur {SONG_DURATION_S - left}")
            elapsed = re.search(r"^elapsed: ([0-9.]+)$", self.ask("status"), re.MULTILINE)
            return elapsed is not None and float(elapsed[1]) >= SONG_DURATION_S - left - 0.5

        wait_for(is_near_the_end, "the song's end")

    def ask(self, command: str) -> str:
        """Send commands as another client, such as a person's. Returns the response, or "" if MPD is away."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
                connection.recv(200)
                connection.sendall(f"password hush\n{command}\nclose\n".encode())
                response = b""
                while part := connection.recv(4096):
                    response += part
                return response.decode()
        except OSError:
            return ""

    def folder_of(self, name: str) -> str:
        """Return the address of a folder, such as `calm`."""
        return f"mpd:folder/{name}"

    def song(self, name: str) -> str:
        """Return the address of a song, such as `calm/calm0`."""
        return f"mpd:{name}.wav"

    def status(self) -> dict[str, str]:
        """Return MPD's status."""
        return dict(line.split(": ", 1) for line in self.ask("status").splitlines() if ": " in line)

    def queue(self) -> list[str]:
        """Return the files in the queue, in order."""
        return [line.split("file: ", 1)[1] for line in self.ask("playlist").splitlines() if "file: " in line]


class FaultyProxy:
    """A proxy to MPD whose connections fail. faults: one for each coming request, None for no fault.

    "before": MPD doesn't get the request. "after": it does, and the response is lost. "half": half of the response is.
    """

    def __init__(self, daemon: Daemon) -> None:
        self.faults: deque[str | None] = deque()
        self.faults_used = 0
        self._target_port = daemon.port
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])

    def __enter__(self) -> FaultyProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError), near, socket.create_connection(("127.0.0.1", self._target_port)) as far:
            requests, responses = near.makefile("rb"), far.makefile("rb")
            near.sendall(responses.readline())
            while request := _request(requests):
                # The listener's connection stays intact.
                fault = self.faults.popleft() if self.faults and not request.startswith(b"idle") else None
                self.faults_used += fault is not None
                if fault == "before":
                    return
                far.sendall(request)
                response = _response(responses)
                if fault == "after":
                    return
                near.sendall(response if fault is None else response[: len(response) // 2])
                if fault is not None:
                    return


class Router:
    """A proxy to MPD that forgets connections, as routers do."""

    def __init__(self, daemon: Daemon) -> None:
        self._target_port = daemon.port
        self._sockets: list[socket.socket] = []
        self._forgotten = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])

    def __enter__(self) -> Router:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for each in (self._socket, *self._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def forget(self) -> None:
        """Transfer nothing more on the open connections, without closing them; new ones work."""
        self._forgotten = len(self._sockets)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                far = socket.create_connection(("127.0.0.1", self._target_port))
                number = len(self._sockets)
                self._sockets += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._transfer, args=(number, source, target), daemon=True).start()

    def _transfer(self, number: int, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(4096):
                if number >= self._forgotten:
                    target.sendall(part)


def _request(lines: Any) -> bytes:
    """Read one command, or one list of commands."""
    request: bytes = lines.readline()
    if request.startswith(b"command_list"):
        while (line := lines.readline()) and not line.startswith(b"command_list_end"):
            request += line
        request += line
    return request


def _response(lines: Any) -> bytes:
    response = b""
    while line := lines.readline():
        response += line
        if line == b"OK\n" or line.startswith(b"ACK "):
            break
    return response


def _tone(path: Path, seconds: float) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((np.sin(np.arange(int(8000 * seconds)) / 5) * 3000).astype("<i2").tobytes())
