"""Wishes, and a day as the daemon drives a player through it, in simulated time."""

from __future__ import annotations

from typing import Any

from edge.errors import PlayerError
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


def go_on(player: SpotifyPlayer, world: World, seconds: float) -> list[Playback]:
    """As the daemon drives a player, for so long: look, wait, and wait out errors."""
    until, seen = world.monotonic + seconds, []
    while world.monotonic < until:
        try:
            seen.append(player.playback())
            pause = player.wait()
        except PlayerError as found:
            pause = found.retry_after or 1.0
        world.advance(min(pause, until - world.monotonic))
    return seen


def did(world: World) -> list[tuple[str, object]]:
    return [(one.do, one.value) for one in world.executed]
