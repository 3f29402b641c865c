"""A line to MPD that breaks again and again, through a real MPD: nothing is lost, nothing is done twice."""

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
from tests.players.mpd_daemon import PROGRAM, Breaking, Daemon
from tests.waiting import PATIENCE

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")
CALM = ["calm/calm0.wav", "calm/calm1.wav", "calm/calm2.wav"]
LOUD = ["loud/loud0.wav", "loud/loud1.wav"]
FOLDERS = {"calm": CALM, "loud": LOUD}
FAULTS = ("before", "after", "half")


def folder(name: str) -> Music:
    return Music(f"mpd:folder/{name}", name)


def give(player: MpdPlayer, one: Wish) -> None:
    """As the daemon does: ask once, and look again until nothing is left to do."""
    with contextlib.suppress(PlayerError):
        player.apply(one)
    until = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < until, one
        try:
            player.playback()
            return
        except PlayerError:
            continue


@dataclass(frozen=True, eq=False)
class Entry:
    """One place in the queue; the same file may be there twice."""

    file: str


def entries(name: str) -> list[Entry]:
    return [Entry(file) for file in FOLDERS[name]]


class Evening:
    """What was asked for, and what MPD's queue and state should be then."""

    def __init__(self, daemon: Daemon, player: MpdPlayer) -> None:
        self._daemon, self._player = daemon, player
        self.queue: list[Entry] = []
        self.queued: list[Entry] = []
        self.at, self.volume, self.state = 0, 100, "play"
        self.coming = 0

    def start(self, name: str) -> None:
        give(self._player, play(folder(name), repeat="context"))
        self.queue, self.at, self.state, self.coming = entries(name), 0, "play", 0

    def behind(self, name: str) -> None:
        give(self._player, play(folder(name), When.TRACK_END))
        self.forgotten()
        if self.state != "play":
            self.queue, self.at, self.state = entries(name), 0, "play"
            return
        self.queue[self.at + 1 : self.at + 1] = entries(name)
        self.coming = len(FOLDERS[name])

    def forget(self) -> None:
        give(self._player, wish(Act.FORGET))
        self.forgotten()

    def forgotten(self) -> None:
        del self.queue[self.at + 1 : self.at + 1 + self.coming]
        self.coming = 0

    def enqueue(self, song: str) -> None:
        self.forget()
        give(self._player, play(Music(f"mpd:{song}", song), When.QUEUE))
        at = self.at + 1
        # Songs that were queued one after the other play in that order.
        while at < len(self.queue) and self.queue[at] in self.queued:
            at += 1
        self.queued.append(Entry(song))
        self.queue.insert(at, self.queued[-1])

    def skip(self, act: Act) -> None:
        self.forget()
        self.start("calm") if act is Act.PREVIOUS else None
        give(self._player, wish(Act.NEXT))
        self.at, self.state = (self.at + 1) % len(self.queue), "play"
        if act is Act.PREVIOUS:
            give(self._player, wish(Act.PREVIOUS))
            self.at -= 1

    def hush(self, volume: int) -> None:
        give(self._player, wish(Act.VOLUME, volume))
        self.volume = volume

    def pause(self) -> None:
        give(self._player, wish(Act.PAUSE))
        self.state = "pause"

    def resume(self) -> None:
        give(self._player, wish(Act.RESUME))
        self.state = "play"

    def check(self) -> None:
        found = self._daemon.status()
        assert self._daemon.queue() == [entry.file for entry in self.queue]
        assert (int(found["song"]), int(found["volume"]), found["state"]) == (self.at, self.volume, self.state)
        assert self._player.given_up() == []


def test_a_thousand_faults_lose_and_double_nothing(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path / "mpd", seconds=600)
    dice = random.Random(11)
    try:
        daemon.start()
        with Breaking(daemon) as line:
            player = MpdPlayer("127.0.0.1", line.port, password=None, clock=time.monotonic, timeout=5)
            evening = Evening(daemon, player)
            evening.start("calm")
            done = 0
            while line.broken < 1000:
                songs: list[Callable[[], None]] = [
                    lambda: evening.start(dice.choice(list(FOLDERS))),
                    lambda: evening.behind(dice.choice(list(FOLDERS))),
                    lambda: evening.enqueue(dice.choice(CALM + LOUD)),
                    lambda: evening.hush(dice.randrange(10, 90)),
                    lambda: evening.skip(dice.choice([Act.NEXT, Act.PREVIOUS])),
                    evening.forget,
                    evening.pause,
                    evening.resume,
                ]
                line.faults.extend(dice.choice(FAULTS) if dice.random() < 0.4 else None for _ in range(12))
                dice.choice(songs)()
                line.faults.clear()
                evening.check()
                done += 1
            print(f"{line.broken} broken requests in {done} wishes, none lost, none doubled")
            player.close()
    finally:
        daemon.stop()
