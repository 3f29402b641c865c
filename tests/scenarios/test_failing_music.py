"""Music that MPD can't play: a dead station, a file that is gone, a station that ends."""

from __future__ import annotations

import io
import socket
import threading
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.events import ProblemOccurred, TakenOver
from edge.players.mpd.player import MpdPlayer
from edge.values import Control
from tests.broker import free_port
from tests.players.mpd_daemon import PROGRAM, Daemon
from tests.scenarios.house import House, SimulatedTime
from tests.waiting import PATIENCE, wait_for

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")


@pytest.fixture
def mpd_house(tmp_path: Path) -> Iterator[Callable[[str], tuple[House, Daemon]]]:
    """mpd_house(address): a house on a real MPD whose happy music has this address."""
    daemon, players = Daemon(tmp_path / "mpd"), []

    def build(address: str) -> tuple[House, Daemon]:
        time = SimulatedTime()
        players.append(
            MpdPlayer("127.0.0.1", daemon.port, password=None, clock=lambda: time.monotonic, timeout=PATIENCE)
        )
        profile = {"happy": {"play": address, "name": "Station"}, "default": "nothing"}
        return House(time, players[0], profiles={"everyday": profile}), daemon

    daemon.start()
    yield build
    for player in players:
        player.close()
    daemon.stop()


def passes_until(home: House, condition: Callable[[], object]) -> None:
    def passed() -> bool:
        home.passes(0.25)
        return bool(condition())

    wait_for(passed)


def test_a_dead_station_is_nobodys_pause(mpd_house: Callable[[str], tuple[House, Daemon]]) -> None:
    home, _ = mpd_house(f"mpd:http://127.0.0.1:{free_port()}/stream")
    home.feels("happy")
    passes_until(home, lambda: home.problems)
    # MPD 0.24 puts the address in quotes.
    assert (
        home.problems[0].replace('"', "").startswith("can't play Station now: mpd: Failed to decode http://127.0.0.1")
    )
    home.passes(120)
    assert home.happened(TakenOver) == [] and home.control is Control.AUTO
    assert len(home.actions) >= 2, "it is tried again"


def test_a_station_that_never_answers_is_told(mpd_house: Callable[[str], tuple[House, Daemon]]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        home, _ = mpd_house(f"mpd:http://127.0.0.1:{silent.getsockname()[1]}/stream")
        home.feels("happy", 40)
        assert len(home.problems) == 1 and home.problems[0].endswith("nothing plays; check the address")
        assert home.happened(TakenOver) == []


def test_a_file_that_vanishes_while_it_is_next(mpd_house: Callable[[str], tuple[House, Daemon]]) -> None:
    home, daemon = mpd_house("mpd:calm/calm0.wav")
    (daemon.folder / "music/calm/calm0.wav").unlink()
    home.feels("happy")
    passes_until(home, lambda: home.problems)
    assert "No such file" in home.problems[0] and home.happened(TakenOver) == []


def test_an_output_that_fails_is_nobodys_pause(mpd_house: Callable[[str], tuple[House, Daemon]]) -> None:
    home, daemon = mpd_house("mpd:folder/calm")
    home.feels("happy")
    passes_until(home, lambda: home.director.situation.detector.pending.play is None)
    daemon.ask("disableoutput 0")
    passes_until(home, lambda: home.happened(ProblemOccurred))
    # MPD says the one or the other, by what it did when the output went.
    words = ("Failed to open audio output", "All audio outputs are disabled")
    assert any(said in home.happened(ProblemOccurred)[0].message for said in words)
    home.passes(60)
    assert home.happened(TakenOver) == [] and home.control is Control.AUTO


def test_a_station_that_ends_is_nobodys_pause(mpd_house: Callable[[str], tuple[House, Daemon]]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_send_song, args=(server,), daemon=True).start()
        home, daemon = mpd_house(f"mpd:http://127.0.0.1:{server.getsockname()[1]}/song.wav")
        home.feels("happy")
        passes_until(home, lambda: home.director.situation.detector.pending.play is None)
        passes_until(home, lambda: daemon.status()["state"] == "stop")
        home.passes(45)
        assert home.happened(TakenOver) == [] and home.control is Control.AUTO
        assert home.happened(ProblemOccurred) == []


def _send_song(server: socket.socket) -> None:
    """Send a second of sound to the first client, and then nothing more."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 8000)
    with server.accept()[0] as connection:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: audio/wav\r\n\r\n" + sound.getvalue())
