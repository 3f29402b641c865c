"""A real Mopidy for tests, with the songs of tests.players.mpd_daemon; it plays to nowhere, in real time."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.players.mpd_daemon import SONG_DURATION_S, Daemon
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = (
    os.environ.get("MOODROOM_MOPIDY")
    or shutil.which(str(ROOT / ".venv-mopidy" / "bin" / "mopidy"))
    or shutil.which("mopidy")
)


class Mopidy(Daemon):
    """A Mopidy that can be killed and started again on the same port. It starts with an empty queue."""

    def __init__(self, folder: Path, *options: str, seconds: float = SONG_DURATION_S) -> None:
        """options: such as `mpd/password=hush`. seconds: the duration of each song."""
        super().__init__(folder, seconds=seconds)
        self._options = [part for option in options for part in ("-o", option)]
        self._log = folder / "mopidy.log"
        (folder / "playlists" / "Evening.m3u").write_text(
            "".join(f"{self.song(name).removeprefix('mpd:')}\n" for name in ("calm/calm1", "calm/calm2"))
        )
        (folder / "mopidy.conf").write_text(
            f"[core]\ncache_dir = {folder}/cache\nconfig_dir = {folder}/config\ndata_dir = {folder}/data\n"
            f"[file]\nmedia_dirs = {folder}/music\n[m3u]\nplaylists_dir = {folder}/playlists\n"
            "[audio]\noutput = fakesink sync=true\nmixer_volume = 100\n[http]\nenabled = false\n"
            f"[mpd]\nhostname = 127.0.0.1\nport = {self.port}\nzeroconf =\n"
        )

    def start(self) -> None:
        if PROGRAM is None:
            pytest.skip("Mopidy is not installed; scripts/test installs it into .venv-mopidy")
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "--config", str(self.folder / "mopidy.conf"), *self._options], stdout=log, stderr=log
            )
        wait_for(lambda: "state: stop" in self.ask("status"), f"Mopidy's status: {self._log.read_text()}")

    def queue(self) -> list[str]:
        """Return the files in the queue, in order, relative to the music's folder where they are in it."""
        prefix = self.song("").removeprefix("mpd:").removesuffix(".wav")
        lines = self.ask("playlistinfo").splitlines()
        return [line[len("file: ") :].removeprefix(prefix) for line in lines if line.startswith("file: ")]

    def folder_of(self, name: str) -> str:
        """Return the address of a folder, such as `calm`."""
        return f"mpd:folder/Files/{name}"

    def song(self, name: str) -> str:
        """Return the address of a song, such as `calm/calm0`."""
        return f"mpd:{(self.folder / 'music').as_uri()}/{name}.wav"
