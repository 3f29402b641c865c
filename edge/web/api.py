"""The JSON API behind the page; openapi.json describes it."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from edge.errors import MoodroomError
from edge.times import utc_text
from edge.values import EXPRESSIONS, Command
from edge.web.page import SignIn, WebPage
from edge.web.security import password
from edge.web.security.gate import COOKIE, Gate, refused
from edge.web.security.sessions import Guesses
from edge.web.stream import Stream

T = TypeVar("T")
COMMANDS = ("mood", "camera", "control", "profile", "volume", "playback", "like")
# Bytes of a request, seconds for it to come, seconds for a sign-in to be finished, songs at once.
LARGEST, SLOWEST, SIGN_IN_LASTS, SONGS = 8192, 10.0, 900.0, 50


class Unusable(Exception):
    """A request that can't be met; `answer` says why."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.answer = refused(status, sentence)


Endpoint = Callable[["Api", Request], Awaitable[Response]]


def answered(endpoint: Endpoint) -> Endpoint:
    """Refusals and the device's own errors become answers."""

    @wraps(endpoint)
    async def call(self: Api, request: Request) -> Response:
        try:
            return await endpoint(self, request)
        except Unusable as error:
            return error.answer
        except MoodroomError as error:
            return refused(409, str(error))

    return call


class Api:
    """The endpoints; they run in the page's thread, and what takes long in a thread of its own."""

    def __init__(self, page: WebPage, gate: Gate, *, password_line: str | None, lasts: float) -> None:
        """password_line: the password's hash. lasts: of a session, seconds."""
        self._page, self._gate, self._line, self._lasts = page, gate, password_line, lasts
        self._guesses, self._busy, self._guessing = Guesses(), asyncio.Lock(), asyncio.Lock()
        self._sign_in: tuple[float, SignIn] | None = None

    @answered
    async def session(self, request: Request) -> Response:
        can = {name: getattr(self._page, name) is not None for name in ("recommend", "checks", "sign_in", "view")}
        can["recommend"] = can["recommend"] and await run_in_threadpool(self._page.library)
        return JSONResponse({"csrf": self._gate.token(request), "password": self._line is not None, "can": can})

    @answered
    async def login(self, request: Request) -> Response:
        given = _text(await _body(request), "password", password.MOST)
        sessions = self._gate.sessions
        if self._line is None or sessions is None:
            raise Unusable(409, "this page has no password")
        address = request.client.host if request.client else ""
        wait = self._guesses.wait(address, time.monotonic())
        if wait > 0:
            return refused(429, "too many wrong passwords; wait a few minutes", {"retry-after": str(math.ceil(wait))})
        self._guesses.wrong(address, time.monotonic())
        async with self._guessing:
            right = await run_in_threadpool(password.matches, given, self._line)
        if not right:
            raise Unusable(401, "that isn't the password")
        self._guesses.right(address)
        answer = Response(status_code=204)
        answer.set_cookie(
            COOKIE,
            sessions.open(time.time()),
            max_age=int(self._lasts),
            httponly=True,
            samesite="strict",
            secure=request.headers.get("origin", "").startswith("https:"),
        )
        return answer

    @answered
    async def logout(self, request: Request) -> Response:
        if self._gate.sessions is not None:
            self._gate.sessions.close(request.cookies.get(COOKIE, ""))
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    @answered
    async def state(self, _: Request) -> Response:
        return JSONResponse(self._page.board.snapshot())

    @answered
    async def events(self, request: Request) -> Response:
        return Stream(self._page.board, allowed=lambda: self._gate.signed_in(request))

    @answered
    async def timeline(self, _: Request) -> Response:
        return JSONResponse({"entries": await run_in_threadpool(self._page.timeline)})

    @answered
    async def recommendations(self, request: Request) -> Response:
        recommend = _there(self._page.recommend, "there is no library of songs yet")
        mood, text = request.query_params.get("mood"), request.query_params.get("n", "10")
        if mood not in EXPRESSIONS:
            raise Unusable(422, f"mood must be one of {', '.join(EXPRESSIONS)}")
        if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= SONGS):
            raise Unusable(422, f"n must be a whole number from 1 to {SONGS}")
        return JSONResponse({"songs": await run_in_threadpool(recommend, mood, int(text))})

    @answered
    async def command(self, request: Request) -> Response:
        body = await _body(request)
        name = _text(body, "name", 20)
        if name not in COMMANDS:
            raise Unusable(422, f"name must be one of {', '.join(COMMANDS)}")
        value = body.get("value")
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100:
            body = {"value": str(value)}
        self._page.post(Command(name, _text(body, "value", 100), origin="page"))
        return JSONResponse({"sent": True}, 202)

    @answered
    async def checks(self, request: Request) -> Response:
        checks = _there(self._page.checks, "the parts can't be tried from here")
        await _body(request)
        return JSONResponse({"findings": await self._alone(checks)})

    @answered
    async def view(self, request: Request) -> Response:
        view = _there(self._page.view, "pictures are switched off; web.camera_view: true allows one at a time")
        if (await _body(request)).get("confirm") is not True:
            raise Unusable(422, "confirm must be true: somebody must have agreed to a picture being taken")
        picture = await self._alone(view)
        if picture is None:
            raise Unusable(409, "no picture came; the camera may be off")
        return Response(picture, media_type="image/jpeg", headers={"cache-control": "no-store"})

    @answered
    async def sign_in(self, request: Request) -> Response:
        begin = _there(self._page.sign_in, "Spotify isn't set up; spotify.client_id is needed first")
        await _body(request)
        found = await self._alone(begin)
        self._sign_in = (time.monotonic(), found)
        return JSONResponse({"address": found.address})

    @answered
    async def finish_sign_in(self, request: Request) -> Response:
        answer = _text(await _body(request), "answer", 4000)
        begun = self._sign_in
        if begun is None or time.monotonic() - begun[0] > SIGN_IN_LASTS:
            raise Unusable(409, "no sign-in is under way; begin again")
        try:
            await self._alone(lambda: begun[1].finish(answer))
        except MoodroomError as error:
            raise Unusable(409, str(error).replace("run `moodroom login` again", "begin again")) from None
        # After a slip somebody may paste again; a sign-in that was used refuses by itself.
        self._sign_in, ends = None, begun[1].expires
        return JSONResponse({"expires": None if ends is None else utc_text(ends)})

    async def _alone(self, call: Callable[[], T]) -> T:
        """In a thread, one at a time: all of it is heavy, and the device has other things to do."""
        if self._busy.locked():
            raise Unusable(429, "something else is being done; wait a moment")
        async with self._busy:
            return await run_in_threadpool(call)


def _there(part: T | None, otherwise: str) -> T:
    if part is None:
        raise Unusable(404, otherwise)
    return part


async def _body(request: Request) -> dict[str, Any]:
    """The request's JSON object."""

    async def read() -> bytes:
        found = b""
        async for chunk in request.stream():
            found += chunk
            if len(found) > LARGEST:
                raise Unusable(413, f"the request is larger than {LARGEST} bytes")
        return found

    try:
        body = json.loads(await asyncio.wait_for(read(), SLOWEST))
    except asyncio.TimeoutError:
        raise Unusable(408, "the request took too long") from None
    except (ValueError, RecursionError):
        raise Unusable(400, "the request isn't JSON") from None
    if not isinstance(body, dict):
        raise Unusable(422, "the request must be a JSON object")
    return body


def _text(body: dict[str, Any], key: str, most: int) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise Unusable(422, f"{key} must be text of 1 to {most} characters")
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        raise Unusable(422, f"{key} must be whole text; it holds half a character (a lone surrogate)")
    return value
