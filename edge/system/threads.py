"""Threads that can be stopped, and a slot that passes values between threads."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from tenacity import RetryCallState, RetryError, Retrying, sleep_using_event, stop_when_event_set
from tenacity.wait import wait_exponential, wait_random

from edge.errors import MoodroomError, reported

T = TypeVar("T")
log = logging.getLogger(__name__)
# How long a stop waits for a worker that may linger.
LINGER_S = 0.5


class Latest(Generic[T]):
    """A slot between two threads that holds the newest value; older ones are dropped unread."""

    def __init__(self) -> None:
        self._value: T | None = None
        self._ready = threading.Condition()
        self.dropped = 0

    def put(self, value: T) -> None:
        """Replace the value, and wake the reader."""
        with self._ready:
            self.dropped += self._value is not None
            self._value = value
            self._ready.notify()

    def get(self, wait: float) -> T | None:
        """Take the value, waiting at most `wait` seconds for one; None if none came."""
        with self._ready:
            if self._value is None:
                self._ready.wait(wait)
            value, self._value = self._value, None
            return value


class Worker:
    """A thread that calls `turn` repeatedly until it is stopped.

    After an error it waits and calls `turn` again; the thread never ends because of one.
    """

    def __init__(
        self,
        name: str,
        turn: Callable[[], None],
        *,
        on_error: Callable[[str], None],
        on_end: Callable[[], None] | None = None,
        first_wait_s: float = 1.0,
        max_wait_s: float = 30.0,
        healthy_after_s: float = 0.0,
        may_linger: bool = False,
    ) -> None:
        """turn: a short piece of work. It must return within a second or two, or wait on `stopping`.

        on_error: called with each error's sentence. on_end: called at the end, in this thread.
        first_wait_s, max_wait_s: how long to wait after a first error, and at most after several.
        healthy_after_s: a turn that works ends a series of errors only after so many seconds without one.
        may_linger: a turn may hang for a while in a foreign call, as to a server, and nothing is lost if it is left.
        """
        self.name, self.may_linger = name, may_linger
        self.stopping = threading.Event()
        self._turn_began: float | None = None
        self._healthy_after_s, self._last_error = healthy_after_s, -math.inf
        # How often errors followed each other within that time, though turns between them worked.
        self._relapses = 0
        self._turn, self._on_error, self._on_end = turn, on_error, on_end
        self._backoff = wait_exponential(multiplier=first_wait_s, max=max_wait_s) + wait_random(0, first_wait_s / 2)
        self._retry = Retrying(
            wait=self._wait,
            stop=stop_when_event_set(self.stopping),
            sleep=sleep_using_event(self.stopping),
            before_sleep=self._report,
        )
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def busy_for(self, now: float) -> float:
        """Seconds since the current turn began; 0 between turns. A large value means that a driver hangs."""
        since = self._turn_began
        return 0.0 if since is None else max(0.0, now - since)

    def relapsing(self, now: float) -> bool:
        """Whether errors keep coming back, the last one less than `healthy_after_s` ago."""
        return self._relapses > 0 and now - self._last_error < self._healthy_after_s

    def join(self, wait: float) -> bool:
        """Wait at most `wait` seconds for the thread to end; returns whether it has ended."""
        if self._thread.ident is not None:
            self._thread.join(wait)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                # Each call counts its own errors, so the waits start small again after a successful turn.
                self._retry(self._timed_turn)
            except RetryError:
                break
        if self._on_end is not None:
            try:
                self._on_end()
            except Exception as error:
                log.warning("%s: didn't end cleanly: %s", self.name, error)

    def _timed_turn(self) -> None:
        self._turn_began = time.monotonic()
        try:
            self._turn()
        finally:
            self._turn_began = None

    def _wait(self, state: RetryCallState) -> float:
        """Seconds until the next try: the error's own `retry_after`, else longer each time."""
        now = time.monotonic()
        if state.attempt_number == 1:
            self._relapses = self._relapses + 1 if now - self._last_error < self._healthy_after_s else 0
        state.attempt_number += self._relapses
        wait = self._backoff(state)
        state.attempt_number -= self._relapses
        retry_after = getattr(_error(state), "retry_after", None)
        wait = float(retry_after) if retry_after is not None else wait
        self._last_error = now + wait
        return wait

    def _report(self, state: RetryCallState) -> None:
        error = _error(state)
        if isinstance(error, MoodroomError):
            self._on_error(reported(error))
        else:
            # Error boundary: an unexpected error must not end the thread.
            log.debug("%s", self.name, exc_info=error)
            self._on_error(f"{self.name}: {type(error).__name__}: {error}")


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def stop_all(workers: list[Worker], wait: float) -> list[str]:
    """Stop all workers; returns the names of those that didn't end within `wait` seconds in total.

    Those that may linger are waited for only briefly, and aren't among them.
    """
    for worker in workers:
        worker.stopping.set()
    deadline = time.monotonic() + wait
    late = []
    for worker in reversed(workers):
        left = max(0.05, deadline - time.monotonic())
        if not worker.join(min(left, LINGER_S) if worker.may_linger else left) and not worker.may_linger:
            late.append(worker.name)
    return late
