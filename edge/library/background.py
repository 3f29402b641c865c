"""The daemon's worker that refreshes the library, and when it may do so unnoticed."""

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
    Unliked,
    assert_never,
)
from edge.library.account import LibraryAccount, open_account
from edge.music.timetable import active_quiet_hours
from edge.system.threads import Worker
from edge.system.time_zone import zone

# After a fault.
FIRST_WAIT_S, MAX_WAIT_S = 60.0, 6 * 3600.0


class QuietTimes:
    """An outlet that knows when nobody would notice a refresh. The main thread calls it; the worker reads it."""

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
                | Unliked()
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

    def is_quiet(self) -> bool:
        """Whether nobody is present, or these are quiet hours."""
        return self._present is False or bool(active_quiet_hours(self._hours, datetime.now(self._zone)))


def refresh_workers(
    config: Config,
    outlets: list[Callable[[Event], None]],
    problem: Callable[[str | None], None],
    *,
    account: Callable[[Config], LibraryAccount] = open_account,
) -> list[Worker]:
    """The worker that refreshes the library; none where `library.refresh` is null. Adds its outlet to `outlets`.

    problem: called with each fault, and with None after a success. account: opens the listener's account.
    """
    if config.library.refresh is None:
        return []
    # Slow to import, and most devices never need it.
    from edge.library.refresh import Refresh

    quiet_times = QuietTimes(config)
    outlets.append(quiet_times)
    refresh = Refresh(
        config,
        wait=lambda seconds: worker.stopping.wait(seconds),
        quiet=quiet_times.is_quiet,
        now=time.time,
        done=lambda: problem(None),
        account=account,
    )
    worker = Worker("library", refresh.turn, on_error=problem, first_wait_s=FIRST_WAIT_S, max_wait_s=MAX_WAIT_S)
    return [worker]
