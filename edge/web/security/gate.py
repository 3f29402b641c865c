"""Checks every request: Host, Origin, password, CSRF token; and adds security headers to every answer."""

from __future__ import annotations

import hmac
import logging
import secrets
import time
from collections.abc import Callable, Mapping

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.sentences import parts
from edge.web.security.hosts import Hosts, same_site
from edge.web.security.sessions import Sessions, csrf

log = logging.getLogger(__name__)
COOKIE, CSRF_HEADER = "moodroom_session", "x-csrf-token"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# Paths that need no password: the sign-in page, the health check, and the sound that a player fetches.
PUBLIC_PATHS = frozenset({"/login", "/api/login", "/healthz", "/about-this-device", "/test-sound.wav"})
# What begins like this, too: the texts of the sign-in page.
PUBLIC_PREFIX = "/api/language/"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Gate:
    """The rules. Without a password everyone who reaches the page may use it; then only this machine can reach it."""

    def __init__(
        self,
        hosts: Hosts,
        sessions: Sessions | None,
        *,
        basic: Callable[[str], bool] = lambda _: False,
        public_files: frozenset[str] = frozenset(),
    ) -> None:
        """sessions: None if everybody may use the page. basic: whether an Authorization header has the right password.

        public_files: names below /static/ that the sign-in page needs.
        """
        self._hosts, self.sessions, self.basic, self._public_files = hosts, sessions, basic, public_files
        # Without sessions, all pages of this run share one token; other sites can't read it.
        self._token = secrets.token_urlsafe(32)

    def signed_in(self, request: HTTPConnection) -> bool:
        """Whether the request has a valid session; always True without a password."""
        return self.sessions is None or self.sessions.valid(request.cookies.get(COOKIE), time.time())

    def token(self, request: HTTPConnection) -> str:
        """The CSRF token for this session."""
        return csrf(self._token if self.sessions is None else request.cookies.get(COOKIE, ""))

    def _is_public_file(self, path: str) -> bool:
        return path.startswith("/static/") and path.removeprefix("/static/") in self._public_files

    def refusal(self, request: HTTPConnection, method: str) -> Response | None:
        """The answer to a request that is refused, None for one that may pass."""
        # The path that routing uses; `request.url` depends on the Host header, which the client chooses.
        headers, path = request.headers, request.scope["path"]
        if not self._hosts.allow(headers.get("host")):
            return refused(421, "this page isn't served under that name; add it to web.allowed_hosts")
        changes = method not in SAFE_METHODS
        if changes and _foreign(headers):
            return refused(403, "requests from other sites are refused")
        if changes and headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return refused(415, "the request must be JSON, with Content-Type: application/json")
        if path in PUBLIC_PATHS or path.startswith(PUBLIC_PREFIX) or self._is_public_file(path):
            return None
        if not self.signed_in(request) and not (path == "/metrics" and self.basic(headers.get("authorization", ""))):
            if path.startswith(("/api/", "/metrics")):
                headers_for_basic = {"www-authenticate": 'Basic realm="moodroom"'} if path == "/metrics" else {}
                return refused(401, "the password is needed first", headers_for_basic)
            return RedirectResponse("/login", 303)
        if changes and not hmac.compare_digest(headers.get(CSRF_HEADER, "").encode(), self.token(request).encode()):
            return refused(403, "the page is out of date; load it again", code="csrf")
        return None


class Guard:
    """An ASGI application behind the gate. It is also an error boundary: an exception becomes a plain answer."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self.app, self._gate = app, gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                present = {name.lower() for name, _ in message["headers"]}
                more = {"cache-control": "no-store"} | HEADERS
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in more.items() if k.encode() not in present),
                ]
            await send(message)

        try:
            app: ASGIApp = self._gate.refusal(HTTPConnection(scope), scope["method"]) or self.app
            await app(scope, receive, with_headers)
        except Exception as error:
            log.warning("web: %s %s failed: %s", scope["method"], scope["path"], type(error).__name__)
            log.debug("web", exc_info=error)
            if not started:
                await refused(500, "something went wrong; see the log")(scope, receive, with_headers)


def refused(status: int, sentence: str, headers: Mapping[str, str] | None = None, *, code: str = "") -> Response:
    """The answer for an error: {"error": sentence}, with a "code" if there is one, and what a Sentence is made from."""
    made_from = parts(sentence)
    more = ({"code": code} if code else {}) | ({"sentence": made_from} if made_from else {})
    return JSONResponse({"error": sentence} | more, status, headers)


def _foreign(headers: Mapping[str, str]) -> bool:
    """Whether a browser reports that the request comes from another site; other programs send neither header."""
    origin = headers.get("origin")
    other_origin = origin is not None and not same_site(origin, headers.get("host", ""))
    return other_origin or headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
