"""What somebody gets who has neither the code nor the password: every route, every file, every method."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from edge.config import Config
from edge.config.writing.file import ConfigFile
from edge.events import MoodChanged, PlaybackChanged
from edge.values import Mood, Playback
from edge.web import app
from edge.web.security.code import SetUpCode
from edge.web.setup.progress import Progress
from edge.web.setup.set_up import SetUp
from edge.web.static_files import SIGN_IN_WAYS
from tests.waiting import PATIENCE
from tests.web.served import Serve, Served, publish, routes

# What a stranger may ask for. A route that isn't here must refuse; add one only if it says nothing about the household.
OPEN_ROUTES = {
    ("/login", "GET"), ("/api/login", "POST"), ("/healthz", "GET"), ("/about-this-device", "GET"),
    ("/test-sound.wav", "GET"), ("/api/language/{codes}", "GET"),
}  # fmt: skip
# Files that the sign-in page and the data sheet need; /static/{name} refuses all others.
OPEN_FILES = {
    "about-this-device.html", "code.html", "login.html", "login.js", "language.js", "page.css", "manifest.webmanifest",
    "icon-180.png", "icon-192.png", "icon-512.png",
}  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REFUSED = (401, {"error": "the password is needed first"})
# What only the household knows; nothing of it may be in any answer.
PRIVATE = ("Den", "Grandma", "Clocks", "Coldplay", "happy 0.8", "living-room-tv", "0123456789abcdef", "our-home.yaml")
ADDRESSES = {"codes": "de,en", "name": "page.js", "n": "1"}


@pytest.fixture(params=["code", "password"])
def locked(request: pytest.FixtureRequest, serve: Serve, tmp_path: Path) -> Served:
    """A device with a full life, which a code or a password opens."""
    file = tmp_path / "our-home.yaml"
    file.write_text("device: {name: Grandma's Den}\n")
    spotify = {"client_id": "0123456789abcdef0123456789abcdef", "speaker": "living-room-tv"}
    config = Config.model_validate({"device": {"name": "Grandma's Den"}, "spotify": spotify})
    progress = Progress(tmp_path)
    progress.accept("Grandma", "2026-01-01T00:00:00Z")
    calls: list[str] = []

    def must_not_run(*_: Any) -> Any:
        calls.append("a part of the device was used")

    lock: dict[str, Any] = {"protected": True}
    if request.param == "code":
        lock = {"code": SetUpCode(tmp_path / "code", boot=[])}
    served = serve(
        host="0.0.0.0",
        recommend=must_not_run,
        checks=must_not_run,
        view=must_not_run,
        sign_in=must_not_run,
        set_up=SetUp(config, ConfigFile(file), "", must_not_run, progress, aim=must_not_run),
        **lock,
    )
    publish(served.board, MoodChanged, Mood("happy", 0.8, 0.5, 0.1, 1, 10.0))
    publish(served.board, PlaybackChanged, Playback("playing", "mpd", title="Clocks", artist="Coldplay"))
    served.problems = calls
    return served


def asked(served: Served, path: str, method: str) -> requests.Response:
    body: dict[str, Any] = {} if method in ("GET", "HEAD", "OPTIONS") else {"json": {"confirm": True, "name": "camera"}}
    return requests.request(method, served.url + path, allow_redirects=False, timeout=PATIENCE, **body)


def test_every_route_and_method_is_refused_but_the_listed_ones(locked: Served) -> None:
    assert routes() >= OPEN_ROUTES, "a listed route is gone"
    addresses = {re.sub(r"{(\w+)}", lambda found: ADDRESSES[found[1]], path): path for path, _ in routes()}
    wrong = []
    for path, route in {**addresses, "/nothing": "", "/login/x": "", "/healthz-more": "", "/api/loginx": ""}.items():
        for method in METHODS:
            if (route, "GET" if method == "HEAD" else method) in OPEN_ROUTES:
                continue
            answer = asked(locked, path, method)
            is_open_path = any(route == one for one, _ in OPEN_ROUTES)
            if is_open_path:
                refused = answer.status_code == 405
            elif path.startswith(("/api/", "/metrics")):
                refused = (answer.status_code, answer.json() if method != "HEAD" else REFUSED[1]) == REFUSED
            else:
                refused = (answer.status_code, answer.headers.get("location"), answer.content) == (303, "/login", b"")
            if not refused:
                wrong.append((method, path, answer.status_code, answer.text[:80]))
    assert wrong == []
    assert (locked.commands, locked.problems) == ([], [])


def test_no_file_of_the_page_is_given_but_what_the_sign_in_page_needs(locked: Served) -> None:
    folder = Path(app.__file__).parent / "static"
    names = {path.name for path in folder.iterdir()} | set(SIGN_IN_WAYS)
    found = {name for name in names if locked.get(f"/static/{name}").status_code == 200}
    assert found == OPEN_FILES


def test_nothing_that_is_open_says_anything_about_the_household(locked: Served) -> None:
    paths = [path.replace("{codes}", "de,en") for path, method in OPEN_ROUTES if method == "GET"]
    paths += [f"/static/{name}" for name in OPEN_FILES] + ["/", "/api/state", "/setup", "/metrics"]
    told = {}
    for path in paths:
        answer = locked.get(path)
        text = answer.text + str(answer.headers)
        told[path] = [word for word in (*PRIVATE, socket.gethostname()) if word in text]
        assert set(answer.headers) <= HEADERS, path
    for body in ({"code": "AAAA-AAAA"}, {"password": "guessed"}, {}, {"code": 5}):
        answer = locked.post("/api/login", body)
        assert answer.status_code in (401, 409, 422), answer.text
        told[str(body)] = [word for word in PRIVATE if word in answer.text]
    assert {path: words for path, words in told.items() if words} == {}


HEADERS = {
    "date", "content-type", "content-length", "cache-control", "etag", "location", "vary", "content-encoding",
    "www-authenticate", "content-security-policy", "x-frame-options", "x-content-type-options", "referrer-policy",
    "cross-origin-opener-policy", "cross-origin-resource-policy", "permissions-policy", "retry-after",
}  # fmt: skip


def test_forged_sessions_and_upgrades_open_nothing(locked: Served) -> None:
    forged: list[dict[str, Any]] = [
        {"cookies": {"moodroom_session": value}} for value in ("", "0", "true", "a" * 43, "%00", "null")
    ]
    forged += [{"headers": {"X-CSRF-Token": "x", "Authorization": value}} for value in ("Basic Og==", "Bearer x")]
    forged += [{"headers": {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "::1", "X-Original-URL": "/login"}}]
    upgrade = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
    }  # fmt: skip
    for more in [*forged, {"headers": upgrade}]:
        for path in ("/api/state", "/api/events", "/api/setup"):
            answer = locked.get(path, **more)
            assert (answer.status_code, answer.json()) == REFUSED, (path, more)
    for path in ("/static/../static/page.js", "//api/state", "/login/../api/state", "/api/language/../state"):
        status = raw(locked, path)
        assert b" 200 " not in status.splitlines()[0], path


def raw(served: Served, path: str) -> bytes:
    """The answer to a path as it is, which clients would tidy first."""
    with socket.create_connection(("127.0.0.1", served.config.port), timeout=PATIENCE) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer, until = b"", time.monotonic() + PATIENCE
        while time.monotonic() < until and (part := connection.recv(4096)):
            answer += part
        return answer
