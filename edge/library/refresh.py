"""The library kept fresh by itself: every so often, once nobody would notice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from edge.config import Config
from edge.errors import MoodroomError
from edge.library.account import LibraryAccount, open_account
from edge.library.retrying import Patience, StoppedError, Wait
from edge.library.steps import bring_features, do_publishing, plan_publishing, sort_library
from edge.library.store import Store
from edge.library.sync import sync

NOTE = "refreshed"
LOOK_EVERY = 5.0  # seconds between two looks whether it is time
AGAIN = 3600.0  # seconds until the next try after one that failed
AT_LAST = 86400.0  # who is never quiet gets it all the same, a day late
log = logging.getLogger(__name__)


class Refresh:
    """`turn` is a worker's; it waits on the worker's stop event, between two pages too."""

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
        """wait: as `Event.wait`. quiet: nobody is there, or quiet hours. now: Unix time. done: after each refresh."""
        self._config, self._wait, self._quiet, self._now, self._done = config, wait, quiet, now, done
        self._account, self._path = account, path
        self._due: float | None = None

    def turn(self) -> None:
        """Look once, and refresh if it is time. Raises MoodroomError, and tries again an hour later."""
        if self._wait(LOOK_EVERY):
            return
        now = self._now()
        if self._due is None:
            with Store(self._path) as store:
                last = store.note(NOTE)
            # The first one is due at once, and waits for a quiet time like any other.
            self._due = float(last) + (self._config.library.refresh or 0.0) if last else now
        if now < self._due or not (self._quiet() or now >= self._due + AT_LAST):
            return
        try:
            self.refresh()
        except StoppedError:
            return
        except MoodroomError as error:
            self._due = now + max(AGAIN, getattr(error, "retry_after", None) or 0.0)
            raise
        self._due = None
        self._done()

    def refresh(self) -> None:
        """Read, describe, sort and, where it is asked for, publish."""
        library = self._config.library
        account = self._account(self._config)
        try:
            with Store(self._path) as store:
                patience = Patience(self._wait, pause=account.pause)
                synced = sync(store, account.lists, patience)
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
                        store, self._config, account, patience, plan_publishing(store, self._config, account, patience)
                    )
                store.write_note(NOTE, str(self._now()))
        finally:
            account.close()
        songs = sum(one.songs for one in synced)
        log.info("library: refreshed, %d songs, %d of them with a mood", songs, len(sorting.placed))
