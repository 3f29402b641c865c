"""A player of Music Assistant on the simulated server."""

from __future__ import annotations

from typing import Any

from edge.players.music_assistant.player import MusicAssistantPlayer
from edge.values import Music, Playback
from tests.mass_server import Mass, MemoryLink
from tests.mass_server.world import ROOM, TOKEN
from tests.players.listening import poll_for

HAPPY = Music("ma:library://playlist/1", "happy songs")
SAD = Music("ma:library://playlist/2", "sad songs")
SONG = Music("ma:library://track/calmsongs3", "a calm song")


def player_on(
    mass: Mass, *, speaker: str | None = ROOM, token: str | None = TOKEN, **options: Any
) -> MusicAssistantPlayer:
    return MusicAssistantPlayer(
        lambda: MemoryLink(mass),
        speaker=speaker,
        token=token,
        base="http://mass:8095",
        clock=mass.clock,
        wall=mass.wall,
        **options,
    )


def run_for(player: MusicAssistantPlayer, mass: Mass, seconds: float) -> list[Playback]:
    """Poll the player for so many seconds, as often as it asks for. Returns the playbacks."""
    return poll_for(player, mass, seconds, 0.5)


def done(mass: Mass, *, without: tuple[str, ...] = ()) -> list[str]:
    """The commands that the device sent, by their last word."""
    return [command.rsplit("/", 1)[1] for _, command, _ in mass.commands if command.rsplit("/", 1)[1] not in without]
