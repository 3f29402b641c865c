"""Refreshes the library at regular intervals, at a time when nobody would notice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from edge.config import Config
from edge.errors import MoodroomError
from edge.library.account import LibraryAccount, open_account
from edge.library.retrying import Retrier, StoppedError, Wait
from edge.library.steps import bring_features, do_publishing, plan_publishing, sort_library
from edge.library.store import Store
from edge.library.sync import sync

NOTE = "refreshed"
CHECK_EVERY_S = 5.0
RETRY_S = 3600.0
# Where it is never quiet, the refresh starts anyway when it is this late.
OVERDUE_S = 86400.0
log = logging.getLogger(__name__)


class Refresh:
    """Refreshes the library; a worker calls `turn`. All waits end when the worker is stopped."""

    def __init__(
        self,
        config: Config,
        *,
        wait: Wait,
        quiet: Callable[[], bool],
        now: Callable[[], float],
        done: Callable[[], None] = lambda: None,
        account: Callable[[Config], LibraryAccount] = open_account,
        path: Path | None = None,
    ) -> None:
        """wait: such as `Event.wait`. quiet: whether nobody would notice. now: returns Unix time.

        done: called after each refresh. account: opens the listener's account. path: the store's file.
        """
        self._config, self._wait, self._quiet, self._now, self._done = config, wait, quiet, now, done
        self._account, self._path = account, path
        self._due: float | None = None

    def turn(self) -> None:
        """Refresh if it is due. Raises MoodroomError; the next try is an hour later, or when the error allows."""
        if self._wait(CHECK_EVERY_S):
            return
        now = self._now()
        if self._due is None:
            with Store(self._path) as store:
                last = store.note(NOTE)
            # The first refresh is due at once, but also waits for a quiet time.
            # One in the future was noted by a wrong clock.
            known = last is not None and float(last) <= now
            self._due = float(last or 0.0) + (self._config.library.refresh or 0.0) if known else now
        if now < self._due or not (self._quiet() or now >= self._due + OVERDUE_S):
            return
        try:
            self.refresh()
        except StoppedError:
            return
        except MoodroomError as error:
            self._due = now + max(RETRY_S, getattr(error, "retry_after", None) or 0.0)
            raise
        self._due = None
        self._done()

    def refresh(self) -> None:
        """Read the lists, add features, sort, and publish if `library.publish` is on. Raises MoodroomError."""
        library = self._config.library
        account = self._account(self._config)
        try:
            with Store(self._path) as store:
                retrier = Retrier(self._wait, pause=account.pause)
                synced = sync(store, account.lists, retrier)
                audio = library.music_folder if account.kind == "mpd" else None
                bring_features(
                    store,
                    library,
                    self._wait,
                    table=Path(library.table).expanduser() if library.table else None,
                    reccobeats=library.reccobeats,
                    audio=Path(audio).expanduser() if audio else None,
                )
                sorting = sort_library(store, library)
                if library.publish:
                    do_publishing(
                        store, self._config, account, retrier, plan_publishing(store, self._config, account, retrier)
                    )
                store.write_note(NOTE, str(self._now()))
        finally:
            account.close()
        songs = sum(one.songs for one in synced)
        log.info("library: refreshed, %d songs, %d of them with a mood", songs, len(sorting.placed))
