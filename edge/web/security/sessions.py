"""Sessions of signed-in browsers, which survive a restart, and a limit on password guesses."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import time
from collections import OrderedDict
from pathlib import Path

from edge.system.files import make_folder, replace_or_overwrite
from edge.system.reading import read_text
from edge.text import parse_json

log = logging.getLogger(__name__)
FILE_NAME = "web_sessions"
# If more are opened, the oldest are closed.
MAX_SESSIONS = 64
# The shortest interval between two tries to write what couldn't be written.
RETRY_EVERY_S = 60.0
# Wrong passwords within the window, from one address and from all together.
MAX_GUESSES, MAX_ALL_GUESSES = 5, 30
GUESS_WINDOW_S = 300.0
MAX_ADDRESSES = 256


class Sessions:
    """The tokens of browsers; the file contains only their hashes. A new password ends all sessions."""

    def __init__(self, password_line: str, *, lifetime_s: float, file: Path | None) -> None:
        """password_line: the password's hash. file: None keeps the sessions in memory only."""
        self._password_id = _hash(password_line)
        self._lifetime_s, self._file = lifetime_s, file
        self._ends: OrderedDict[str, float] = OrderedDict()
        # Whether the file lacks the last change, and the sessions that it contains.
        self._unsaved, self._tried_at = False, 0.0
        self._saved: frozenset[str] = frozenset()
        self._read()

    def open(self, now: float) -> str:
        """A new session's token. now: Unix time."""
        token = secrets.token_urlsafe(32)
        # By their number and not by the clock, which may be wrong: one set back later would find them gone.
        while len(self._ends) >= MAX_SESSIONS:
            self._ends.popitem(last=False)
        self._ends[_hash(token)] = now + self._lifetime_s
        self._write()
        return token

    def valid(self, token: str | None, now: float) -> bool:
        """Whether this is the token of an open session. now: Unix time."""
        if self._unsaved and not 0 <= now - self._tried_at < RETRY_EVERY_S:
            self._write()
        return bool(token) and now < self._ends.get(_hash(str(token)), 0.0)

    def close(self, token: str) -> bool:
        """End a session. Returns whether that is kept over a restart; if not, later calls try again."""
        key = _hash(token)
        if self._ends.pop(key, None) is not None or self._unsaved:
            self._write()
        return key not in self._saved

    def _read(self) -> None:
        if self._file is None:
            return
        try:
            saved = parse_json(read_text(self._file))
            if hmac.compare_digest(str(saved["for"]), self._password_id):
                self._ends.update((str(key), float(end)) for key, end in list(saved["ends"].items())[-MAX_SESSIONS:])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return  # then nobody is signed in
        self._saved = frozenset(self._ends)

    def _write(self) -> None:
        if self._file is None:
            return
        self._tried_at = time.time()
        try:
            make_folder(self._file.parent)
            # In place on a full disk: a session less is never longer, and a damaged file only signs everybody out.
            replace_or_overwrite(self._file, json.dumps({"for": self._password_id, "ends": self._ends}))
            self._unsaved, self._saved = False, frozenset(self._ends)
        except OSError as error:
            if not self._unsaved:
                log.warning("web: %s can't be written (%s); sign-outs may not last", self._file, error.strerror)
            self._unsaved = True


class Guesses:
    """Recent wrong passwords. `now` is seconds of any one clock."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    def wait(self, address: str, now: float) -> float:
        """Seconds until this address may try again; 0: now."""
        all_times = sorted(at for times in self._wrong.values() for at in times if now - at < GUESS_WINDOW_S)
        own = [at for at in self._wrong.get(address, []) if now - at < GUESS_WINDOW_S]
        waits = [0.0]
        if len(own) >= MAX_GUESSES:
            waits.append(own[-MAX_GUESSES] + GUESS_WINDOW_S - now)
        if len(all_times) >= MAX_ALL_GUESSES:
            waits.append(all_times[-MAX_ALL_GUESSES] + GUESS_WINDOW_S - now)
        return max(waits)

    def wrong(self, address: str, now: float) -> None:
        """Count a guess."""
        times = [at for at in self._wrong.pop(address, []) if now - at < GUESS_WINDOW_S]
        self._wrong[address] = [*times, now]
        while len(self._wrong) > MAX_ADDRESSES:
            self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        """Forget the guesses of an address: the password was right."""
        self._wrong.pop(address, None)


def csrf(token: str) -> str:
    """The CSRF token of a session, which the page sends with each request that changes something."""
    return _hash("csrf:" + token)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
