"""Reads a request's JSON body and the values in it; what can't be used is refused with one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from edge.errors import MoodroomError, sentence_of
from edge.text import parse_json
from edge.web.security.gate import refused

MAX_BODY_BYTES = 8192
BODY_TIMEOUT_S = 10.0
A = TypeVar("A")


class RefusedRequest(Exception):
    """A request that is refused; `answer` has the status and the sentence."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.answer = refused(status, sentence, headers)


def answers_errors(
    endpoint: Callable[[A, Request], Awaitable[Response]],
) -> Callable[[A, Request], Awaitable[Response]]:
    """Turn refusals, and Moodroom's own errors, into answers. For a method of a class of endpoints."""

    @wraps(endpoint)
    async def call(self: A, request: Request) -> Response:
        try:
            return await endpoint(self, request)
        except RefusedRequest as error:
            return error.answer
        except MoodroomError as error:
            return refused(409, sentence_of(error))

    return call


async def read_body(request: Request, *, max_bytes: int = MAX_BODY_BYTES) -> dict[str, Any]:
    """The request's JSON object; raises RefusedRequest."""

    async def read() -> bytes:
        content = b""
        async for chunk in request.stream():
            content += chunk
            if len(content) > max_bytes:
                raise RefusedRequest(413, f"the request is larger than {max_bytes} bytes")
        return content

    try:
        body = parse_json(await asyncio.wait_for(read(), BODY_TIMEOUT_S))
    except asyncio.TimeoutError:
        raise RefusedRequest(408, "the request took too long") from None
    except ValueError:
        raise RefusedRequest(400, "the request isn't JSON") from None
    if not isinstance(body, dict):
        raise RefusedRequest(422, "the request must be a JSON object")
    return body


def text_value(body: dict[str, Any], key: str, max_length: int) -> str:
    """The text under a key; raises RefusedRequest if it is missing, empty, too long or not valid Unicode."""
    value = body.get(key)
    if not isinstance(value, str) or not 1 <= len(value) <= max_length:
        raise RefusedRequest(422, f"{key} must be text of 1 to {max_length} characters")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise RefusedRequest(422, f"{key} must be valid text; it contains half a character (a lone surrogate)")
    return value
