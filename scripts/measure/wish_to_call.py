"""Measure the device's own delay between a wish and the moment Spotify receives the command.

    python scripts/measure/wish_to_call.py [--wishes 100]

The player's thread, its queue and spotipy are real. Spotify is the tests' simulated Web API on this machine, which
answers at once, so the result is the device's own time and the request before the command.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from edge.players.driver import PlayerDriver
from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.player import SpotifyPlayer
from edge.players.spotify.token_file import TokenFile
from edge.players.wish_queue import WishQueue
from edge.system.threads import Worker, stop_all
from edge.values import Act, Music, Wish
from tests.spotify_server import Server, World
from tests.spotify_server.server import CLIENT


class Ticking(World):
    """The simulated account, on the real clock."""

    def __init__(self) -> None:
        super().__init__(lag=0.0)
        self._began = time.monotonic()

    @property
    def monotonic(self) -> float:
        return 1000.0 + time.monotonic() - getattr(self, "_began", time.monotonic())

    @monotonic.setter
    def monotonic(self, value: float) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description="From a wish to the command that Spotify receives, in milliseconds.")
    parser.add_argument("--wishes", type=int, default=100)
    wanted = parser.parse_args().wishes
    os.environ["STATE_DIRECTORY"] = tempfile.mkdtemp()
    world = Ticking()
    with Server(world) as server:
        server.contract = None  # checking answers against the API description takes longer than everything else
        file = TokenFile(now=world.unix)
        file.write(server.login(), new_login=True, client_id=CLIENT)
        web = SpotifyApi(CLIENT, file, api=server.api, accounts=server.accounts, now=world.unix)
        player = SpotifyPlayer(web, speaker="Living Room", clock=world.clock)
        wishes = WishQueue()
        playing = PlayerDriver(player, wishes, post=lambda _: None)
        worker = Worker("player", playing.turn, on_error=partial(print, file=sys.stderr), on_end=player.close)
        worker.start()
        took = []
        for n in range(wanted):
            # Sometimes the last playback state is too old, and one more request precedes the command.
            time.sleep(0.05 if n % 4 else 4.0 if n % 20 == 0 else 0.05)
            before, began = len(world.executed), world.monotonic
            wishes.put(Wish(Act.PLAY, "happy", "measured", Music(f"spotify:playlist:list{n}", "list")))
            while len(world.executed) == before:
                time.sleep(0.0005)
            took.append((world.executed[-1].at - began) * 1000)
        stop_all([worker], 2.0)
    took.sort()
    nearly = took[int(0.95 * (wanted - 1))]
    print(f"{wanted} wishes: median {statistics.median(took):.1f} ms, 95 % {nearly:.1f} ms, longest {took[-1]:.1f} ms")


if __name__ == "__main__":
    main()
