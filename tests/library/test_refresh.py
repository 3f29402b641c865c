"""The automatic refresh of the library."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.config import Config
from edge.errors import ConfigError, PlayerError, TableError
from edge.events import ClockStepped, Event, PresenceChanged
from edge.library.account import LibraryAccount
from edge.library.background import QuietTimes, refresh_workers
from edge.library.refresh import CHECK_EVERY_S, OVERDUE_S, RETRY_S, Refresh
from edge.library.store import Store
from edge.players.spotify.token_file import TokenFile
from tests.library.fixtures import WriteTable
from tests.spotify_server import Server, World
from tests.spotify_server.library import LibraryWorld
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE, wait_for

WEEK = 7 * 86400.0


class Home:
    """A refresh in the world's time. Tests set `quiet` and `stop`."""

    def __init__(self, world: World, opened: Callable[[Config], LibraryAccount], path: Path, **library: object) -> None:
        self.world, self.quiet, self.stop, self.done = world, True, False, 0
        self.config = Config.model_validate({"spotify": {"client_id": CLIENT}, "library": {"refresh": "7d", **library}})
        self.refresh = Refresh(
            self.config, wait=self.wait, quiet=lambda: self.quiet, now=world.unix, done=self.count, account=opened,
            path=path,
        )  # fmt: skip

    def wait(self, seconds: float) -> bool:
        self.world.advance(seconds)
        return self.stop

    def count(self) -> None:
        self.done += 1

    def turns(self, seconds: float) -> None:
        until = self.world.unix() + seconds
        while self.world.unix() < until and not self.stop:
            # Skip ahead, since nothing happens between most checks.
            self.world.advance(600 - CHECK_EVERY_S)
            self.refresh.turn()


@pytest.fixture
def home(
    world: World, login: TokenFile, opened: Callable[[Config], LibraryAccount], tmp_path: Path, table: WriteTable
) -> Home:
    return Home(world, opened, tmp_path / "journal.db", table=str(table()))


def liked(home: Home) -> int:
    with Store(home.refresh._path) as store:
        return len(store.songs())


def test_it_refreshes_once_a_week(home: Home, account: LibraryWorld) -> None:
    account.like(60)
    home.turns(3600)
    assert home.done == 1 and liked(home) == 60
    with Store(home.refresh._path) as store:
        assert len(store.placed()) == 60
    account.like(70)
    home.turns(WEEK - 2 * 86400)
    assert home.done == 1 and liked(home) == 60
    home.turns(3 * 86400)
    assert home.done == 2 and liked(home) == 70


def test_a_restart_does_not_refresh_again(home: Home, account: LibraryWorld, server: Server) -> None:
    account.like(10)
    home.turns(3600)
    requests = len(server.requests)
    again = Refresh(
        home.config, wait=home.wait, quiet=lambda: True, now=home.world.unix, path=home.refresh._path,
        account=lambda _: pytest.fail("it isn't due"),
    )  # fmt: skip
    for _ in range(20):
        again.turn()
    assert len(server.requests) == requests


def test_it_waits_for_a_quiet_time_but_no_longer_than_a_day(home: Home, account: LibraryWorld) -> None:
    account.like(10)
    home.quiet = False
    with Store(home.refresh._path) as store:
        store.write_note("refreshed", str(home.world.unix() - WEEK))
    home.turns(OVERDUE_S - 7200)
    assert home.done == 0
    home.turns(3 * 3600)
    assert home.done == 1
    home.turns(WEEK)
    assert home.done == 1
    home.quiet = True
    home.turns(3600)
    assert home.done == 2


def test_it_publishes_if_configured(
    world: World, login: TokenFile, opened: Callable[[Config], LibraryAccount], tmp_path: Path, table: WriteTable,
    account: LibraryWorld,
) -> None:  # fmt: skip
    account.like(60)
    home = Home(world, opened, tmp_path / "journal.db", table=str(table()), publish=True)
    home.turns(3600)
    assert {one.name for one in account.playlists.values()} >= {"Moodroom happy", "Moodroom sad"}
    assert sum(len(one.entries) for one in account.playlists.values()) == 60


def test_an_error_is_raised_and_the_refresh_retried_later(home: Home, account: LibraryWorld, server: Server) -> None:
    account.like(60)
    server.faults.extend(["503"] * 6)
    with pytest.raises(PlayerError):
        home.turns(3600)
    requests = len(server.requests)
    home.turns(RETRY_S - 1200)
    assert home.done == 0 and len(server.requests) == requests
    home.turns(1800)
    assert home.done == 1 and liked(home) == 60


def test_a_stop_ends_it(home: Home, account: LibraryWorld) -> None:
    account.like(500)
    home.stop = True
    home.refresh.turn()
    assert home.done == 0 and not Path(home.refresh._path or "").exists()


def test_a_bad_table_is_an_error(home: Home, account: LibraryWorld, tmp_path: Path) -> None:
    account.like(10)
    Path(str(home.config.library.table)).write_text("id,valence\n")
    with pytest.raises(TableError):
        home.refresh.refresh()


def test_the_daemons_worker_refreshes_once_the_room_is_empty(
    monkeypatch: pytest.MonkeyPatch,
    account: LibraryWorld,
    opened: Callable[[Config], LibraryAccount],
    table: WriteTable,
) -> None:
    from edge.library import refresh

    account.like(10)
    monkeypatch.setattr(refresh, "CHECK_EVERY_S", 0.02)
    outlets: list[Callable[[Event], None]] = []
    problems: list[str | None] = []
    config = Config.model_validate(
        {"spotify": {"client_id": CLIENT}, "library": {"refresh": "7d", "table": str(table())}}
    )
    [worker] = refresh_workers(config, outlets, problems.append, account=opened)
    worker.start()
    outlets[0](PresenceChanged(0.0, True))
    try:
        time.sleep(0.2)
        assert problems == []
        outlets[0](PresenceChanged(1.0, False))
        wait_for(lambda: problems == [None], "the refresh")
    finally:
        worker.stopping.set()
        assert worker.join(PATIENCE)


def test_without_a_refresh_there_is_no_worker() -> None:
    outlets: list[Callable[[Event], None]] = []
    assert refresh_workers(Config(), outlets, lambda _: None) == [] and outlets == []


def test_quiet_is_an_empty_room_or_quiet_hours() -> None:
    quiet = QuietTimes(Config())
    assert not quiet.is_quiet()
    for present in (True, False, True):
        quiet(PresenceChanged(0.0, present))
        quiet(ClockStepped(0.0, 0.0))
        assert quiet.is_quiet() is not present
    hours = {"music": {"quiet_hours": [{"begins": "0:00", "ends": "0:00"}]}}
    assert QuietTimes(Config.model_validate(hours)).is_quiet()


def test_the_interval_is_at_least_an_hour() -> None:
    assert Config().library.refresh is None
    for given in ("10s", "-1d", "often"):
        with pytest.raises(ValueError, match="library"):
            Config.model_validate({"library": {"refresh": given}})
    assert Config.model_validate(json.loads('{"library": {"refresh": "7d"}}')).library.refresh == WEEK
    with pytest.raises(ConfigError, match=r"library\.source"):
        Refresh(Config(), wait=lambda _: False, quiet=lambda: True, now=lambda: 0.0).refresh()
