"""Who may ask for what: Host, Origin, password, CSRF token; and the headers that go with every answer."""

from __future__ import annotations

import hmac
import logging
import secrets
import time
from collections.abc import Callable, Mapping

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.web.security.hosts import Hosts, same_site
from edge.web.security.sessions import Sessions, csrf

log = logging.getLogger(__name__)
COOKIE, CSRF_HEADER = "moodroom_session", "x-csrf-token"
SAFE = ("GET", "HEAD", "OPTIONS")
# What a browser needs before anybody has signed in, and what watches over the device.
PUBLIC = ("/login", "/api/login", "/healthz", "/static/")
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
    """The rules. Without a password everybody who reaches the page may use it, and only this machine reaches it."""

    def __init__(
        self, hosts: Hosts, sessions: Sessions | None, *, basic: Callable[[str], bool] = lambda _: False
    ) -> None:
        """sessions: None where there is no password. basic: whether an Authorization header holds the password."""
        self._hosts, self.sessions, self._basic = hosts, sessions, basic
        # Without sessions one token serves all pages of this run; other sites can't read it.
        self._token = secrets.token_urlsafe(32)

    def signed_in(self, request: HTTPConnection) -> bool:
        """True where there is no password, too."""
        return self.sessions is None or self.sessions.valid(request.cookies.get(COOKIE), time.time())

    def token(self, request: HTTPConnection) -> str:
        """The CSRF token of the one who asks."""
        return csrf(self._token if self.sessions is None else request.cookies.get(COOKIE, ""))

    def refusal(self, request: HTTPConnection, method: str) -> Response | None:
        """The answer to a request that isn't let through, else None."""
        # The path that routing goes by; `request.url` is put together from the Host, which anybody may make up.
        headers, path = request.headers, request.scope["path"]
        if not self._hosts.allow(headers.get("host")):
            return refused(421, "this page doesn't answer to that name; web.allowed_hosts can add it")
        changes = method not in SAFE
        if changes and _foreign(headers):
            return refused(403, "requests from other sites are refused")
        if changes and headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return refused(415, "the request must be JSON, with Content-Type: application/json")
        if path.startswith(PUBLIC):
            return None
        if not self.signed_in(request) and not (path == "/metrics" and self._basic(headers.get("authorization", ""))):
            if path.startswith(("/api/", "/metrics")):
                asks = {"www-authenticate": 'Basic realm="moodroom"'} if path == "/metrics" else {}
                return refused(401, "the password is needed first", asks)
            return RedirectResponse("/login", 303)
        if changes and not hmac.compare_digest(headers.get(CSRF_HEADER, "").encode(), self.token(request).encode()):
            return refused(403, "the page is out of date; load it again", code="csrf")
        return None


class Guard:
    """The gate in front of an ASGI application, and the fence behind it: no error gets out as a traceback."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app, self._gate = app, gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                given = {name.lower() for name, _ in message["headers"]}
                more = {"cache-control": "no-store"} | HEADERS
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in more.items() if k.encode() not in given),
                ]
            await send(message)

        try:
            app: ASGIApp = self._gate.refusal(HTTPConnection(scope), scope["method"]) or self._app
            await app(scope, receive, with_headers)
        except Exception as error:
            log.warning("web: %s %s failed: %s", scope["method"], scope["path"], type(error).__name__)
            log.debug("web", exc_info=error)
            if not started:
                await refused(500, "something went wrong; the log says more")(scope, receive, with_headers)


def refused(status: int, sentence: str, headers: Mapping[str, str] | None = None, *, code: str = "") -> Response:
    """An error as all of them look: {"error": one sentence}."""
    return JSONResponse({"error": sentence} | ({"code": code} if code else {}), status, headers)


def _foreign(headers: Mapping[str, str]) -> bool:
    """Browsers tell where a request comes from; other programs send neither header."""
    origin = headers.get("origin")
    elsewhere = origin is not None and not same_site(origin, headers.get("host", ""))
    return elsewhere or headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
