"""A player of go-librespot on the simulated daemon."""

from __future__ import annotations

from typing import Any

from edge.players.go_librespot.player import GoLibrespotPlayer
from edge.values import Music, Playback
from tests.librespot_server import Librespot, MemoryApi, MemoryEvents
from tests.players.listening import poll_for

HAPPY = Music("spotify:playlist:happysongs", "happy songs")
SAD = Music("spotify:playlist:sadsongs", "sad songs")
SONG = Music("spotify:track:calmsongs3", "a calm song")
SONGS = tuple(f"spotify:track:calmsongs{n}" for n in range(4))
LIST = Music(SONGS[0], "four calm songs", SONGS)


def player_on(world: Librespot, **options: Any) -> GoLibrespotPlayer:
    return GoLibrespotPlayer(MemoryApi(world), lambda: MemoryEvents(world), clock=world.clock, **options)


def run_for(player: GoLibrespotPlayer, world: Librespot, seconds: float) -> list[Playback]:
    """Poll the player for so many seconds, as often as it asks for. Returns the playbacks."""
    return poll_for(player, world, seconds, 1.0)


def done(world: Librespot) -> list[str]:
    """The commands that the device sent."""
    return [command for _, command, _ in world.commands]
