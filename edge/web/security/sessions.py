"""Who has given the password: sessions that survive a restart, and a limit on guesses."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections import OrderedDict
from pathlib import Path

from edge.system.files import write_atomically

NAME = "web_sessions"
# Phones that may be signed in at once; the oldest one makes room.
MOST = 64
# Wrong passwords from one address, and from all of them, in so many seconds.
GUESSES, ALL_GUESSES, WITHIN, ADDRESSES = 5, 30, 300.0, 256


class Sessions:
    """Tokens that browsers hold; the file holds only their hashes. Another password ends all of them."""

    def __init__(self, password_line: str, *, lasts: float, file: Path | None) -> None:
        """password_line: the password's hash. lasts: seconds. file: None keeps them in memory only."""
        self._for = _hash(password_line)
        self._lasts, self._file = lasts, file
        self._ends: OrderedDict[str, float] = OrderedDict()
        self._read()

    def open(self, now: float) -> str:
        """A new session's token. now: Unix time."""
        token = secrets.token_urlsafe(32)
        self._ends = OrderedDict((key, end) for key, end in self._ends.items() if end > now)
        while len(self._ends) >= MOST:
            self._ends.popitem(last=False)
        self._ends[_hash(token)] = now + self._lasts
        self._write()
        return token

    def valid(self, token: str | None, now: float) -> bool:
        """Whether a browser that holds this token has given the password, and not too long ago."""
        return bool(token) and now < self._ends.get(_hash(str(token)), 0.0)

    def close(self, token: str) -> None:
        """Sign out."""
        if self._ends.pop(_hash(token), None) is not None:
            self._write()

    def _read(self) -> None:
        if self._file is None:
            return
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            if hmac.compare_digest(str(kept["for"]), self._for):
                self._ends.update((str(key), float(end)) for key, end in list(kept["ends"].items())[-MOST:])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return  # nobody is signed in, then

    def _write(self) -> None:
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, json.dumps({"for": self._for, "ends": self._ends}))
        except OSError:
            self._file = None  # then they last until a restart


class Guesses:
    """Wrong passwords lately; pure, `now` is any clock's seconds."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    def wait(self, address: str, now: float) -> float:
        """Seconds until this address may try again; 0: now."""
        everyone = sorted(at for times in self._wrong.values() for at in times if now - at < WITHIN)
        own = [at for at in self._wrong.get(address, []) if now - at < WITHIN]
        waits = [0.0]
        if len(own) >= GUESSES:
            waits.append(own[-GUESSES] + WITHIN - now)
        if len(everyone) >= ALL_GUESSES:
            waits.append(everyone[-ALL_GUESSES] + WITHIN - now)
        return max(waits)

    def wrong(self, address: str, now: float) -> None:
        """A guess; counted before the password is looked at, so that many at once don't slip through."""
        times = [at for at in self._wrong.pop(address, []) if now - at < WITHIN]
        self._wrong[address] = [*times, now]
        while len(self._wrong) > ADDRESSES:
            self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        """It was the password."""
        self._wrong.pop(address, None)


def csrf(token: str) -> str:
    """What a page of this session sends along with each request that changes something."""
    return _hash("csrf:" + token)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
