"""Random evenings with people, speakers and failures: few requests, no lowered volume, nothing left pending."""

from __future__ import annotations

import random

import pytest

from edge.errors import PlayerError
from edge.players.spotify.player import SpotifyPlayer
from edge.values import Act, Music, When, Wish
from tests.players.listening import JAZZ, LIST, ROCK, SONG, play, run_for, wish
from tests.spotify_server import Server, World

FAULTS = ("429", "500", "500 done", "503", "reset", "reset done", "half")
THEIRS = "spotify:album:theirs"


def random_wish(rng: random.Random) -> Wish:
    music: Music = rng.choice([JAZZ, ROCK, SONG, LIST])
    settings = {"shuffle": rng.random() < 0.5, "repeat": rng.choice(["off", "context", "track"])}
    return rng.choice(
        [
            play(music),
            play(music, fade=True),
            play(music, fade=True, **settings),
            play(music, offset=rng.randrange(9)),
            play(music, When.TRACK_END, volume=rng.choice([None, 25])),
            play(SONG, When.QUEUE),
            wish(Act.RESUME, music=music),
            wish(Act.VOLUME, rng.randrange(20, 60), fade=rng.random() < 0.5),
            *(wish(act) for act in (Act.PAUSE, Act.RESUME, Act.NEXT, Act.PREVIOUS, Act.FORGET)),
        ]
    )


def random_incident(rng: random.Random, world: World, server: Server) -> None:
    speaker, what = world.device("Living Room"), rng.randrange(8)
    if what == 0:
        world.person("play", THEIRS, on=rng.choice(["Living Room", "Ann's phone"]))
    elif what == 1:
        world.person("transfer", True)
    elif what == 2 and speaker.awake:
        world.person("transfer", True, on="Living Room")
    elif what == 3:
        world.person("pause", on=world.now_playing().device or "Kitchen")
    elif what == 4:
        world.sleep("Living Room")
    elif what == 5:
        world.wake("Living Room")
    elif what == 6:
        speaker.id = f"other{world.monotonic}"
    else:
        server.faults.extend(rng.choice(FAULTS) for _ in range(rng.choice([3, 8])))


@pytest.mark.parametrize("seed", range(4))
def test_any_evening(player: SpotifyPlayer, world: World, server: Server, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(40):
        if rng.random() < 0.6:
            try:
                player.apply(random_wish(rng))
            except PlayerError as error:
                world.advance(min(error.retry_after or 1.0, 5.0))
        else:
            random_incident(rng, world, server)
        seconds, requests = rng.choice([0.2, 2, 10, 60, 400]), len(server.requests)
        run_for(player, world, seconds)
        assert len(server.requests) - requests <= 30 + seconds
    server.faults.clear()
    if not world.device("Living Room").awake:
        world.wake("Living Room")
    run_for(player, world, 130)
    world.person("play", THEIRS, on="Living Room")
    run_for(player, world, 300)
    # No wish sets less than 20; a fade goes down to a seventh of that.
    assert int(world.device("Living Room").volume or 0) >= 20
    assert not player.pending
