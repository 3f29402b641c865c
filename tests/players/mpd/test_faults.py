"""A connection to a real MPD that fails again and again: no wish is lost, and none is carried out twice."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.errors import PlayerError
from edge.players.mpd.player import MpdPlayer
from edge.values import Act, Music, When, Wish
from tests.players.listening import play, wish
from tests.players.mpd_daemon import PROGRAM, Daemon, FaultyProxy
from tests.waiting import PATIENCE

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")
CALM = ["calm/calm0.wav", "calm/calm1.wav", "calm/calm2.wav"]
LOUD = ["loud/loud0.wav", "loud/loud1.wav"]
FOLDERS = {"calm": CALM, "loud": LOUD}
FAULTS = ("before", "after", "half")


def folder(name: str) -> Music:
    return Music(f"mpd:folder/{name}", name)


def carry_out(player: MpdPlayer, requested: Wish) -> None:
    """Do as the daemon does: apply the wish once, and fetch the playback until that succeeds."""
    with contextlib.suppress(PlayerError):
        player.apply(requested)
    deadline = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < deadline, requested
        try:
            player.playback()
            return
        except PlayerError:
            continue


@dataclass(frozen=True, eq=False)
class Entry:
    """A place in the queue, since the same file may be there twice."""

    file: str


def entries(name: str) -> list[Entry]:
    return [Entry(file) for file in FOLDERS[name]]


class ExpectedState:
    """Carries out wishes, and keeps track of what MPD's queue and state should be."""

    def __init__(self, daemon: Daemon, player: MpdPlayer) -> None:
        self._daemon, self._player = daemon, player
        self.queue: list[Entry] = []
        self.queued: list[Entry] = []
        self.position, self.volume, self.state = 0, 100, "play"
        self.deferred = 0

    def play(self, name: str) -> None:
        carry_out(self._player, play(folder(name), repeat="context"))
        self.queue, self.position, self.state, self.deferred = entries(name), 0, "play", 0

    def play_at_song_end(self, name: str) -> None:
        carry_out(self._player, play(folder(name), When.TRACK_END))
        self._remove_deferred()
        if self.state != "play":
            self.queue, self.position, self.state = entries(name), 0, "play"
            return
        self.queue[self.position + 1 : self.position + 1] = entries(name)
        self.deferred = len(FOLDERS[name])

    def forget(self) -> None:
        carry_out(self._player, wish(Act.FORGET))
        self._remove_deferred()

    def _remove_deferred(self) -> None:
        del self.queue[self.position + 1 : self.position + 1 + self.deferred]
        self.deferred = 0

    def enqueue(self, song: str) -> None:
        self.forget()
        carry_out(self._player, play(Music(f"mpd:{song}", song), When.QUEUE))
        position = self.position + 1
        # Songs play in the order in which they were queued.
        while position < len(self.queue) and self.queue[position] in self.queued:
            position += 1
        self.queued.append(Entry(song))
        self.queue.insert(position, self.queued[-1])

    def skip(self, act: Act) -> None:
        self.forget()
        self.play("calm") if act is Act.PREVIOUS else None
        carry_out(self._player, wish(Act.NEXT))
        self.position, self.state = (self.position + 1) % len(self.queue), "play"
        if act is Act.PREVIOUS:
            carry_out(self._player, wish(Act.PREVIOUS))
            self.position -= 1

    def set_volume(self, volume: int) -> None:
        carry_out(self._player, wish(Act.VOLUME, volume))
        self.volume = volume

    def pause(self) -> None:
        carry_out(self._player, wish(Act.PAUSE))
        self.state = "pause"

    def resume(self) -> None:
        carry_out(self._player, wish(Act.RESUME))
        self.state = "play"

    def check(self) -> None:
        status = self._daemon.status()
        assert self._daemon.queue() == [entry.file for entry in self.queue]
        assert (int(status["song"]), int(status["volume"]), status["state"]) == (self.position, self.volume, self.state)
        assert self._player.take_abandoned() == []


def test_a_thousand_faults_lose_and_repeat_no_wish(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path / "mpd", seconds=600)
    rng = random.Random(11)
    try:
        daemon.start()
        with FaultyProxy(daemon) as proxy:
            player = MpdPlayer("127.0.0.1", proxy.port, password=None, clock=time.monotonic, timeout=5)
            expected = ExpectedState(daemon, player)
            expected.play("calm")
            wishes = 0
            while proxy.faults_used < 1000:
                actions: list[Callable[[], None]] = [
                    lambda: expected.play(rng.choice(list(FOLDERS))),
                    lambda: expected.play_at_song_end(rng.choice(list(FOLDERS))),
                    lambda: expected.enqueue(rng.choice(CALM + LOUD)),
                    lambda: expected.set_volume(rng.randrange(10, 90)),
                    lambda: expected.skip(rng.choice([Act.NEXT, Act.PREVIOUS])),
                    expected.forget,
                    expected.pause,
                    expected.resume,
                ]
                proxy.faults.extend(rng.choice(FAULTS) if rng.random() < 0.4 else None for _ in range(12))
                rng.choice(actions)()
                proxy.faults.clear()
                expected.check()
                wishes += 1
            print(f"{proxy.faults_used} failed requests in {wishes} wishes, none lost, none repeated")
            player.close()
    finally:
        daemon.stop()
