"""The application: routes of the page, the API, health and metrics, behind the gate."""

from __future__ import annotations

import gzip
import json
import socket
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from edge.config import WebConfig
from edge.web import metrics
from edge.web.api import Api
from edge.web.catalogues import Catalogues
from edge.web.page import WebPage
from edge.web.security.access import Access
from edge.web.security.code import SetUpCode
from edge.web.security.gate import Gate, Guard, refused
from edge.web.security.hosts import Hosts
from edge.web.setup.routing import SetUpRoutes
from edge.web.static_files import StaticFiles
from edge.web.turns import in_thread

HERE = Path(__file__).parent


def build(
    page: WebPage,
    config: WebConfig,
    *,
    password_line: str | None,
    sessions_file: Path | None,
    code: SetUpCode | None = None,
) -> ASGIApp:
    """The application.

    password_line: the password's hash, None for no password. sessions_file: None to keep none. code: what opens the
    page until there is a password; None: nothing does, or everybody may use it.
    """
    files = StaticFiles(HERE / "static")
    hosts = Hosts(config.host, hostname=socket.gethostname(), allowed=config.allowed_hosts)
    gate = Gate(hosts, None, public_files=files.needed_by("login.html", "code.html", "about-this-device.html"))
    access = Access(gate, config, password_line=password_line, sessions_file=sessions_file, code=code)
    api = Api(page, gate, access)
    catalogues = Catalogues(HERE / "languages")

    async def index(request: Request) -> Response:
        return files.answer("index.html", request)

    async def login(request: Request) -> Response:
        if gate.signed_in(request):
            return RedirectResponse("/", 303)
        return files.answer("login.html" if access.code is None else "code.html", request)

    async def about(request: Request) -> Response:
        return files.answer("about-this-device.html", request)

    async def setup(request: Request) -> Response:
        return files.answer("setup.html", request)

    async def printed(request: Request) -> Response:
        return files.answer("notice.html", request)

    async def static(request: Request) -> Response:
        return files.answer(request.path_params["name"], request)

    async def language(request: Request) -> Response:
        packed = await in_thread(catalogues.packed, request.path_params["codes"])
        headers = {"cache-control": "no-cache", "etag": packed.tag, "vary": "accept-encoding"}
        if request.headers.get("if-none-match") == packed.tag:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            return Response(packed.content, media_type="application/json", headers=headers)
        return Response(gzip.decompress(packed.content), media_type="application/json", headers=headers)

    async def healthz(_: Request) -> Response:
        fresh = page.fresh()
        return JSONResponse({"status": "ok" if fresh else "stale"}, 200 if fresh else 503)

    async def figures(_: Request) -> Response:
        text = metrics.exposition(page.board.snapshot(), fresh=page.fresh(), listeners=page.board.listeners)
        if text is None:
            return refused(404, "metrics need prometheus-client: pip install 'moodroom[metrics]'")
        return Response(text, media_type=metrics.MEDIA_TYPE)

    async def openapi(_: Request) -> Response:
        return JSONResponse(json.loads((HERE / "openapi.json").read_text(encoding="utf-8")))

    def failed(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = error.headers if isinstance(error, HTTPException) else None
        return refused(status, "this method isn't allowed here" if status == 405 else "there is no such page", headers)

    routes = [
        Route("/", index),
        Route("/login", login),
        Route("/setup", setup),
        Route("/about-this-device", about),
        Route("/notice", printed),
        Route("/static/{name}", static),
        Route("/healthz", healthz),
        Route("/metrics", figures),
        Route("/api/openapi.json", openapi),
        Route("/api/language/{codes}", language),
        Route("/api/session", api.session),
        Route("/api/login", api.login, methods=["POST"]),
        Route("/api/logout", api.logout, methods=["POST"]),
        Route("/api/setup/password", api.set_password, methods=["POST"]),
        Route("/api/state", api.state),
        Route("/api/events", api.events),
        Route("/api/timeline", api.timeline),
        Route("/api/week", api.week),
        Route("/api/cover", api.cover),
        Route("/api/speakers", api.speakers),
        Route("/api/recommendations", api.recommendations),
        Route("/api/command", api.command, methods=["POST"]),
        Route("/api/checks", api.checks, methods=["POST"]),
        Route("/api/view", api.view, methods=["POST"]),
        Route("/api/spotify/sign-in", api.sign_in, methods=["POST"]),
        Route("/api/spotify/finish", api.finish_sign_in, methods=["POST"]),
        *(SetUpRoutes(page, page.set_up).stand_ins() if page.set_up is not None else ()),
    ]
    return Guard(Starlette(routes=routes, exception_handlers={HTTPException: failed}), gate)
