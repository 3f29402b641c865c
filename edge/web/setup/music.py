"""The endpoints for choosing music: search, own playlists, pasted links, and covers; and the state of the login."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edge.config.choices import NOTHING, addresses, as_address
from edge.players.spotify.token_file import REDIRECT_URI, TokenFile
from edge.sentences import Sentence, parts
from edge.songs import FoundMusic
from edge.text import ADDRESS_MAX_CHARS, clean
from edge.times import utc_text
from edge.web.cover import Cover
from edge.web.request_body import RefusedRequest, answers_errors, read_body, text_value
from edge.web.setup.music_sources import FoundInAll, MusicSources
from edge.web.setup.set_up import SetUp
from edge.web.turns import Turns, in_thread

T = TypeVar("T")
WORDS_MAX_CHARS = 100
# Covers of the last answers, which the page may ask for.
COVERS_MAX = 300
UNKNOWN_LINK = Sentence(
    "this can't be played; paste a link from Spotify's share menu, an address that begins with mpd:, or the link of a "
    "page of Music Assistant"
)


class MusicApi:
    """Slow calls run in a thread pool, one at a time."""

    def __init__(self, set_up: SetUp) -> None:
        self._config = set_up.config
        self._sources = set_up.music or MusicSources(set_up.config)
        self._turns, self._cover = Turns(), Cover()
        self._covers: OrderedDict[str, str] = OrderedDict()

    def routes(self) -> list[Route]:
        return [
            Route("/api/setup/search", self.search),
            Route("/api/setup/playlists", self.playlists),
            Route("/api/setup/link", self.link, methods=["POST"]),
            Route("/api/setup/cover", self.cover),
            Route("/api/setup/spotify", self.spotify),
        ]

    @answers_errors
    async def search(self, request: Request) -> Response:
        words = clean(text_value(dict(request.query_params), "q", WORDS_MAX_CHARS)).strip()
        if not words:
            raise RefusedRequest(422, "q must say what to search for")
        return self._answer(await self._one_at_a_time(lambda: self._sources.search(words)))

    @answers_errors
    async def playlists(self, _: Request) -> Response:
        return self._answer(await self._one_at_a_time(self._sources.playlists))

    @answers_errors
    async def link(self, request: Request) -> Response:
        address = text_value(await read_body(request), "address", ADDRESS_MAX_CHARS)
        try:
            play = as_address(clean(address, ADDRESS_MAX_CHARS))
        except ValueError:
            raise RefusedRequest(409, UNKNOWN_LINK) from None
        if play == NOTHING:
            raise RefusedRequest(409, UNKNOWN_LINK)
        found = await self._one_at_a_time(lambda: self._sources.named(play))
        # Spotify tells the address of what it shows; what is written is what was pasted.
        return JSONResponse({"found": self._shown(found) | {"play": play}})

    @answers_errors
    async def cover(self, request: Request) -> Response:
        # Only addresses that a player's answer named: a client can't make the device fetch anything else.
        address = self._covers.get(request.query_params.get("n", ""))
        picture = None if address is None else await in_thread(self._cover.picture, address)
        if picture is None:
            return Response(status_code=204)
        return Response(picture[0], media_type=picture[1], headers={"cache-control": "private, max-age=3600"})

    @answers_errors
    async def spotify(self, _: Request) -> Response:
        return JSONResponse(await in_thread(self._login))

    def _login(self) -> dict[str, Any]:
        file, client_id = TokenFile(), self._config.spotify.client_id
        signed_in = file.read() is not None
        login = "signed_in" if signed_in else "refused" if file.refused() else "none"
        if signed_in and file.client_id not in (None, client_id):
            login = "other_app"
        expires = file.expires if signed_in else None
        return {"redirect": REDIRECT_URI, "login": login, "expires": None if expires is None else utc_text(expires)}

    def _answer(self, answer: FoundInAll) -> Response:
        problems = [{"error": one} | ({"sentence": parts(one)} if parts(one) else {}) for one in answer.problems]
        found = [self._shown(one) for one in answer.found if _can_be_written(one.play)]
        return JSONResponse({"found": found, "problems": problems})

    def _shown(self, one: FoundMusic) -> dict[str, Any]:
        return {
            "play": one.play,
            "name": one.name,
            "kind": one.kind,
            "by": one.by,
            "cover": None if one.cover is None else self._key(one.cover),
        }

    def _key(self, address: str) -> str:
        """What the page names a cover by."""
        key = hashlib.sha256(address.encode()).hexdigest()[:16]
        self._covers[key] = address
        self._covers.move_to_end(key)
        while len(self._covers) > COVERS_MAX:
            self._covers.popitem(last=False)
        return key

    async def _one_at_a_time(self, call: Callable[[], T]) -> T:
        async with self._turns.one():
            return await in_thread(call)


def _can_be_written(play: str) -> bool:
    """Whether an address may stand in the configuration; a list on MPD may have any name, such as one with marks."""
    try:
        return addresses(play) == (play,)
    except ValueError:
        return False
