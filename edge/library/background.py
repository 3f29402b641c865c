"""The daemon's worker that refreshes the library unnoticed, and publishing that can't wait for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from edge.config import Config
from edge.errors import MoodroomError, reported
from edge.events import (
    CameraSwitched,
    ChoiceRefused,
    ClockStepped,
    CommandReceived,
    CommandRejected,
    ControlChanged,
    Corrected,
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
PUBLISH_AGAIN_S = 3600.0
log = logging.getLogger(__name__)


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
                | Corrected()
                | Skipped()
                | Liked()
                | Unliked()
                | ChoiceRefused()
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


class Publisher:
    """Publishes the playlists of `library:` lists for a speaker that refuses lists of songs."""

    def __init__(
        self,
        config: Config,
        problem: Callable[[str | None], None],
        *,
        account: Callable[[Config], LibraryAccount] = open_account,
        path: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """problem: called with a fault, and with None after a success. account: opens the listener's account.

        path: the store's file. clock: monotonic seconds.
        """
        self._config, self._problem, self._account, self._path, self._clock = config, problem, account, path, clock
        self._began_at = float("-inf")
        self._never = threading.Event()

    def begin(self) -> None:
        """Publish in a thread of its own, at most once an hour, and only where `library.publish` is on."""
        if not self._config.library.publish or self._clock() < self._began_at + PUBLISH_AGAIN_S:
            return
        self._began_at = self._clock()
        threading.Thread(target=self.publish, name="publish", daemon=True).start()

    def publish(self) -> None:
        """Publish now. A fault is told by `problem`."""
        # Slow to import, and most devices never need it.
        from edge.library.retrying import Retrier
        from edge.library.steps import do_publishing, plan_publishing
        from edge.library.store import Store

        try:
            account = self._account(self._config)
            try:
                with Store(self._path) as store:
                    retrier = Retrier(self._never.wait, pause=account.pause)
                    changes = plan_publishing(store, self._config, account, retrier)
                    do_publishing(store, self._config, account, retrier, changes)
            finally:
                account.close()
        except MoodroomError as error:
            log.warning("library: can't publish playlists for the speaker: %s", error)
            self._problem(reported(error))
        else:
            log.info("library: published %d playlists, since the speaker takes no lists of songs", len(changes))
            self._problem(None)
