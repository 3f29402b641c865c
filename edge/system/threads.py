"""Threads that stop when told, and what passes between them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from tenacity import RetryCallState, RetryError, Retrying, sleep_using_event, stop_when_event_set
from tenacity.wait import wait_exponential, wait_random

from edge.errors import MoodroomError

T = TypeVar("T")
log = logging.getLogger(__name__)


class Latest(Generic[T]):
    """One slot between two threads: the newest value wins, older ones are dropped unread."""

    def __init__(self) -> None:
        self._value: T | None = None
        self._ready = threading.Condition()
        self.dropped = 0

    def put(self, value: T) -> None:
        """Leave a value for the reader."""
        with self._ready:
            self.dropped += self._value is not None
            self._value = value
            self._ready.notify()

    def get(self, wait: float) -> T | None:
        """Take the value, waiting for it at most `wait` seconds; None where there is none."""
        with self._ready:
            if self._value is None:
                self._ready.wait(wait)
            value, self._value = self._value, None
            return value


class Worker:
    """A thread that runs `turn` again and again until it is stopped.

    An error in a turn is logged and waited out; it ends neither this thread nor another.
    """

    def __init__(
        self,
        name: str,
        turn: Callable[[], None],
        *,
        on_error: Callable[[str], None],
        on_end: Callable[[], None] | None = None,
        first_wait: float = 1.0,
        most_wait: float = 30.0,
    ) -> None:
        """turn: one short piece of work; it must return within a second or two, or wait on `stopping`.

        on_error: is told each error's sentence. on_end: runs last, in the thread.
        first_wait, most_wait: seconds to wait after an error, and at most after many.
        """
        self.name = name
        self.stopping = threading.Event()
        self._busy: float | None = None
        self._turn, self._on_error, self._on_end = turn, on_error, on_end
        self._grow = wait_exponential(multiplier=first_wait, max=most_wait) + wait_random(0, first_wait / 2)
        self._retry = Retrying(
            wait=self._wait,
            stop=stop_when_event_set(self.stopping),
            sleep=sleep_using_event(self.stopping),
            before_sleep=self._told,
        )
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def busy_for(self, now: float) -> float:
        """How long the turn that runs now has taken, seconds; 0 between turns. A hung driver shows here."""
        since = self._busy
        return 0.0 if since is None else max(0.0, now - since)

    def join(self, wait: float) -> bool:
        """True where the thread has ended within `wait` seconds."""
        if self._thread.ident is not None:
            self._thread.join(wait)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                # After a turn that worked, the waits begin small again.
                self._retry(self._one)
            except RetryError:
                break
        if self._on_end is not None:
            try:
                self._on_end()
            except Exception as error:
                log.warning("%s: didn't end cleanly: %s", self.name, error)

    def _one(self) -> None:
        self._busy = time.monotonic()
        try:
            self._turn()
        finally:
            self._busy = None

    def _wait(self, state: RetryCallState) -> float:
        """Seconds until the next try: what the error asks for, else longer each time."""
        asked = getattr(_error(state), "retry_after", None)
        return float(asked) if asked is not None else self._grow(state)

    def _told(self, state: RetryCallState) -> None:
        error = _error(state)
        if isinstance(error, MoodroomError):
            self._on_error(str(error))
        else:
            # The fence round foreign code: a thread must outlive whatever it raises.
            log.debug("%s", self.name, exc_info=error)
            self._on_error(f"{self.name}: {type(error).__name__}: {error}")


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def stop_all(workers: list[Worker], wait: float) -> list[str]:
    """Set all stop events, then join all; gives the names of those that didn't end within `wait` seconds in all."""
    for worker in workers:
        worker.stopping.set()
    until = time.monotonic() + wait
    return [worker.name for worker in reversed(workers) if not worker.join(max(0.05, until - time.monotonic()))]
