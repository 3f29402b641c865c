"""The thread that drives the player: nobody who asks for something is left without an answer."""

from __future__ import annotations

import time
from typing import Any

import pytest

from edge.events import ProblemOccurred
from edge.players.driver import EARLY_S, MIN_LOOK_INTERVAL_S, PlayerDriver
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


class Station:
    """Playing, in simulated time, and what it said."""

    def __init__(self, player: SpotifyPlayer, world: World) -> None:
        self.world, self.wishes, self.posted = world, WishQueue(), list[Any]()
        self.playing = PlayerDriver(player, self.wishes, post=self.posted.append, clock=world.clock, wall=world.unix)

    def ask(self, one: Wish) -> list[Any]:
        """What is said on this wish at once."""
        said = len(self.posted)
        self.wishes.put(one)
        self.playing.turn()
        return self.posted[said:]

    def go_on(self, seconds: float) -> list[Any]:
        said, until = len(self.posted), self.world.monotonic + seconds
        while self.world.monotonic < until:
            self.world.advance(min(until - self.world.monotonic, max(0.05, self.playing.seconds_until_look())))
            if self.playing.seconds_until_look() == 0:
                self.playing.turn()
        return self.posted[said:]

    def told(self) -> list[str]:
        return [posted.message for posted in self.posted if isinstance(posted, ProblemOccurred)]


@pytest.fixture
def station(player: SpotifyPlayer, world: World) -> Station:
    return Station(player, world)


def test_while_the_quota_is_used_up_a_person_is_answered_without_a_call(station: Station, server: Server) -> None:
    server.answers["*"] = (429, error(429, "x", "QUOTA_EXCEEDED")[1], {"Retry-After": "80000"})
    said = station.ask(wish(Act.VOLUME, 30))
    assert Playback("unavailable", "spotify") in said
    assert any(isinstance(one, Problem) and "quota" in one.message for one in said)
    station.go_on(600)
    asked = len(server.requests)
    for one, words in (
        (wish(Act.VOLUME, 31), "can't set the volume to 31: spotify: the developer account's quota"),
        (wish(Act.NEXT), "can't skip to the next song: spotify:"),
        (wish(Act.PAUSE), "can't pause: spotify:"),
    ):
        station.ask(one)
        assert words in station.told()[-1]
    assert len(server.requests) == asked
    server.answers.clear()
    told = len(station.told())
    said = station.go_on(90000)
    assert len(station.told()) == told
    assert isinstance(said[-1], Playback)
    assert said[-1].state == "stopped"


def test_without_a_login_a_person_is_answered_and_a_new_one_counts_at_once(
    station: Station, server: Server, login: TokenFile, world: World
) -> None:
    server.withdrawn = True
    world.advance(4000)
    station.ask(play())
    assert "login has ended" in station.told()[-1]
    station.ask(wish(Act.NEXT))
    assert "will skip to the next song if it can within 1 min: spotify: nobody is logged in" in station.told()[-1]
    server.withdrawn = False
    login.write(server.login(), new_login=True)
    station.ask(play(ROCK))
    assert executed(world) == [("play", (ROCK.uri, None))]


def test_a_sleeping_speaker_gets_music_when_it_wakes_and_no_late_skip(station: Station, world: World) -> None:
    world.sleep("Living Room")
    station.ask(play(LIST))
    station.ask(wish(Act.NEXT))
    assert [told.split(":")[0] for told in station.told()] == [
        "will play liked (5 songs) now if it can within 10 min",
        "will skip to the next song if it can within 1 min",
    ]
    said = station.go_on(130)
    assert wish(Act.NEXT) in said
    assert station.told()[-1] == "can't skip to the next song: it comes too late"
    world.wake("Living Room")
    said = station.go_on(70)
    assert [do for do, _ in executed(world)] == ["play"]
    assert said[-1].state == "playing"


def test_what_is_refused_is_told_and_the_player_is_no_less_there(station: Station, world: World) -> None:
    world.person("play", "spotify:album:theirs")
    world.advance(3)
    said = station.ask(play(JAZZ))
    assert play(JAZZ) in said
    assert station.told() == [
        "can't play jazz now: spotify: the account is playing on \"Ann's phone\"; pause it there first",
    ]
    assert not any(isinstance(one, Problem) for one in said)
    assert Playback("unavailable", "spotify") not in said
    assert station.go_on(40)[-1].state == "playing"


def test_what_the_config_names_wrongly_is_told_once(station: Station) -> None:
    music = Music("mpd:playlist/x", "x")
    said = station.ask(play(music))
    assert said[0] == play(music)
    assert station.told() == [
        "can't play x now: spotify: mpd:playlist/x isn't Spotify's to play; check music.profiles and music.player"
    ]


def test_a_hiccup_is_no_absence_and_a_long_one_is(station: Station, server: Server) -> None:
    station.go_on(1)
    server.faults.append("503")
    said = station.go_on(40)
    assert [one.part for one in said if isinstance(one, Problem)] == ["player"]
    assert not [one for one in said if isinstance(one, Playback) and one.state == "unavailable"]
    server.answers["*"] = error(503, "oops")
    assert [one for one in station.go_on(60) if isinstance(one, Playback)][-1].state == "unavailable"


def test_the_end_of_a_login_is_told_three_times(station: Station, login: TokenFile, world: World) -> None:
    assert login.expires is not None
    world.advance(login.expires - world.unix() - 32 * DAY)
    login.write({**(login.read() or {}), "expires_at": world.unix() + 1e9})
    station.playing._login_end._next = 0.0
    told = []
    for _ in range(31 * 24 - 1):
        world.advance(3600)
        found = station.playing._login_end.event(world.monotonic, lambda: login.expires)
        told += [] if found is None else [found.message]
    assert told == [
        f"spotify: the login ends {when}; run `moodroom login` on this device before"
        for when in ("in 30 days", "in 7 days")
    ]
    # A restart says nothing twice, and the last day is told by the station itself.
    again = Station(station.playing._player, world)  # type: ignore[arg-type]
    again.go_on(3600)
    assert again.told() == []
    again.go_on(DAY)
    assert again.told() == ["spotify: the login ends within a day; run `moodroom login` on this device before"]


@pytest.mark.parametrize(
    ("left", "told", "expected"),
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
def test_when_the_end_of_a_login_is_due(left: float, told: str | None, expected: str | None) -> None:
    found = due(1e6, 1e6 - left * DAY, told)
    assert (found[0] if found else None) == expected


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

    def given_up(self) -> list[AbandonedWish]:
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


def test_a_player_that_always_asks_for_a_look_causes_no_busy_loop() -> None:
    player = NotifiedPlayer()
    player.wait = lambda: 0.0  # type: ignore[method-assign]
    driver = PlayerDriver(player, WishQueue(), post=lambda _: None)
    began = time.monotonic()
    while time.monotonic() < began + 0.5:
        driver.turn()
    assert 1 < player.looks <= 0.5 / (MIN_LOOK_INTERVAL_S - EARLY_S) + 1
