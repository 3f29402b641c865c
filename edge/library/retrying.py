"""Calls with a pause between them, which are retried after temporary faults. Every wait can be interrupted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, RetryError, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_exponential

from edge.errors import LibraryError, PlayerError
from edge.players.spotify.errors import LoginError

T = TypeVar("T")
# Waits the given seconds; returns True at once when a stop is requested. `threading.Event.wait` is one.
Wait = Callable[[float], bool]
ATTEMPTS = 6
# A quota may require a day's wait. Rather than wait so long, the error is raised; what was read is kept.
RETRY_AFTER_MAX_S = 900.0
_BACKOFF = wait_exponential(multiplier=1, max=60)


class StoppedError(LibraryError):
    """A stop was requested; what is done is kept."""


class Retrier:
    """Spaces calls and retries them. Only for calls that may safely be repeated."""

    def __init__(self, wait: Wait, *, pause: float, on_wait: Callable[[float], None] = lambda _: None) -> None:
        """pause: seconds between two calls. on_wait: called with the seconds of each wait before a retry."""
        self._wait, self._pause, self._on_wait = wait, pause, on_wait
        self._called = False

    def call(self, function: Callable[[], T]) -> T:
        """Return the function's result. Raises StoppedError, or the last PlayerError."""
        if self._called:
            self._sleep(self._pause)
        self._called = True
        retrying = Retrying(
            retry=retry_if_exception(_temporary),
            stop=stop_after_attempt(ATTEMPTS),
            wait=_seconds_to_wait,
            sleep=self._sleep_before_retry,
        )
        try:
            return retrying(function)
        except RetryError as error:
            raise error.last_attempt.exception() or LibraryError("library: no answer") from None

    def rest(self, seconds: float) -> None:
        """Wait. Raises StoppedError."""
        self._sleep(seconds)

    def _sleep_before_retry(self, seconds: float) -> None:
        self._on_wait(seconds)
        self._sleep(seconds)

    def _sleep(self, seconds: float) -> None:
        if self._wait(seconds):
            raise StoppedError("library: stopped; what was read is kept, and the next run continues there")


def _temporary(error: BaseException) -> bool:
    if not isinstance(error, PlayerError) or isinstance(error, LoginError) or getattr(error, "lasting", False):
        return False
    return (error.retry_after or 0.0) <= RETRY_AFTER_MAX_S


def _seconds_to_wait(state: RetryCallState) -> float:
    """What the error asks for, and at least the growing wait of the backoff."""
    error = state.outcome.exception() if state.outcome is not None else None
    return max(_BACKOFF(state), getattr(error, "retry_after", None) or 0.0)
