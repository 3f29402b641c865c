"""The page's server in this process, on a free port, with parts that a test provides."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.applications import Starlette
from starlette.routing import Route

from edge.config import Config, WebConfig
from edge.events import Event
from edge.values import Command
from edge.web.app import build
from edge.web.board import Board
from edge.web.page import WebPage
from edge.web.security import sessions
from edge.web.security.code import SetUpCode
from edge.web.security.gate import Guard
from edge.web.server import Server
from edge.web.setup.progress import Progress
from edge.web.setup.routing import SetUpRoutes
from edge.web.setup.set_up import SetUp
from tests.broker import free_port
from tests.waiting import PATIENCE, wait_for

PASSWORD = "correct horse battery"
SONGS = [{"title": "Clocks", "artist": "Coldplay", "uri": "spotify:track:0BCPKOYdS2jbQ8iyB56Zns"}]


@dataclass
class Served:
    """A page that is being served, with the commands and problems that it reported."""

    board: Board
    server: Server
    config: WebConfig
    commands: list[Command] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.config.port}"

    def get(self, path: str, **more: Any) -> requests.Response:
        return requests.get(self.url + path, allow_redirects=False, timeout=PATIENCE, **more)

    def post(
        self, path: str, body: Any = None, *, headers: dict[str, str] | None = None, **more: Any
    ) -> requests.Response:
        return requests.post(
            self.url + path,
            json={} if body is None else body,
            headers=headers,
            allow_redirects=False,
            timeout=PATIENCE,
            **more,
        )

    def session(self, *, sign_in: bool = False) -> requests.Session:
        """A client with cookies that sends the CSRF token with each request."""
        browser = requests.Session()
        if sign_in:
            answer = browser.post(f"{self.url}/api/login", json={"password": PASSWORD}, timeout=PATIENCE)
            assert answer.status_code == 204, answer.text
        browser.headers["X-CSRF-Token"] = browser.get(f"{self.url}/api/session", timeout=PATIENCE).json()["csrf"]
        return browser


Serve = Callable[..., Served]


@pytest.fixture(scope="module")
def password_line() -> str:
    """A password hash as the command writes it, but quick to check."""
    salt = b"0123456789abcdef"
    found = hashlib.scrypt(PASSWORD.encode(), salt=salt, n=1024, r=8, p=1, dklen=32)
    return "$".join(["scrypt", "1024", "8", "1", *(base64.b64encode(part).decode() for part in (salt, found))])


@pytest.fixture
def serve(state_folder: Path, password_line: str) -> Iterator[Serve]:
    """serve(protected=True, camera_view=..., view=...): keys of WebConfig and parts of WebPage.

    folder: for the sessions. code: what opens a page without a password.
    """
    running: list[Served] = []

    def start(
        *, protected: bool = False, wait: bool = True, port: int | None = None, folder: Path = state_folder, **more: Any
    ) -> Served:
        code: SetUpCode | None = more.pop("code", None)
        keys = {key: more.pop(key) for key in list(more) if key in WebConfig.model_fields}
        config = WebConfig(enabled=True, port=port or free_port(), **keys)
        board = Board(offset=time.time() - time.monotonic(), about={"id": "den", "name": "Den", "profiles": ["a", "b"]})
        parts: dict[str, Any] = {"fresh": lambda: True, "timeline": board.today} | more
        served = Served(board, None, config)
        page = WebPage(board, served.commands.append, **parts)
        line = password_line if protected else None
        served.server = Server(
            config,
            lambda: build(page, config, password_line=line, sessions_file=folder / sessions.FILE_NAME, code=code),
            board,
            on_problem=served.problems.append,
        )
        served.server.start()
        running.append(served)
        if wait:
            wait_for(lambda: bool(served.problems), "the page")
            assert served.problems == [""]
            wait_for(lambda: _answers(served), "an answer")
        return served

    yield start
    for served in running:
        served.server.stop()


def _answers(served: Served) -> bool:
    try:
        return served.get("/healthz").ok
    except requests.ConnectionError:
        return False


def routes() -> set[tuple[str, str]]:
    """Each path and method that a complete device serves, but for HEAD."""
    board = Board(offset=0.0, about={})
    set_up = SetUp(Config(), None, "", lambda: None, Progress())
    page = WebPage(board, lambda _: None, fresh=lambda: True, timeline=board.today, set_up=set_up)
    guard = build(page, WebConfig(), password_line=None, sessions_file=None)
    assert isinstance(guard, Guard) and isinstance(guard.app, Starlette)
    found = [route for route in guard.app.routes if isinstance(route, Route)]
    assert len(found) == len(guard.app.routes)
    # The set-up's are made once one of them is asked for.
    stand_ins = [route.app for route in found if isinstance(route.app, SetUpRoutes)]
    found = [route for route in found if route.app not in stand_ins] + stand_ins[0].routes()
    return {(route.path, method) for route in found for method in route.methods or () if method != "HEAD"}


def getter(url: str) -> Callable[[str], Any]:
    """get("/api/...") -> the JSON of the answer, None if nothing answers."""

    def get(path: str) -> Any:
        try:
            return requests.get(url + path, timeout=PATIENCE).json()
        except requests.ConnectionError:
            return None

    return get


def publish(board: Board, kind: Callable[..., Event], *values: Any) -> None:
    """Publish an event of this kind to the board, at the present time."""
    board(kind(time.monotonic(), *values))


__all__ = ["PASSWORD", "SONGS", "Serve", "Served", "getter", "password_line", "publish", "routes", "serve"]
