"""The refresh as a part of the daemon: a worker of its own, and an ear for when nobody would notice."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from edge.config import Config
from edge.events import (
    CameraSwitched,
    ClockStepped,
    CommandReceived,
    CommandRejected,
    ControlChanged,
    DecisionMade,
    Event,
    HealthReported,
    Liked,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
    ProblemOccurred,
    RestartRequested,
    SettingsReported,
    Skipped,
    TakenOver,
    assert_never,
)
from edge.library.account import LibraryAccount, open_account
from edge.music.timetable import active_quiet_hours
from edge.system.threads import Worker
from edge.system.time_zone import zone

FIRST_WAIT, MOST_WAIT = 60.0, 6 * 3600.0  # seconds between two tries that fail


class BackgroundRefresh:
    """An outlet that hears whether anybody is there. Called by the main thread, read by the refresh's."""

    def __init__(self, config: Config) -> None:
        self._hours, self._zone = config.music.quiet_hours, zone(config.music.time_zone)
        self._present: bool | None = None

    def __call__(self, event: Event) -> None:
        match event:
            case PresenceChanged(present=present):
                self._present = present
            case (
                MoodUpdated()
                | MoodChanged()
                | DecisionMade()
                | PlaybackChanged()
                | ControlChanged()
                | TakenOver()
                | Skipped()
                | Liked()
                | CameraSwitched()
                | SettingsReported()
                | CommandReceived()
                | CommandRejected()
                | RestartRequested()
                | ProblemOccurred()
                | HealthReported()
                | ClockStepped()
            ):
                pass
            case _:
                assert_never(event)

    def now(self) -> bool:
        """Nobody is there, or these are quiet hours."""
        return self._present is False or bool(active_quiet_hours(self._hours, datetime.now(self._zone)))


def refreshing(
    config: Config,
    outlets: list[Callable[[Event], None]],
    problem: Callable[[str | None], None],
    *,
    account: Callable[[Config], LibraryAccount] = open_account,
) -> list[Worker]:
    """The worker, and its outlet among `outlets`; none where `library.refresh` is null.

    problem: hears what doesn't work, and None once it does. account: opens the listener's songs.
    """
    if config.library.refresh is None:
        return []
    # What it needs is dear, and most devices never do this.
    from edge.library.refresh import Refresh

    ear = BackgroundRefresh(config)
    outlets.append(ear)
    refresh = Refresh(
        config,
        wait=lambda seconds: worker.stopping.wait(seconds),
        quiet=ear.now,
        now=time.time,
        done=lambda: problem(None),
        account=account,
    )
    worker = Worker("library", refresh.turn, on_error=problem, first_wait=FIRST_WAIT, most_wait=MOST_WAIT)
    return [worker]
