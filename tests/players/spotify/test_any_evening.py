"""Whatever people, speakers and networks do in an evening: no storm of calls, no hushed speaker, nothing left over."""

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


def some_wish(dice: random.Random) -> Wish:
    music: Music = dice.choice([JAZZ, ROCK, SONG, LIST])
    settings = {"shuffle": dice.random() < 0.5, "repeat": dice.choice(["off", "context", "track"])}
    return dice.choice(
        [
            play(music),
            play(music, fade=True),
            play(music, fade=True, **settings),
            play(music, offset=dice.randrange(9)),
            play(music, When.TRACK_END, volume=dice.choice([None, 25])),
            play(SONG, When.QUEUE),
            wish(Act.RESUME, music=music),
            wish(Act.VOLUME, dice.randrange(20, 60), fade=dice.random() < 0.5),
            *(wish(act) for act in (Act.PAUSE, Act.RESUME, Act.NEXT, Act.PREVIOUS, Act.FORGET)),
        ]
    )


def something_happens(dice: random.Random, world: World, server: Server) -> None:
    speaker, what = world.device("Living Room"), dice.randrange(8)
    if what == 0:
        world.person("play", THEIRS, on=dice.choice(["Living Room", "Ann's phone"]))
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
        server.faults.extend(dice.choice(FAULTS) for _ in range(dice.choice([3, 8])))


@pytest.mark.parametrize("seed", range(4))
def test_any_evening(player: SpotifyPlayer, world: World, server: Server, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(40):
        if dice.random() < 0.6:
            try:
                player.apply(some_wish(dice))
            except PlayerError as found:
                world.advance(min(found.retry_after or 1.0, 5.0))
        else:
            something_happens(dice, world, server)
        span, asked = dice.choice([0.2, 2, 10, 60, 400]), len(server.requests)
        run_for(player, world, span)
        assert len(server.requests) - asked <= 30 + span
    server.faults.clear()
    if not world.device("Living Room").awake:
        world.wake("Living Room")
    run_for(player, world, 130)
    world.person("play", THEIRS, on="Living Room")
    run_for(player, world, 300)
    # No wish asked for less than 20; a fade goes down to a seventh.
    assert int(world.device("Living Room").volume or 0) >= 20
    assert not player.pending
