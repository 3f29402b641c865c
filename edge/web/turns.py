"""Slow calls of the set-up, one after the other: who is in a hurry, or has a second phone, waits for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from edge.web.request_body import RefusedRequest

# Who waits longer, and whoever comes while so many wait, is refused.
WAIT_MAX_S, WAITING_MAX = 20.0, 4


class Turns:
    """`async with turns.one():` around a slow call; raises RefusedRequest while too much is in progress."""

    def __init__(self, *, wait_s: float = WAIT_MAX_S) -> None:
        """wait_s: the longest wait for a turn, seconds."""
        self._wait_s, self._lock, self._waiting = wait_s, asyncio.Lock(), 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A turn, once the calls before have ended."""
        if self._waiting >= WAITING_MAX:
            raise RefusedRequest(429, "something else is in progress; wait a moment")
        self._waiting += 1
        try:
            await asyncio.wait_for(self._lock.acquire(), self._wait_s)
        except asyncio.TimeoutError:
            raise RefusedRequest(429, "something else is in progress; wait a moment") from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._lock.release()
