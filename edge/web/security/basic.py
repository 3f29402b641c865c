"""The password in an Authorization header, for what collects metrics."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode
from collections.abc import Callable

from edge.web.security import password
from edge.web.security.sessions import Guesses

# Wrong headers that are known again without another guess.
REMEMBERED = 64


class Basic:
    """Whether a header holds it. A right one is known again without scrypt, and a wrong one is no second guess."""

    def __init__(self, line: str | None, *, clock: Callable[[], float]) -> None:
        """line: the password's hash, None for no password. clock: monotonic seconds."""
        self._line, self._clock, self._key = line, clock, secrets.token_bytes(32)
        self._known: bytes | None = None
        self._refused: set[bytes] = set()
        self._guesses = Guesses()

    def __call__(self, header: str) -> bool:
        if self._line is None or not header.startswith("Basic "):
            return False
        mark = hmac.digest(self._key, header.encode(), "sha256")
        if self._known is not None and hmac.compare_digest(mark, self._known):
            return True
        # Each guess costs some tenths of a second, and a wrong one that comes each minute mustn't lock the door.
        if mark in self._refused or self._guesses.wait("", self._clock()) > 0:
            return False
        try:
            given = b64decode(header.removeprefix("Basic "), validate=True).decode().partition(":")[2]
        except ValueError:
            return False
        self._guesses.wrong("", self._clock())
        if password.matches(given, self._line):
            self._guesses.right("")
            self._known = mark
            return True
        if len(self._refused) >= REMEMBERED:
            self._refused.clear()
        self._refused.add(mark)
        return False
