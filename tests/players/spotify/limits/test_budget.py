"""The requests that Spotify gets in an hour and in a day."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.errors import BudgetUsedUpError, UnreachableError
from edge.players.spotify.limits import budget as budget_module
from edge.players.spotify.limits.budget import FILE_NAME, RequestBudget
from edge.players.spotify.player import SpotifyPlayer
from edge.players.spotify.token_file import TokenFile
from edge.values import Act
from tests.players.listening import play, run_for, wish
from tests.spotify_server import Server, World
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE

HOUR, DAY = 3600.0, 86400.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def take(budget: RequestBudget, count: int) -> None:
    for _ in range(count):
        budget.take()


def test_an_hour_and_a_day_have_their_limits(tmp_path: Path, clock: Clock) -> None:
    budget = RequestBudget(tmp_path, now=clock, hour_max=20, day_max=30)
    take(budget, 20)
    with pytest.raises(BudgetUsedUpError, match=r"20 requests in an hour.*possible at \d\d:\d\d") as raised:
        budget.take()
    assert raised.value.retry_after is not None
    clock.now += raised.value.retry_after - 1
    with pytest.raises(BudgetUsedUpError):
        budget.take()
    clock.now += 1
    take(budget, 10)
    with pytest.raises(BudgetUsedUpError, match="30 requests in a day"):
        budget.take()
    clock.now += DAY
    take(budget, 1)
    assert (budget.counts().hour, budget.counts().day) == (1, 1)


def test_requests_are_counted_over_restarts_and_crashes(tmp_path: Path, clock: Clock) -> None:
    for _ in range(3):
        budget = RequestBudget(tmp_path, now=clock)
        take(budget, 7)
        budget.close()
    assert RequestBudget(tmp_path, now=clock).counts().day == 21
    take(RequestBudget(tmp_path, now=clock), 7)  # a crash: at most some requests too many are counted
    assert 28 <= RequestBudget(tmp_path, now=clock).counts().day <= 31


def test_two_programs_share_the_budget(tmp_path: Path, clock: Clock) -> None:
    daemon, command = (RequestBudget(tmp_path, now=clock, hour_max=100) for _ in range(2))
    for _ in range(4):
        take(daemon, 10)
        take(command, 10)
    assert daemon.counts().hour >= 70
    with pytest.raises(BudgetUsedUpError):
        take(daemon, 40)


def test_a_clock_that_was_ahead_blocks_nothing_for_ever(tmp_path: Path, clock: Clock) -> None:
    clock.now += 20 * 365 * DAY
    budget = RequestBudget(tmp_path, now=clock, hour_max=20)
    take(budget, 20)
    clock.now -= 20 * 365 * DAY
    later = RequestBudget(tmp_path, now=clock, hour_max=20)
    with pytest.raises(BudgetUsedUpError):
        later.take()
    clock.now += HOUR + 600
    take(later, 5)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"x": 1, "5": "a", "1790000000": -4, "17900000000000000": 3}'])
def test_a_damaged_file_counts_as_none(tmp_path: Path, clock: Clock, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    budget = RequestBudget(tmp_path, now=clock)
    take(budget, 3)
    assert budget.counts().day == 3


def test_a_full_disk_forgets_nothing_until_the_restart(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(budget_module, "write_atomically", full)
    budget = RequestBudget(tmp_path, now=clock, hour_max=50)
    take(budget, 50)
    with pytest.raises(BudgetUsedUpError):
        budget.take()
    assert caplog.text.count("No space left") == 1


@pytest.fixture
def budget(state_folder: Path, world: World) -> RequestBudget:
    return RequestBudget(state_folder, now=world.unix, hour_max=60, day_max=150)


@pytest.fixture
def thrifty(world: World, server: Server, login: TokenFile, budget: RequestBudget) -> SpotifyPlayer:
    """A player with a small budget."""
    api = SpotifyApi(
        CLIENT, login, api=server.api, accounts=server.accounts, timeout=PATIENCE, now=world.unix, budget=budget
    )
    return SpotifyPlayer(api, speaker="Living Room", clock=world.clock)


@pytest.mark.parametrize(("used", "least", "most"), [(0, 100, 150), (1000, 60, 100), (1500, 30, 60)])
def test_the_player_looks_more_seldom_towards_the_end_of_the_budget(
    thrifty: SpotifyPlayer, world: World, server: Server, budget: RequestBudget, used: int, least: int, most: int
) -> None:
    budget._hour_max = budget._day_max = 2000
    take(budget, used)
    world.advance(HOUR)
    thrifty.apply(play())
    run_for(thrifty, world, HOUR)
    assert least <= len(server.requests) <= most
    thrifty.close()


def test_a_used_up_budget_is_told_and_costs_no_request(thrifty: SpotifyPlayer, world: World, server: Server) -> None:
    thrifty.apply(play())
    with pytest.raises(BudgetUsedUpError):
        for volume in range(1, 90):
            world.advance(1)
            thrifty.apply(wish(Act.VOLUME, volume))
            thrifty.playback()
    requests = len(server.requests)
    with pytest.raises(BudgetUsedUpError, match="Moodroom's budget"):
        thrifty.playback()
    assert len(server.requests) == requests <= 60
    report = thrifty.report()
    assert (report["player_calls_hour"], report["player_calls_hour_max"]) == (60, 60)
    assert (report["player_calls_day"], report["player_calls_day_max"]) == (60, 150)
    world.advance(HOUR + 600)
    assert thrifty.playback().state == "playing"
    thrifty.close()


def test_what_never_reached_spotify_isnt_counted(login: TokenFile, world: World, budget: RequestBudget) -> None:
    closed = "http://127.0.0.1:9/"
    api = SpotifyApi(CLIENT, login, api=closed, accounts=closed, now=world.unix, budget=budget)
    for _ in range(70):
        with pytest.raises(UnreachableError):
            api.playback_state()
    assert budget.counts().hour == 0
    api.close()
