"""The endpoints of the page's JSON API; openapi.json describes them."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from edge.errors import ConfigError, MoodroomError, sentence_of
from edge.room import commands as room_commands
from edge.sentences import Sentence, with_values
from edge.text import clean
from edge.times import utc_text
from edge.values import EXPRESSIONS, SPEAKER_PLAYERS, Command
from edge.web.cover import Cover
from edge.web.page import SignIn, WebPage
from edge.web.request_body import RefusedRequest, answers_errors, read_body, text_value
from edge.web.security import password
from edge.web.security.access import Access
from edge.web.security.code import CODE_MAX_CHARS, SetUpCode
from edge.web.security.gate import COOKIE, Gate, refused
from edge.web.security.sessions import Guesses
from edge.web.stream import Stream
from edge.web.turns import in_thread

T = TypeVar("T")
# A restart is for the settings.
COMMANDS = tuple(name for name in room_commands.COMMANDS if name != "restart")
MAX_SONGS = 50
# A sign-in to Spotify must be finished within this time.
SIGN_IN_LIFETIME_S = 900.0
START_AGAIN = Sentence("start again")
SIGN_OUT_UNSAVED = (
    "you are signed out, but a restart forgets that, since the disk can't be written; make room on it, or set the "
    "password again"
)


class Api:
    """The endpoints. They run in the page's thread, and slow calls in a thread pool."""

    def __init__(self, page: WebPage, gate: Gate, access: Access) -> None:
        self._page, self._gate, self._access = page, gate, access
        self._guesses, self._busy, self._guessing = Guesses(), asyncio.Lock(), asyncio.Lock()
        self._cover = Cover(song=page.song_cover)
        # When the last sign-in to Spotify began, and the sign-in.
        self._sign_in: tuple[float, SignIn] | None = None

    @answers_errors
    async def session(self, request: Request) -> Response:
        can = {name: getattr(self._page, name) is not None for name in ("recommend", "checks", "sign_in", "view")}
        can["recommend"] = can["recommend"] and await in_thread(self._page.library)
        csrf = self._gate.token(request)
        return JSONResponse({"csrf": csrf, "password": self._access.password_line is not None, "can": can})

    @answers_errors
    async def login(self, request: Request) -> Response:
        body = await read_body(request)
        if "code" in body and self._access.code is not None:
            await self._try_code(text_value(body, "code", CODE_MAX_CHARS), self._access.code)
            return self._opened(request)
        guess, line = text_value(body, "password", password.PASSWORD_MAX_CHARS), self._access.password_line
        if line is None:
            raise RefusedRequest(409, "this page has no password")
        address = request.client.host if request.client else ""
        wait = self._guesses.wait(address, time.monotonic())
        if wait > 0:
            return refused(429, "too many wrong passwords; wait a few minutes", {"retry-after": str(math.ceil(wait))})
        # Counted as wrong before it is checked, so that many requests at once aren't all checked.
        self._guesses.wrong(address, time.monotonic())
        async with self._guessing:
            right = await in_thread(password.matches, guess, line)
        if not right:
            raise RefusedRequest(401, "that isn't the password")
        self._guesses.right(address)
        return self._opened(request)

    async def _try_code(self, guess: str, code: SetUpCode) -> None:
        """Raises RefusedRequest for a wrong code, and while no try is allowed."""
        async with self._guessing:
            wait = await in_thread(code.wait)
            if wait > 0:
                after = {"retry-after": str(math.ceil(wait))}
                raise RefusedRequest(429, "too many wrong codes; wait some minutes, each time longer", after)
            if not await in_thread(code.matches, guess):
                raise RefusedRequest(401, "that isn't the code")

    @answers_errors
    async def set_password(self, request: Request) -> Response:
        new = text_value(await read_body(request), "password", password.PASSWORD_MAX_CHARS)
        if self._access.password_line is not None:
            raise RefusedRequest(409, "there is a password already; `moodroom web password` sets another")
        try:
            await in_thread(self._access.set_password, new)
        except ConfigError as error:
            raise RefusedRequest(422, sentence_of(error)) from None
        return self._opened(request)

    def _opened(self, request: Request) -> Response:
        """The answer that opens a session."""
        sessions = self._gate.sessions
        answer = Response(status_code=204)
        if sessions is not None:
            answer.set_cookie(
                COOKIE,
                sessions.open(time.time()),
                max_age=int(self._access.session_s),
                httponly=True,
                samesite="strict",
                secure=request.headers.get("origin", "").startswith("https:"),
            )
        return answer

    @answers_errors
    async def logout(self, request: Request) -> Response:
        kept = True
        if self._gate.sessions is not None:
            kept = await in_thread(self._gate.sessions.close, request.cookies.get(COOKIE, ""))
        answer = Response(status_code=204) if kept else refused(507, SIGN_OUT_UNSAVED)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    @answers_errors
    async def state(self, _: Request) -> Response:
        return JSONResponse(self._page.board.snapshot())

    @answers_errors
    async def events(self, request: Request) -> Response:
        return Stream(self._page.board, allowed=lambda: self._gate.signed_in(request))

    @answers_errors
    async def timeline(self, _: Request) -> Response:
        return JSONResponse({"entries": await in_thread(self._page.timeline)})

    @answers_errors
    async def week(self, _: Request) -> Response:
        return JSONResponse({"days": await in_thread(self._page.week)})

    @answers_errors
    async def cover(self, request: Request) -> Response:
        player = self._page.board.snapshot()["player"] or {}
        address = player.get("cover")
        # Only the cover of what plays: a client can't make the device fetch anything else.
        picture = None
        if address is not None and request.query_params.get("v", address) == address:
            picture = await in_thread(self._cover.picture, address)
        if picture is None:
            return Response(status_code=204)
        return Response(picture[0], media_type=picture[1], headers={"cache-control": "private, max-age=3600"})

    @answers_errors
    async def recommendations(self, request: Request) -> Response:
        recommend = _available(self._page.recommend, "there is no library of songs yet")
        mood, count = request.query_params.get("mood"), request.query_params.get("n", "10")
        if mood not in EXPRESSIONS:
            raise RefusedRequest(422, f"mood must be one of {', '.join(EXPRESSIONS)}")
        if not (count.isascii() and count.isdigit() and len(count) < 4 and 1 <= int(count) <= MAX_SONGS):
            raise RefusedRequest(422, f"n must be a whole number from 1 to {MAX_SONGS}")
        return JSONResponse({"songs": await in_thread(recommend, mood, int(count))})

    @answers_errors
    async def speakers(self, _: Request) -> Response:
        player = (self._page.board.snapshot()["player"] or {}).get("player")
        if self._page.speakers is None or player not in SPEAKER_PLAYERS:
            return JSONResponse({"speakers": []})
        names = self._page.speakers
        try:
            return JSONResponse({"speakers": await self._one_at_a_time(lambda: names(player))})
        except MoodroomError as error:
            # Guests see this.
            raise RefusedRequest(409, error.plain) from None

    @answers_errors
    async def command(self, request: Request) -> Response:
        body = await read_body(request)
        name = text_value(body, "name", 20)
        if name not in COMMANDS:
            raise RefusedRequest(422, f"name must be one of {', '.join(COMMANDS)}")
        value = body.get("value")
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100:
            body = {"value": str(value)}
        self._page.post(Command(name, clean(text_value(body, "value", 100)), origin="page"))
        return JSONResponse({"sent": True}, 202)

    @answers_errors
    async def checks(self, request: Request) -> Response:
        checks = _available(self._page.checks, "the parts can't be tried from here")
        await read_body(request)
        return JSONResponse({"findings": await self._one_at_a_time(checks)})

    @answers_errors
    async def view(self, request: Request) -> Response:
        view = _available(self._page.view, "pictures are switched off; set web.camera_view: true to allow them")
        if (await read_body(request)).get("confirm") is not True:
            raise RefusedRequest(422, "confirm must be true: a person must have agreed to the picture")
        picture = await self._one_at_a_time(view)
        if picture is None:
            raise RefusedRequest(409, "the camera delivered no picture; it may be switched off")
        return Response(picture, media_type="image/jpeg", headers={"cache-control": "no-store"})

    @answers_errors
    async def sign_in(self, request: Request) -> Response:
        begin = _available(self._page.sign_in, "Spotify isn't set up; set spotify.client_id first")
        await read_body(request)
        sign_in = await self._one_at_a_time(begin)
        self._sign_in = (time.monotonic(), sign_in)
        return JSONResponse({"address": sign_in.address})

    @answers_errors
    async def finish_sign_in(self, request: Request) -> Response:
        answer = text_value(await read_body(request), "answer", 4000)
        begun = self._sign_in
        if begun is None or time.monotonic() - begun[0] > SIGN_IN_LIFETIME_S:
            raise RefusedRequest(409, "no sign-in is in progress; start again")
        try:
            await self._one_at_a_time(lambda: begun[1].finish(answer))
        except MoodroomError as error:
            raise RefusedRequest(409, _told_on_the_page(error)) from None
        # Only after success: after a failure the user may paste again, and a used sign-in refuses by itself.
        self._sign_in, expires = None, begun[1].expires
        return JSONResponse({"expires": None if expires is None else utc_text(expires)})

    async def _one_at_a_time(self, call: Callable[[], T]) -> T:
        """Run a slow call in a thread; refused while another one runs, so that they don't starve the device."""
        if self._busy.locked():
            raise RefusedRequest(429, "something else is in progress; wait a moment")
        async with self._busy:
            return await in_thread(call)


def _told_on_the_page(error: MoodroomError) -> str:
    """Why a sign-in failed, with what to do on the page in place of the command."""
    sentence = sentence_of(error)
    if isinstance(sentence, Sentence) and "again" in sentence.values:
        return with_values(sentence, again=START_AGAIN)
    return sentence if isinstance(sentence, Sentence) else sentence.replace("run `moodroom login` again", "start again")


def _available(part: T | None, sentence: str) -> T:
    """The part of the page; raises RefusedRequest with the sentence if the device doesn't have it."""
    if part is None:
        raise RefusedRequest(404, sentence)
    return part
