"""Why an RTSP camera doesn't open: what its server answers, in words. Asked only once an opening has failed."""

from __future__ import annotations

import contextlib
import hashlib
import io
import secrets
import socket
import time
from base64 import b64encode
from http.client import HTTPException, parse_headers
from urllib.parse import unquote, urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from edge.camera.answers.status import TIMEOUT_S, connection_reason, status_reason

_ANSWER_MAX_BYTES = 16384
_PORT = 554
_NO_PICTURES = "no pictures come; check the address in camera.source"
_OTHER_SERVER = "the server doesn't speak RTSP at this port; check the address in camera.source"
_END = b"\r\n\r\n"


def rtsp_reason(address: str) -> str:
    """Why an RTSP address doesn't open. A password is sent only where the server asks for one, and is never shown."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        return _NO_PICTURES
    if host is None:
        return _NO_PICTURES
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    url = f"rtsp://{f'[{host}]' if ':' in host else host}:{port}{path}"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    try:
        with socket.create_connection((host, port), TIMEOUT_S) as connection:
            status, challenges = _describe(connection, url, 1)
            if status == 401 and user and (login := _login(challenges, url, user, password)):
                status, _ = _describe(connection, url, 2, login)
    except OSError as error:
        return connection_reason(error)
    if status is None:
        return _OTHER_SERVER
    return status_reason(status) if status >= 400 else _NO_PICTURES


def _describe(connection: socket.socket, url: str, number: int, login: str = "") -> tuple[int | None, list[str]]:
    """The status of a DESCRIBE request, None for another protocol's, and the challenges of a refused login."""
    fields = f"CSeq: {number}\r\nAccept: application/sdp\r\n" + (f"Authorization: {login}\r\n" if login else "")
    connection.sendall(f"DESCRIBE {url} RTSP/1.0\r\n{fields}\r\n".encode("utf-8", "replace"))
    answer, deadline = b"", time.monotonic() + TIMEOUT_S
    while _END not in answer and len(answer) < _ANSWER_MAX_BYTES:
        connection.settimeout(max(0.01, deadline - time.monotonic()))
        if not (data := connection.recv(4096)):
            break
        answer += data
    line, _, rest = answer.partition(b"\r\n")
    words = line.split(None, 2)
    if len(words) < 2 or not words[0].startswith((b"RTSP/", b"HTTP/")) or not words[1].isdigit():
        return None, []
    challenges: list[str] = []
    with contextlib.suppress(HTTPException):
        challenges = parse_headers(io.BytesIO(rest)).get_all("WWW-Authenticate") or []
    return int(words[1]), challenges


def _login(challenges: list[str], url: str, user: str, password: str) -> str:
    """The value of `Authorization` by RFC 7616 (MD5 only) or RFC 7617; empty for other ways to log in."""
    for challenge in sorted(challenges, reverse=True):  # Digest before Basic
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "basic":
            return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
        try:
            told = parse_keqv_list(parse_http_list(rest))
        except ValueError:
            continue
        if scheme.lower() != "digest" or str(told.get("algorithm") or "MD5").upper() != "MD5":
            continue
        realm, nonce = str(told.get("realm") or ""), str(told.get("nonce") or "")
        first, second = _md5(f"{user}:{realm}:{password}"), _md5(f"DESCRIBE:{url}")
        quality, client = "", secrets.token_hex(8)
        middle = nonce
        if told.get("qop"):
            quality, middle = f', qop=auth, nc=00000001, cnonce="{client}"', f"{nonce}:00000001:{client}:auth"
        opaque = f', opaque="{told["opaque"]}"' if told.get("opaque") else ""
        response = _md5(f"{first}:{middle}:{second}")
        return (
            f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{url}", '
            f'response="{response}"{quality}{opaque}'
        )
    return ""


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
