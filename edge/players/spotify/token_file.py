"""The login's file: kept to its owner, replaced in one move, and set aside once Spotify refuses it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from edge.players.spotify.errors import LoginError, login_busy
from edge.system import state

NAME = "spotify_login.json"
LOGIN_LASTS = 182 * 86400.0  # six months, told a day or two early rather than late
LOCKED_WITHIN = 10.0  # seconds that somebody else's renewal is waited for
log = logging.getLogger(__name__)


class TokenFile:
    """Reads and writes the token; each read looks at the file, so a login made meanwhile counts at once."""

    def __init__(self, folder: Path | None = None, *, now: Callable[[], float] = time.time) -> None:
        """folder: None for the state directory. now: Unix time."""
        self.path = (folder or state.directory()) / NAME
        self._now = now
        self._lock = FolderLock(self.path.parent)
        self._unsaved: dict[str, Any] | None = None
        # The last that was read or written here, since the file may be set aside while a new token is on its way.
        self._known: dict[str, Any] = {}

    @contextlib.contextmanager
    def alone(self, *, within: float = LOCKED_WITHIN) -> Iterator[None]:
        """Meanwhile nobody else changes the login. within: seconds to wait for others. Raises LoginBusyError."""
        with self._lock.held(within) as mine:
            if not mine:
                raise login_busy()
            yield

    def exists(self) -> bool:
        return self._unsaved is not None or os.path.isfile(self.path)

    def read(self) -> dict[str, Any] | None:
        """The token as spotipy wants it, or None."""
        return self._kept().get("token")

    def write(self, token: dict[str, Any], *, new_login: bool = False, client_id: str | None = None) -> None:
        """Keep a token.

        new_login: it comes from a person's consent, and not from a refresh, so that the six months begin now.
        """
        # A token that couldn't be kept would be lost: who holds the lock for too long is passed by.
        with self._lock.held(LOCKED_WITHIN):
            kept = {} if new_login else self._kept() or dict(self._known)
            kept["token"] = token
            kept.setdefault("authorised_at", self._now())
            if client_id is not None:
                kept["client_id"] = client_id
            self._keep(kept, new_login=new_login)

    @property
    def authorised_at(self) -> float | None:
        """Unix time of the consent."""
        at = self._kept().get("authorised_at")
        return float(at) if isinstance(at, (int, float)) else None

    @property
    def expires(self) -> float | None:
        """Unix time at which Spotify ends the login, refreshed or not."""
        at = self.authorised_at
        return None if at is None else at + LOGIN_LASTS

    @property
    def client_id(self) -> str | None:
        """The app that the login was made for."""
        return self._kept().get("client_id")

    def expire(self) -> None:
        """Make the next call fetch a new access token."""
        with self._lock.held(LOCKED_WITHIN) as mine:
            # Who holds it for so long renews it anyway.
            if mine and (token := self.read()) is not None:
                self.write({**token, "expires_at": 0})

    def quarantine(self, refused: str) -> None:
        """Set the file aside, so that a refused token isn't tried for ever; the newest refused one is kept.

        refused: the refresh token; where the file holds another, somebody has logged in meanwhile.
        """
        with self._lock.held(LOCKED_WITHIN) as mine:
            token = self.read()
            if not mine or (token is not None and token["refresh_token"] != refused):
                return
            self._unsaved = None
            with contextlib.suppress(OSError):
                self.path.replace(self.path.with_suffix(".refused"))

    def refused(self) -> bool:
        """There was a login, which Spotify has refused since."""
        return os.path.isfile(self.path.with_suffix(".refused"))

    def _keep(self, kept: dict[str, Any], *, new_login: bool) -> None:
        try:
            self._replace(json.dumps(kept))
            self._unsaved, self._known = None, kept
        except OSError as error:
            if new_login:
                raise LoginError(f"{self.path}: can't be written ({error.strerror}); the login isn't kept") from None
            # Spotify has already taken back the old refresh token: what we hold is all there is.
            self._unsaved = kept
            log.warning("%s: can't be written (%s); after a restart a new login is needed", self.path, error.strerror)

    def _kept(self) -> dict[str, Any]:
        if self._unsaved is not None:
            return dict(self._unsaved)
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            return {}
        token = kept.get("token") if isinstance(kept, dict) else None
        whole = isinstance(token, dict) and all(token.get(key) for key in ("access_token", "refresh_token"))
        if not whole:
            return {}
        self._known = kept
        return dict(kept)

    def _replace(self, text: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_name(f".{NAME}.part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)


LOOK_EVERY = 0.05  # seconds between two tries


class FolderLock:
    """A lock on a folder, which needs no file of its own; the system gives it back when its holder ends.

    Whoever holds it may take it again in the same thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mine = threading.RLock()
        self._depth = 0

    @contextlib.contextmanager
    def held(self, within: float) -> Iterator[bool]:
        """Holds the lock meanwhile; gives False where somebody else had it for all of `within` seconds.

        A folder that isn't there, or that this system can't lock, is nobody else's: True.
        """
        until = time.monotonic() + within
        if not self._mine.acquire(timeout=max(0.0, within)):
            yield False
            return
        try:
            if self._depth:
                yield True
                return
            with contextlib.ExitStack() as stack:
                mine = self._take(until, stack)
                self._depth += mine
                try:
                    yield mine
                finally:
                    self._depth -= mine
        finally:
            self._mine.release()

    def _take(self, until: float, stack: contextlib.ExitStack) -> bool:
        """stack: closes the folder, and thereby ends the lock."""
        try:
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return True
        stack.callback(os.close, folder)
        while True:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EINTR):
                    return True
            else:
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK_EVERY)
