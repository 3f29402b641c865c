"""Wishes for tests, and running a player as the daemon does, in simulated time."""

from __future__ import annotations

import contextlib
from typing import Any, Protocol

from edge.errors import PlayerError
from edge.players.mpd.player import MpdPlayer
from edge.players.player import Player
from edge.players.spotify.player import SpotifyPlayer
from edge.values import Act, Music, Playback, When, Wish
from tests.spotify_server import World

JAZZ = Music("spotify:playlist:37i9dQZF1DXjazz", "jazz")
ROCK = Music("spotify:artist:4tZwfgrHOc3mvqYlEYSrock", "rock")
SONG = Music("spotify:track:11dFghVXANMlKmJXsNCbNl", "a song")
SONGS = tuple(f"spotify:track:liked{n}" for n in range(5))
LIST = Music(SONGS[0], "liked", SONGS)


def play(
    music: Music = JAZZ, when: When = When.NOW, *, volume: int | None = None, fade: bool = False, **more: Any
) -> Wish:
    return Wish(Act.PLAY, "happy", "a test", music, when, volume, fade, **more)


def wish(act: Act, volume: int | None = None, *, fade: bool = False, **more: Any) -> Wish:
    return Wish(act, "happy", "a test", volume=volume, fade=fade, **more)


class Clocked(Protocol):
    """A simulated world."""

    monotonic: float

    def advance(self, seconds: float) -> None: ...


def poll_for(player: Player, world: Clocked, seconds: float, step: float) -> list[Playback]:
    """Poll a player for so many seconds, as often as it asks for, or every `step`. Returns the playbacks."""
    end, playbacks = world.monotonic + seconds, []
    while world.monotonic < end:
        try:
            playbacks.append(player.playback())
            pause = player.wait()
        except PlayerError as error:
            pause = error.retry_after or 1.0
        world.advance(min(max(pause, 0.05), step, end - world.monotonic))
    return playbacks


def run_for(player: SpotifyPlayer, world: World, seconds: float) -> list[Playback]:
    """Poll the player for so many seconds, waiting as long as it or its errors ask for. Returns the playbacks."""
    end, playbacks = world.monotonic + seconds, []
    while world.monotonic < end:
        try:
            playbacks.append(player.playback())
            pause = player.wait()
        except PlayerError as error:
            pause = error.retry_after or 1.0
        world.advance(min(pause, end - world.monotonic))
    return playbacks


def executed(world: World) -> list[tuple[str, object]]:
    """The commands that Spotify has carried out, with their values."""
    return [(command.do, command.value) for command in world.executed]


def look(player: MpdPlayer) -> Playback:
    """Return the playback as soon as the server answers."""
    for _ in range(10):
        with contextlib.suppress(PlayerError):
            return player.playback()
    return player.playback()
