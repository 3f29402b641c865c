"""The password as HTTP Basic authentication, for programs that collect metrics."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode
from collections.abc import Callable

from edge.web.security import password
from edge.web.security.sessions import Guesses

# Wrong headers that are remembered, so that repeating one isn't another guess.
MAX_REFUSED = 64


class Basic:
    """Whether a header has the right password. Known headers, right or wrong, aren't hashed with scrypt again."""

    def __init__(self, line: str | None, *, clock: Callable[[], float]) -> None:
        """line: the password's hash, None for no password. clock: monotonic seconds."""
        self._line, self._clock, self._key = line, clock, secrets.token_bytes(32)
        self._known: bytes | None = None
        self._refused: set[bytes] = set()
        self._guesses = Guesses()

    def __call__(self, header: str) -> bool:
        if self._line is None or not header.startswith("Basic "):
            return False
        digest = hmac.digest(self._key, header.encode(), "sha256")
        if self._known is not None and hmac.compare_digest(digest, self._known):
            return True
        # A guess takes some tenths of a second. A program that repeats a wrong password mustn't block the right one.
        if digest in self._refused or self._guesses.wait("", self._clock()) > 0:
            return False
        try:
            password_given = b64decode(header.removeprefix("Basic "), validate=True).decode().partition(":")[2]
        except ValueError:
            return False
        self._guesses.wrong("", self._clock())
        if password.matches(password_given, self._line):
            self._guesses.right("")
            self._known = digest
            return True
        if len(self._refused) >= MAX_REFUSED:
            self._refused.clear()
        self._refused.add(digest)
        return False
