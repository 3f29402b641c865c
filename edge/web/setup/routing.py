"""The set-up's endpoints, imported with the first request for one: an everyday device does without their memory."""

from __future__ import annotations

import threading

from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from edge.web.page import WebPage
from edge.web.setup.set_up import SetUp
from edge.web.turns import in_thread

# The page's first sign-in has an address below /api/setup, too, and comes before these.
ADDRESSES = ("/api/setup", "/api/setup/{rest:path}", "/test-sound.wav")


class SetUpRoutes:
    """An application that makes the real one once it is asked for the first time."""

    def __init__(self, page: WebPage, set_up: SetUp) -> None:
        self._page, self._set_up = page, set_up
        self._router: Router | None = None
        self._lock = threading.Lock()

    def stand_ins(self) -> list[Route]:
        """Routes that lead here."""
        return [Route(address, self) for address in ADDRESSES]

    def routes(self) -> list[Route]:
        """The real ones."""
        from edge.web.setup.api import SetUpApi
        from edge.web.setup.home import HomeApi
        from edge.web.setup.music import MusicApi
        from edge.web.setup.speaker import SpeakerApi
        from edge.web.setup.trying import TrialApi
        from edge.web.setup.yours import YoursApi

        page, set_up = self._page, self._set_up
        return [
            *SetUpApi(set_up).routes(),
            *MusicApi(set_up).routes(),
            *SpeakerApi(set_up, page.board, page.post).routes(),
            *TrialApi(set_up, page.board, page.post).routes(),
            *HomeApi(set_up).routes(),
            *YoursApi(set_up).routes(),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        router = self._router
        if router is None:
            router = await in_thread(self._loaded)
        await router(scope, receive, send)

    def _loaded(self) -> Router:
        with self._lock:
            router = self._router
            if router is None:
                router = self._router = Router(self.routes())
            return router
