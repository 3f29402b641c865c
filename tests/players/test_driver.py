"""The thread that drives the player: everyone who requests something gets an answer."""

from __future__ import annotations

import time
from typing import Any

import pytest

from edge.events import ProblemOccurred
from edge.players.driver import MIN_LOOK_INTERVAL_S, WAIT_TOLERANCE_S, PlayerDriver
from edge.players.spotify.login_reminder import due
from edge.players.spotify.player import SpotifyPlayer
from edge.players.spotify.token_file import TokenFile
from edge.players.wish_queue import WishQueue
from edge.players.wishes import AbandonedWish
from edge.values import Act, Music, Playback, Problem, Wish
from tests.players.listening import JAZZ, LIST, ROCK, executed, play, wish
from tests.spotify_server import Server, World
from tests.spotify_server.server import error

DAY = 86400.0


class SimulatedDriver:
    """A driver in simulated time, and what it posted."""

    def __init__(self, player: SpotifyPlayer, world: World) -> None:
        self.world, self.wishes, self.posted = world, WishQueue(), list[Any]()
        self.driver = PlayerDriver(player, self.wishes, post=self.posted.append, clock=world.clock, wall=world.unix)

    def request(self, wish: Wish) -> list[Any]:
        """Request something; returns what is posted at once."""
        before = len(self.posted)
        self.wishes.put(wish)
        self.driver.turn()
        return self.posted[before:]

    def run(self, seconds: float) -> list[Any]:
        """Run for so long; returns what is posted meanwhile."""
        before, until = len(self.posted), self.world.monotonic + seconds
        while self.world.monotonic < until:
            self.world.advance(min(until - self.world.monotonic, max(0.05, self.driver.seconds_until_look())))
            if self.driver.seconds_until_look() == 0:
                self.driver.turn()
        return self.posted[before:]

    def problems(self) -> list[str]:
        return [posted.message for posted in self.posted if isinstance(posted, ProblemOccurred)]


@pytest.fixture
def driver(player: SpotifyPlayer, world: World) -> SimulatedDriver:
    return SimulatedDriver(player, world)


def test_requests_cost_no_call_while_the_quota_is_used_up(driver: SimulatedDriver, server: Server) -> None:
    server.answers["*"] = (429, error(429, "x", "QUOTA_EXCEEDED")[1], {"Retry-After": "80000"})
    posted = driver.request(wish(Act.VOLUME, 30))
    assert Playback("unavailable", "spotify") in posted
    assert any(isinstance(item, Problem) and "quota" in item.message for item in posted)
    driver.run(600)
    calls = len(server.requests)
    for request, message in (
        (wish(Act.VOLUME, 31), "can't set the volume to 31: spotify: the developer account's quota"),
        (wish(Act.NEXT), "can't skip to the next song: spotify:"),
        (wish(Act.PAUSE), "can't pause: spotify:"),
    ):
        driver.request(request)
        assert message in driver.problems()[-1]
    assert len(server.requests) == calls
    server.answers.clear()
    problems = len(driver.problems())
    posted = driver.run(90000)
    assert len(driver.problems()) == problems
    assert isinstance(posted[-1], Playback)
    assert posted[-1].state == "stopped"


def test_requests_are_answered_without_a_login_and_a_new_login_is_used_at_once(
    driver: SimulatedDriver, server: Server, login: TokenFile, world: World
) -> None:
    server.withdrawn = True
    world.advance(4000)
    driver.request(play())
    assert "login has ended" in driver.problems()[-1]
    driver.request(wish(Act.NEXT))
    assert "will skip to the next song if possible within 1 min: spotify: nobody is logged in" in driver.problems()[-1]
    server.withdrawn = False
    login.write(server.login(), new_login=True)
    driver.request(play(ROCK))
    assert executed(world) == [("play", (ROCK.uri, None))]


def test_a_speaker_that_wakes_gets_the_music_but_no_late_skip(driver: SimulatedDriver, world: World) -> None:
    world.sleep("Living Room")
    driver.request(play(LIST))
    driver.request(wish(Act.NEXT))
    assert [problem.split(":")[0] for problem in driver.problems()] == [
        "will play liked (5 songs) now if possible within 10 min",
        "will skip to the next song if possible within 1 min",
    ]
    posted = driver.run(130)
    assert wish(Act.NEXT) in posted
    assert driver.problems()[-1] == "can't skip to the next song: it wasn't possible in time"
    world.wake("Living Room")
    posted = driver.run(70)
    assert [do for do, _ in executed(world)] == ["play"]
    assert posted[-1].state == "playing"


def test_a_refused_wish_is_reported_and_the_player_stays_available(driver: SimulatedDriver, world: World) -> None:
    world.person("play", "spotify:album:theirs")
    world.advance(3)
    posted = driver.request(play(JAZZ))
    assert play(JAZZ) in posted
    assert driver.problems() == [
        "can't play jazz now: spotify: the account is playing on \"Ann's phone\"; pause it there first",
    ]
    assert not any(isinstance(item, Problem) for item in posted)
    assert Playback("unavailable", "spotify") not in posted
    assert driver.run(40)[-1].state == "playing"


def test_an_address_of_another_player_is_reported_once(driver: SimulatedDriver) -> None:
    music = Music("mpd:playlist/x", "x")
    posted = driver.request(play(music))
    assert posted[0] == play(music)
    assert driver.problems() == [
        "can't play x now: spotify: can't play mpd:playlist/x; check music.profiles and music.player"
    ]


def test_only_a_long_failure_makes_the_player_unavailable(driver: SimulatedDriver, server: Server) -> None:
    driver.run(1)
    server.faults.append("503")
    posted = driver.run(40)
    assert [item.part for item in posted if isinstance(item, Problem)] == ["player"]
    assert not [item for item in posted if isinstance(item, Playback) and item.state == "unavailable"]
    server.answers["*"] = error(503, "oops")
    assert [item for item in driver.run(60) if isinstance(item, Playback)][-1].state == "unavailable"


def test_the_end_of_a_login_is_reported_three_times(driver: SimulatedDriver, login: TokenFile, world: World) -> None:
    assert login.expires is not None
    world.advance(login.expires - world.unix() - 32 * DAY)
    login.write({**(login.read() or {}), "expires_at": world.unix() + 1e9})
    driver.driver._login_reminder._next = 0.0
    messages = []
    for _ in range(31 * 24 - 1):
        world.advance(3600)
        reminder = driver.driver._login_reminder.event(world.monotonic, lambda: login.expires)
        messages += [] if reminder is None else [reminder.message]
    assert messages == [
        f"spotify: the login ends {when}; run `moodroom login` on this device before"
        for when in ("in 30 days", "in 7 days")
    ]
    # A restart repeats no message, and the driver posts that of the last day by itself.
    again = SimulatedDriver(driver.driver._player, world)
    again.run(3600)
    assert again.problems() == []
    again.run(DAY)
    assert again.problems() == ["spotify: the login ends within a day; run `moodroom login` on this device before"]


@pytest.mark.parametrize(
    ("left", "reported", "expected"),
    [
        (40, None, None),
        (30, None, "1000000 30"),
        (12, None, "1000000 30"),
        (12, "1000000 30", None),
        (12, "999 1", "1000000 30"),
        (12, "nonsense", "1000000 30"),
        (7, "1000000 30", "1000000 7"),
        (0.5, "1000000 7", "1000000 1"),
        (0.5, "1000000 1", None),
        (-3, "1000000 7", None),
    ],
)
def test_when_the_end_of_a_login_is_due(left: float, reported: str | None, expected: str | None) -> None:
    reminder = due(1e6, 1e6 - left * DAY, reported)
    assert (reminder[0] if reminder else None) == expected


class NotifiedPlayer:
    """A player that was notified of a change, as MPD is by `idle`."""

    name = "notified"
    login_expires: float | None = None

    def __init__(self) -> None:
        self.notified = False
        self.looks = 0

    def apply(self, wish: Wish) -> None: ...

    def playback(self) -> Playback:
        self.looks += 1
        self.notified = False
        return Playback("playing", self.name)

    def take_abandoned(self) -> list[AbandonedWish]:
        return []

    def report(self) -> dict[str, Any]:
        return {}

    def wait(self) -> float:
        return 0.0 if self.notified else 30.0

    def close(self) -> None: ...


def test_a_player_that_was_notified_is_looked_at_at_once() -> None:
    player = NotifiedPlayer()
    driver = PlayerDriver(player, WishQueue(), post=lambda _: None)
    driver.turn()
    assert player.looks == 1
    player.notified = True
    driver.turn()
    assert player.looks == 2


def test_a_player_that_always_wants_a_look_causes_no_busy_loop() -> None:
    player = NotifiedPlayer()
    player.wait = lambda: 0.0  # type: ignore[method-assign]
    driver = PlayerDriver(player, WishQueue(), post=lambda _: None)
    began = time.monotonic()
    while time.monotonic() < began + 0.5:
        driver.turn()
    assert 1 < player.looks <= 0.5 / (MIN_LOOK_INTERVAL_S - WAIT_TOLERANCE_S) + 1
