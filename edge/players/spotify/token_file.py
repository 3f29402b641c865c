"""`TokenFile`: the saved Spotify login, readable by its owner only and replaced atomically."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from edge.players.spotify.errors import LoginError, login_busy
from edge.players.spotify.lock import FolderLock
from edge.system import state
from edge.system.files import make_folder, write_atomically
from edge.system.reading import read_text
from edge.text import parse_json

FILE_NAME = "spotify_login.json"
# Where Spotify sends the browser after a sign-in; here, so that it is known without loading spotipy.
REDIRECT_URI = "http://127.0.0.1:8731/callback"
LOGIN_LIFETIME_S = 182 * 86400.0  # six months, rounded down: better a day early than a day late
LOCK_TIMEOUT_S = 10.0
log = logging.getLogger(__name__)


class TokenFile:
    """Reads and writes the saved login. Each read opens the file, so a new login takes effect at once."""

    def __init__(self, folder: Path | None = None, *, now: Callable[[], float] = time.time) -> None:
        """folder: defaults to the state directory. now: returns Unix time."""
        self.path = (folder or state.directory()) / FILE_NAME
        self._now = now
        self._lock = FolderLock(self.path.parent)
        # What couldn't be written to disk.
        self._unsaved: dict[str, Any] | None = None
        # What was last read or written here: the file may be set aside while a new token is on its way.
        self._last_known: dict[str, Any] = {}

    @contextlib.contextmanager
    def exclusive(self, *, timeout: float = LOCK_TIMEOUT_S) -> Iterator[None]:
        """Keep other threads and programs from changing the login. timeout: in seconds. Raises LoginBusyError."""
        with self._lock.held(timeout) as acquired:
            if not acquired:
                raise login_busy()
            yield

    def exists(self) -> bool:
        return self._unsaved is not None or os.path.isfile(self.path)

    def stamp(self) -> tuple[int, int] | None:
        """A value that differs once the file was written by anybody; None if there is no file."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def read(self) -> dict[str, Any] | None:
        """The token in spotipy's format, or None."""
        return self._content().get("token")

    def write(self, token: dict[str, Any], *, new_login: bool = False, client_id: str | None = None) -> None:
        """Save a token.

        new_login: the token comes from a sign-in, not from a refresh, so the six months start now. Raises LoginError
        if a new login can't be written; a refreshed token is then kept in memory.
        """
        # Written even without the lock: a token that isn't saved is lost.
        with self._lock.held(LOCK_TIMEOUT_S):
            content = {} if new_login else self._content() or dict(self._last_known)
            content["token"] = token
            content.setdefault("authorised_at", self._now())
            if client_id is not None:
                content["client_id"] = client_id
            self._save(content, new_login=new_login)

    @property
    def authorised_at(self) -> float | None:
        """Unix time of the sign-in."""
        timestamp = self._content().get("authorised_at")
        return float(timestamp) if isinstance(timestamp, (int, float)) else None

    @property
    def expires(self) -> float | None:
        """Unix time at which Spotify ends the login, refreshed or not."""
        authorised_at = self.authorised_at
        return None if authorised_at is None else authorised_at + LOGIN_LIFETIME_S

    @property
    def client_id(self) -> str | None:
        """The app that the login was made for."""
        return self._content().get("client_id")

    def expire(self) -> None:
        """Mark the access token as expired, so that the next request refreshes it."""
        with self._lock.held(LOCK_TIMEOUT_S) as acquired:
            # Without the lock there is nothing to do: its holder is refreshing the token.
            if acquired and (token := self.read()) is not None:
                self.write({**token, "expires_at": 0})

    def quarantine(self, refresh_token: str) -> None:
        """Rename the file to `.refused`, so that a rejected refresh token isn't tried again.

        refresh_token: the rejected one. If the file holds another, there was a new login meanwhile and the file stays.
        """
        with self._lock.held(LOCK_TIMEOUT_S) as acquired:
            token = self.read()
            if not acquired or (token is not None and token["refresh_token"] != refresh_token):
                return
            self._unsaved = None
            with contextlib.suppress(OSError):
                self.path.replace(self.path.with_suffix(".refused"))

    def forget(self) -> bool:
        """Delete the login, and one that Spotify has refused; returns whether there was any. Raises LoginError."""
        with self.exclusive():
            self._unsaved, self._last_known = None, {}
            files = [self.path, self.path.with_suffix(".refused")]
            found = [file for file in files if os.path.lexists(file)]
            try:
                for file in found:
                    file.unlink(missing_ok=True)
            except OSError as error:
                raise LoginError(f"{error.filename}: can't be deleted ({error.strerror}); delete it by hand") from None
            return bool(found)

    def refused(self) -> bool:
        """True if there was a login that Spotify has rejected since."""
        return os.path.isfile(self.path.with_suffix(".refused"))

    def _save(self, content: dict[str, Any], *, new_login: bool) -> None:
        try:
            make_folder(self.path.parent)
            write_atomically(self.path, json.dumps(content))
            self._unsaved, self._last_known = None, content
        except OSError as error:
            if new_login:
                raise LoginError(f"{self.path}: can't be written ({error.strerror}); the login isn't saved") from None
            # Spotify has already revoked the old refresh token, so this is the only valid one.
            self._unsaved = content
            log.warning("%s: can't be written (%s); a restart will need a new login", self.path, error.strerror)

    def _content(self) -> dict[str, Any]:
        """The file's content, or an empty dictionary if it is missing or incomplete."""
        if self._unsaved is not None:
            return dict(self._unsaved)
        try:
            content = parse_json(read_text(self.path))
        except (OSError, ValueError):
            return {}
        token = content.get("token") if isinstance(content, dict) else None
        if not isinstance(token, dict) or not all(token.get(key) for key in ("access_token", "refresh_token")):
            return {}
        self._last_known = content
        return dict(content)
