"""Server-sent events: first the complete state, then the parts that changed; for a slow page, changes are merged."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from edge.text import to_json
from edge.web.board import Board
from edge.web.security.gate import refused

# An empty event after this time shows that the connection is alive.
PING_S = 10.0
# Changes within this time are sent together.
EVENT_GATHER_S = 0.03
# A page that doesn't read for this long is disconnected.
SEND_TIMEOUT_S = 10.0


class Stream(Response):
    """`text/event-stream`; each event is a JSON object of the board's parts, empty if nothing changed."""

    def __init__(self, board: Board, *, allowed: Callable[[], bool]) -> None:
        """allowed: whether the session is still valid."""
        super().__init__(None)
        self._board, self._allowed = board, allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # the event loop has ended
                loop.call_soon_threadsafe(changed.set)

        listener = self._board.listen(wake)
        if listener is None:
            await refused(503, "too many pages are open; close one", {"retry-after": "10"})(scope, receive, send)
            return
        disconnected = asyncio.create_task(_wait_for_disconnect(receive))
        try:
            headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            while not disconnected.done() and self._allowed():
                changed.clear()
                parts = listener.take()
                if parts is None:
                    break
                text = f"data: {to_json(parts)}\n\n"
                body = {"type": "http.response.body", "body": text.encode(), "more_body": True}
                await asyncio.wait_for(send(body), SEND_TIMEOUT_S)
                await _wait(disconnected, changed)
                await asyncio.sleep(EVENT_GATHER_S)
            await asyncio.wait_for(send({"type": "http.response.body", "body": b""}), SEND_TIMEOUT_S)
        except asyncio.TimeoutError:
            pass  # the page will reconnect when it reads again
        finally:
            disconnected.cancel()
            listener.close()


async def _wait(disconnected: asyncio.Task[None], changed: asyncio.Event) -> None:
    """Wait until the page has disconnected or something has changed, for PING_S at most."""
    change = asyncio.create_task(changed.wait())
    try:
        await asyncio.wait({disconnected, change}, timeout=PING_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        change.cancel()


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
