"""Random evenings, seeded: what the device and announcements do is nobody's wish, and a person's music stays."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from edge.events import TakenOver
from edge.values import Control
from tests.scenarios.conftest import Home

Build = Callable[..., Home]
MOODS = ("happy", "sad", "neutral", "angry", "unknown", "fear")
# In simulated time throughout, so that an evening takes a moment.
on_quick_players = pytest.mark.parametrize("anywhere", ["simple", "music_assistant", "go_librespot"], indirect=True)


def something_happens(at: Home, rng: random.Random) -> None:
    """A mood, an empty room, a command, an announcement, or a short outage; nobody touches the speaker."""
    home, what = at.house, rng.randrange(10)
    if what < 5:
        home.feels(rng.choice(MOODS))
    elif what == 5:
        home.leaves(rng.choice([30, 900]))
    elif what == 6:
        home.command("playback", rng.choice(["next", "previous"]))
    elif what == 7:
        home.command("volume", str(rng.randrange(10, 90)))
    elif what == 8 and at.someone.playing:
        at.someone.pauses()
        home.passes(rng.choice([3, 8, 15]))
        at.someone.resumes()
    else:
        at.network(False)
        home.passes(rng.choice([4, 40, 75, 300]))
        at.network(True)


@on_quick_players
@pytest.mark.parametrize("seed", range(6))
def test_nobody_touches_the_speaker(anywhere: Build, seed: int) -> None:
    rng = random.Random(seed)
    at = anywhere(
        everything=True,
        switch=rng.choice(["now", "at_track_end"]),
        cooldown=rng.choice([0, 60]),
        min_dwell=0,
        max_volume=60,
    )
    at.house.max_step = 5.0
    for _ in range(60):
        something_happens(at, rng)
        at.house.passes(rng.choice([1, 5, 20, 120]))
    assert at.house.happened(TakenOver) == [] and at.house.control is Control.AUTO


@on_quick_players
@pytest.mark.parametrize("seed", range(6))
def test_a_persons_music_stays(anywhere: Build, seed: int) -> None:
    rng = random.Random(seed)
    at = anywhere(everything=True, switch=rng.choice(["now", "at_track_end"]), cooldown=0, min_dwell=0)
    at.house.max_step = 5.0
    for _ in range(rng.randrange(4, 12)):
        something_happens(at, rng)
        at.house.passes(rng.choice([1, 5, 20, 120]))
    at.house.passes(20)
    at.someone.plays()
    at.house.passes(20)
    for _ in range(20):
        at.house.feels(rng.choice(MOODS), rng.choice([1, 20, 300]))
        assert at.someone.music == at.someone.theirs
    assert at.house.control is Control.HANDS_OFF
