"""Calls that are given time: what passes is waited out, on something that a stop interrupts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, RetryError, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_exponential

from edge.errors import LibraryError, PlayerError
from edge.players.spotify.errors import LoginError

T = TypeVar("T")
# Seconds to wait, and whether somebody asked to stop meanwhile; `threading.Event.wait` is one.
Wait = Callable[[float], bool]
TRIES = 6
# A quota may ask for a day; the listener hears of it and comes back, since what was read is kept.
LONGEST = 900.0
_GROW = wait_exponential(multiplier=1, max=60)


class StoppedError(LibraryError):
    """Somebody asked to stop; what is done is kept."""


class Patience:
    """Spaces calls and repeats them. For calls that may be repeated without harm only."""

    def __init__(self, wait: Wait, *, pause: float, told: Callable[[float], None] = lambda _: None) -> None:
        """pause: seconds between two calls. told: hears how long it waits after a refusal."""
        self._wait, self._pause, self._told = wait, pause, told
        self._called = False

    def call(self, function: Callable[[], T]) -> T:
        """Raises StoppedError, or the PlayerError that stayed, or whose wait is too long."""
        if self._called:
            self._sleep(self._pause, quiet=True)
        self._called = True
        retrying = Retrying(
            retry=retry_if_exception(_passes), stop=stop_after_attempt(TRIES), wait=_how_long, sleep=self._sleep
        )
        try:
            return retrying(function)
        except RetryError as error:
            raise error.last_attempt.exception() or LibraryError("library: no answer") from None

    def rest(self, seconds: float) -> None:
        """Wait. Raises StoppedError."""
        self._sleep(seconds, quiet=True)

    def _sleep(self, seconds: float, *, quiet: bool = False) -> None:
        if not quiet:
            self._told(seconds)
        if self._wait(seconds):
            raise StoppedError("library: stopped; what was read is kept, and the next run goes on there")


def _passes(error: BaseException) -> bool:
    """True for trouble that is over soon."""
    if not isinstance(error, PlayerError) or isinstance(error, LoginError) or getattr(error, "lasting", False):
        return False
    return (error.retry_after or 0.0) <= LONGEST


def _how_long(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    # Not a moment too early, and longer each time where nobody says how long.
    return max(_GROW(state), getattr(error, "retry_after", None) or 0.0)
