"""Random evenings, seeded: what the device and announcements do is nobody's wish, and a person's music stays."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from edge.events import TakenOver
from edge.values import Control
from tests.scenarios.house import House

Build = Callable[..., House]
MOODS = ("happy", "sad", "neutral", "angry", "unknown", "fear")


def something_happens(home: House, rng: random.Random) -> None:
    """A mood, an empty room, a command, an announcement, or a short outage; nobody touches the speaker."""
    player, what = home.player, rng.randrange(10)
    if what < 5:
        home.feels(rng.choice(MOODS))
    elif what == 5:
        home.leaves(rng.choice([30, 900]))
    elif what == 6:
        home.command("playback", rng.choice(["next", "previous"]))
    elif what == 7:
        home.command("volume", str(rng.randrange(10, 90)))
    elif what == 8 and player.state == "playing":
        player.person("pause")
        home.passes(rng.choice([3, 8, 15]))
        player.person("resume")
    else:
        player.reachable = False
        home.passes(rng.choice([4, 40]))
        player.reachable = True


@pytest.mark.parametrize("seed", range(6))
def test_nobody_touches_the_speaker(simple: Build, seed: int) -> None:
    rng = random.Random(seed)
    home = simple(
        at="2026-11-21 18:00",
        switch=rng.choice(["now", "at_track_end"]),
        cooldown=rng.choice([0, 60]),
        min_dwell=0,
        max_volume=60,
    )
    home.max_step = 5.0
    for _ in range(60):
        something_happens(home, rng)
        home.passes(rng.choice([1, 5, 20, 120]))
    assert home.happened(TakenOver) == [] and home.control is Control.AUTO


@pytest.mark.parametrize("seed", range(6))
def test_a_persons_music_stays(simple: Build, seed: int) -> None:
    rng = random.Random(seed)
    home = simple(at="2026-11-21 18:00", switch=rng.choice(["now", "at_track_end"]), cooldown=0, min_dwell=0)
    home.max_step = 5.0
    for _ in range(rng.randrange(4, 12)):
        something_happens(home, rng)
        home.passes(rng.choice([1, 5, 20, 120]))
    home.passes(20)
    home.player.person("play", "simple:theirs")
    home.passes(20)
    for _ in range(20):
        home.feels(rng.choice(MOODS), rng.choice([1, 20, 300]))
        assert home.player.context == "simple:theirs"
    assert home.control is Control.HANDS_OFF
