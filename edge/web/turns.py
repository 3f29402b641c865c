"""Slow calls in threads; those of the set-up one after the other: who is in a hurry, or has a second phone, waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from edge.web.request_body import RefusedRequest

# Who waits longer, and whoever comes while so many wait, is refused.
WAIT_MAX_S, WAITING_MAX = 20.0, 4
# Slow calls wait for each other by locks, so these are enough for the quick ones.
THREADS_MAX = 16
P = ParamSpec("P")
T = TypeVar("T")
# starlette has its own by anyio, which takes 1 MB more. This one outlives the page's event loop, which at its end
# would wait for the loop's own.
_pool = ThreadPoolExecutor(THREADS_MAX, thread_name_prefix="page")


async def in_thread(call: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
    """What a slow call returns, which runs in a thread meanwhile."""
    return await asyncio.get_running_loop().run_in_executor(_pool, partial(call, *args, **more))


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
