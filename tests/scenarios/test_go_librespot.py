"""Stories that only go-librespot can tell: it says who began the music, and when the account leaves."""

from __future__ import annotations

import random
from typing import Any

import pytest

from edge.events import TakenOver
from edge.players.go_librespot.player import GoLibrespotPlayer
from edge.values import Act, Control
from tests.librespot_server import Librespot, MemoryApi, MemoryEvents
from tests.librespot_server.world import Account
from tests.scenarios.conftest import on_go_librespot
from tests.scenarios.house import HAPPY, SAD, House

THEIRS = "spotify:album:theirs"


@pytest.fixture
def world() -> Librespot:
    return Librespot()


@pytest.fixture
def home(world: Librespot) -> House:
    """A house in which the device's happy music plays."""
    house = on_go_librespot(world)
    house.feels("happy", 60)
    assert world.chosen == HAPPY
    return house


def takeovers(house: House) -> list[str]:
    return [event.why for event in house.happened(TakenOver)]


def test_the_same_playlist_is_somebodys_once_they_began_it(world: Librespot, home: House) -> None:
    world.person_plays(HAPPY)
    home.passes(0.5)
    assert takeovers(home) == ["somebody chose this music"] and home.control is Control.HANDS_OFF
    home.feels("sad", 600)
    assert world.chosen == HAPPY


def test_somebody_is_seen_at_once_even_while_the_devices_music_begins(world: Librespot) -> None:
    home = on_go_librespot(world)
    home.feels("happy", 2)
    assert world.chosen == HAPPY
    world.person_plays()
    home.passes(0.5)
    assert home.control is Control.HANDS_OFF
    home.feels("sad", 600)
    assert world.chosen == THEIRS


def test_a_skip_is_seen_at_once(world: Librespot, home: House) -> None:
    world.person_skips()
    home.passes(0.5)
    assert takeovers(home) == ["somebody chose this song"]


def test_music_that_somebody_moves_is_left_alone_as_long_as_it_plays_there(world: Librespot, home: House) -> None:
    world.person_moves("Kitchen")
    home.passes(0.5)
    assert takeovers(home) == ["somebody moved the music to another speaker"]
    home.leaves(31 * 60)
    home.feels("sad", 300)
    assert home.control is Control.AUTO and world.state == "stopped"
    assert home.problems[-1].endswith("go_librespot: the account plays on Kitchen, which is left alone")
    world.elsewhere = None
    home.passes(900)
    assert world.chosen == SAD


def test_somebody_was_listening_before_the_device_started(world: Librespot) -> None:
    world.person_plays(HAPPY)
    world.advance(60)
    home = on_go_librespot(world)
    home.feels("sad", 600)
    assert home.reasons[-1] == "kept: somebody's music was playing already" and world.chosen == HAPPY


def test_the_device_restarts_while_its_music_plays(world: Librespot, home: House) -> None:
    home.restart()
    home.feels("happy", 300)
    assert home.control is Control.AUTO and [do for _, do, _ in world.commands] == ["play"]
    home.feels("sad", 400)
    assert world.chosen == SAD


def test_a_restart_of_the_daemon_is_nobodys_pause(world: Librespot, home: House) -> None:
    world.restart(takes=20)
    home.passes(120)
    assert takeovers(home) == [] and home.control is Control.AUTO
    assert world.state == "playing" and world.chosen == HAPPY


def test_an_account_that_leaves_and_comes_back(world: Librespot) -> None:
    world.persists = False
    home = on_go_librespot(world)
    home.feels("happy", 60)
    world.person_moves()
    home.feels("sad", 600)
    assert home.control is Control.HANDS_OFF and world.state == "stopped"
    world.person_plays()
    home.passes(60)
    assert home.control is Control.HANDS_OFF and world.chosen == THEIRS
    home.command("control", "auto")
    home.feels("sad", 300)
    assert world.chosen == SAD


def test_before_anybody_has_connected_it_is_said_once(world: Librespot) -> None:
    world.account = False
    home = on_go_librespot(world)
    home.feels("happy", 300)
    about = {problem for problem in home.problems if "nobody has connected with the Spotify app yet" in problem}
    assert about and takeovers(home) == []
    world.account = True
    home.passes(700)
    assert world.chosen == HAPPY and world.state == "playing"


def test_an_evening_in_which_nobody_touches_anything(world: Librespot) -> None:
    home = on_go_librespot(world)
    home.max_step = 10.0
    for mood in ("happy", "neutral", "sad", "neutral") * 2:
        home.feels(mood, 1800)
    assert takeovers(home) == [], "songs that end, and stations that follow, are no takeover"
    assert [wish.act for wish in home.actions] == [Act.PLAY] * 8
    assert world.requests <= 1500, "in four hours"


def something_happens(world: Librespot, home: House, rng: random.Random) -> None:
    moods = ("happy", "sad", "neutral", "angry", "unknown")
    things: list[Any] = [
        lambda: home.feels(rng.choice(moods), rng.choice([1, 20, 300])),
        lambda: home.leaves(rng.choice([30, 900])),
        lambda: home.command("playback", rng.choice(["next", "previous", "resume"])),
        lambda: home.command("volume", str(rng.randrange(10, 90))),
        world.person_plays,
        world.person_pauses,
        world.person_skips,
        lambda: world.person_sets_volume(rng.randrange(10, 90)),
        world.person_moves,
        lambda: world.restart(takes=rng.choice([2, 40])),
        world.break_connections,
        lambda: world.faults.extend(rng.choices(["break", "lose", "refuse", 429, 500], k=3)),
        lambda: setattr(world, "account", rng.random() < 0.7),
    ]
    rng.choice(things)()


@pytest.mark.parametrize("seed", range(3))
def test_any_evening_goes_on_well(seed: int) -> None:
    """Whatever happened, a person who lets the device decide gets music for the mood, at the volume that was set."""
    rng = random.Random(seed)
    world = Librespot(steps=rng.choice([16, 100]), persists=rng.random() < 0.5, autoplay=rng.random() < 0.5)
    switch, cooldown = rng.choice(["now", "at_track_end"]), rng.choice([0, 60])
    home = on_go_librespot(world, switch=switch, cooldown=cooldown, min_dwell=0)
    home.max_step = 5.0
    for _ in range(40):
        something_happens(world, home, rng)
        home.passes(rng.choice([0.5, 5, 20, 120]))
    world.faults.clear()
    world.account, world.elsewhere = True, None
    home.leaves(60)
    home.passes(1000)
    home.command("control", "auto")
    home.command("volume", "40")
    home.feels("happy", 60)
    home.feels("sad", 2000)
    assert home.control is Control.AUTO
    assert world.state == "playing" and world.chosen == SAD and abs(world.volume - 40) <= 4


def test_two_devices_on_one_account_leave_each_others_music_alone() -> None:
    account = Account("Kitchen", "Living Room")

    def room(world: Librespot) -> House:
        player = GoLibrespotPlayer(MemoryApi(world), lambda: MemoryEvents(world), clock=lambda: account.monotonic)
        return House(account, player)

    def passes(seconds: float) -> None:
        until = account.monotonic + seconds
        while account.monotonic < until:
            kitchen.moment()
            living.moment()
            account.advance(0.5)

    kitchen, living = (room(world) for world in account.daemons.values())
    playing, silent = account.daemons.values()
    kitchen.feels("happy")
    living.leaves()
    passes(30)
    living.feels("happy")
    passes(200)
    assert (playing.state, silent.state) == ("playing", "stopped")
    assert "the account plays on Kitchen, which is left alone" in living.problems[0]
    assert len(living.problems) <= 3, "it is told seldom"
    kitchen.leaves()
    passes(800)
    assert (playing.state, silent.state) == ("stopped", "playing"), "the kitchen's has paused, so the account is free"
    for house in (kitchen, living):
        assert house.happened(TakenOver) == [] and house.control is Control.AUTO
