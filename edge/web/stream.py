"""Server-sent events: everything at first, then each part that changed, coalesced for pages that are slow."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from edge.web.board import Board
from edge.web.security.gate import refused

# Seconds: between two signs of life, that what belongs together is collected for, and that a page may lag behind.
PING, GATHER, SLOW = 10.0, 0.03, 10.0


class Stream(Response):
    """`text/event-stream`; each event is a JSON object of the board's parts, an empty one a sign of life."""

    def __init__(self, board: Board, *, allowed: Callable[[], bool]) -> None:
        """allowed: False once the session has ended."""
        super().__init__(None)
        self._board, self._allowed = board, allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and with it who listened
                loop.call_soon_threadsafe(woken.set)

        listener = self._board.listen(wake)
        if listener is None:
            await refused(503, "too many pages are open; close one", {"retry-after": "10"})(scope, receive, send)
            return
        gone = asyncio.create_task(_gone(receive))
        try:
            headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            while not gone.done() and self._allowed():
                woken.clear()
                parts = listener.take()
                if parts is None:
                    break
                text = f"data: {json.dumps(parts, ensure_ascii=False, separators=(',', ':'))}\n\n"
                body = {"type": "http.response.body", "body": text.encode(), "more_body": True}
                await asyncio.wait_for(send(body), SLOW)
                await _first(gone, woken)
                await asyncio.sleep(GATHER)
            await asyncio.wait_for(send({"type": "http.response.body", "body": b""}), SLOW)
        except asyncio.TimeoutError:
            pass  # it doesn't read; it will connect again when it does
        finally:
            gone.cancel()
            listener.close()


async def _first(gone: asyncio.Task[None], woken: asyncio.Event) -> None:
    """Wait until the page went away or something changed, for PING seconds at most."""
    news = asyncio.create_task(woken.wait())
    try:
        await asyncio.wait({gone, news}, timeout=PING, return_when=asyncio.FIRST_COMPLETED)
    finally:
        news.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
