"""What the page must refuse, and what it must let through, with the real server."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import requests
from starlette.datastructures import URL
from starlette.requests import HTTPConnection

from edge.web.security.gate import HEADERS, Gate
from edge.web.security.hosts import Hosts
from edge.web.security.sessions import Sessions
from tests.waiting import PATIENCE, wait_for
from tests.web.served import PASSWORD, Serve

COMMAND = {"name": "camera", "value": "OFF"}


def test_every_answer_has_the_security_headers(serve: Serve) -> None:
    served = serve(protected=True)
    for answer in (served.get("/"), served.get("/login"), served.get("/static/page.css"), served.get("/nothing")):
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
    policy = served.get("/login").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert served.get("/login").headers.get("server") is None


def test_a_foreign_host_is_refused(serve: Serve) -> None:
    served = serve()
    for name in ("evil.example", "evil.example:8730", "127.0.0.1.evil.example", "localhost.evil.example", ""):
        assert served.get("/api/state", headers={"Host": name}).status_code in (400, 421), name
        assert served.get("/healthz", headers={"Host": name}).status_code in (400, 421), name
    for name in ("localhost", "127.0.0.1:1", "[::1]:8730", f"{socket.gethostname()}.local", "LOCALHOST."):
        assert served.get("/api/state", headers={"Host": name}).status_code == 200, name


@pytest.mark.parametrize(
    "host",
    [
        "localhost:1/static/?",
        "localhost:1/login?x=",
        "localhost:/static/#",
        "localhost/static/?",
        "localhost:1?/static/",
        "localhost:1@evil.example",
        "localhost:x",
        "localhost:",
        "localhost:123456",
        "[::1]/static/",
        "[::1]x:1",
        "[::1",
        "::1",
    ],
)
def test_a_host_that_is_more_than_a_name_and_a_port_is_refused(serve: Serve, host: str) -> None:
    served = serve(protected=True)
    assert served.get("/api/state", headers={"Host": host}).status_code == 421
    assert served.post("/api/command", COMMAND, headers={"Host": host}).status_code == 421
    assert served.commands == []


@pytest.mark.parametrize("host", ["localhost:1/static/?", "localhost:1/login?x=", "[::1]:1/healthz?"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_password_is_required_for_the_path_that_is_served(host: str, method: str) -> None:
    """Even if such a Host were accepted: older releases of Starlette take a path from it."""

    class Anybody(Hosts):
        def allow(self, header: str | None) -> bool:
            return True

    gate = Gate(Anybody("localhost", hostname="den"), Sessions("a password's hash", lifetime_s=60.0, file=None))
    headers = [(b"host", host.encode()), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": method, "path": "/api/state", "query_string": b"", "headers": headers}
    # The URL that Starlette builds from the Host isn't used.
    request = HTTPConnection(scope | {"root_path": "", "scheme": "http", "server": ("127.0.0.1", 1)})
    request._url = URL(f"http://{host}/api/state")
    answer = gate.refusal(request, method)
    assert answer is not None
    assert answer.status_code == 401


def test_a_host_can_be_allowed(serve: Serve) -> None:
    served = serve(allowed_hosts=("room.example.org",), protected=True)
    assert served.get("/login", headers={"Host": "Room.Example.org"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "file://"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_request_is_refused_even_with_the_token(serve: Serve, headers: dict[str, str]) -> None:
    served = serve()
    answer = served.session().post(f"{served.url}/api/command", json=COMMAND, headers=headers, timeout=PATIENCE)
    assert answer.status_code == 403
    assert served.commands == []


def test_a_request_without_the_token_is_refused(serve: Serve) -> None:
    served = serve()
    assert served.post("/api/command", COMMAND).status_code == 403
    assert served.post("/api/command", COMMAND, headers={"X-CSRF-Token": "wrong"}).json()["code"] == "csrf"
    assert served.post("/api/command", COMMAND, headers={"X-CSRF-Token": "\xe9"}).status_code == 403
    assert served.commands == []


def test_a_form_is_refused_because_it_is_not_json(serve: Serve) -> None:
    served = serve()
    browser = served.session()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = browser.post(
            f"{served.url}/api/command",
            data='{"name": "camera", "value": "OFF"}',
            headers={"Content-Type": kind},
            timeout=PATIENCE,
        )
        assert answer.status_code == 415
    assert served.commands == []


def test_without_the_password_nothing_is_revealed(serve: Serve) -> None:
    served = serve(protected=True)
    for path in ("state", "events", "timeline", "session", "openapi.json", "recommendations"):
        assert served.get(f"/api/{path}").status_code == 401, path
    for path in ("command", "checks", "view", "spotify/sign-in", "spotify/finish", "logout"):
        assert served.post(f"/api/{path}", COMMAND).status_code == 401, path
    assert served.get("/metrics").status_code == 401
    assert (served.get("/").status_code, served.get("/").headers["location"]) == (303, "/login")
    assert served.get("/healthz").json() == {"status": "ok"}
    assert served.commands == []


def test_the_password_opens_the_page_until_sign_out(serve: Serve) -> None:
    served = serve(protected=True)
    answer = served.post("/api/login", {"password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/", "max-age=2592000"):
        assert part in cookie
    assert "secure" not in cookie
    browser = served.session(sign_in=True)
    assert browser.get(f"{served.url}/", timeout=PATIENCE).ok
    assert browser.get(f"{served.url}/login", timeout=PATIENCE, allow_redirects=False).status_code == 303
    assert browser.post(f"{served.url}/api/command", json=COMMAND, timeout=PATIENCE).status_code == 202
    token = dict(browser.cookies)
    assert browser.post(f"{served.url}/api/logout", json={}, timeout=PATIENCE).status_code == 204
    assert served.get("/api/state", cookies=token).status_code == 401


def test_a_csrf_token_is_valid_for_its_own_session_only(serve: Serve) -> None:
    served = serve(protected=True)
    one, other = served.session(sign_in=True), served.session(sign_in=True)
    other.headers["X-CSRF-Token"] = one.headers["X-CSRF-Token"]
    assert other.post(f"{served.url}/api/command", json=COMMAND, timeout=PATIENCE).status_code == 403


def test_behind_https_the_cookie_is_secure(serve: Serve) -> None:
    served = serve(protected=True)
    headers = {"Host": "localhost", "Origin": "https://localhost"}
    assert "secure" in served.post("/api/login", {"password": PASSWORD}, headers=headers).headers["set-cookie"].lower()


def test_a_session_expires(serve: Serve) -> None:
    served = serve(protected=True, session=5)
    browser = served.session(sign_in=True)
    wait_for(lambda: browser.get(f"{served.url}/api/state", timeout=PATIENCE).status_code == 401, "its end")


def test_after_too_many_guesses_even_the_right_password_must_wait(serve: Serve) -> None:
    served = serve(protected=True)
    answers = [served.post("/api/login", {"password": f"guess number {n}"}).status_code for n in range(5)]
    assert answers == [401] * 5
    refused = served.post("/api/login", {"password": PASSWORD})
    assert refused.status_code == 429
    assert 200 < int(refused.headers["retry-after"]) <= 300


def test_sessions_survive_a_restart_but_not_a_new_password(serve: Serve, state_folder: Path) -> None:
    first = serve(protected=True)
    cookies = dict(first.session(sign_in=True).cookies)
    file = state_folder / "web_sessions"
    assert file.stat().st_mode & 0o777 == 0o600
    assert not any(str(value) in file.read_text() for value in cookies.values())
    first.server.stop()
    second = serve(protected=True)
    assert second.get("/api/state", cookies=cookies).status_code == 200
    second.server.stop()
    file.write_text(file.read_text().replace('"for": "', '"for": "0'))
    assert serve(protected=True).get("/api/state", cookies=cookies).status_code == 401


def test_a_large_or_endless_request_is_refused(serve: Serve) -> None:
    served = serve()
    browser = served.session()
    assert browser.post(f"{served.url}/api/command", json={"name": "x" * 9000}, timeout=PATIENCE).status_code == 413

    def endless() -> object:
        for _ in range(64):
            yield b" " * 1024

    chunked = {"Content-Type": "application/json"}
    try:
        answer = browser.post(f"{served.url}/api/command", data=endless(), headers=chunked, timeout=PATIENCE)
        assert answer.status_code == 413
    except requests.ConnectionError:
        pass  # the server closed the connection while the request was being sent
    assert served.get("/healthz").ok


def test_no_request_reaches_a_file_outside(serve: Serve) -> None:
    served = serve()
    for path in (
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static//etc/passwd",
        "/static/",
    ):
        with socket.create_connection(("127.0.0.1", served.config.port), 5) as raw:
            raw.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            assert b" 404 " in raw.makefile("rb").readline(), path


def test_metrics_take_the_password_as_basic_authentication(serve: Serve) -> None:
    served = serve(protected=True)
    assert served.get("/metrics", auth=("prometheus", "wrong password")).status_code == 401
    assert served.get("/metrics", auth=("prometheus", PASSWORD)).status_code == 200
    assert served.get("/metrics", auth=("prometheus", PASSWORD)).status_code == 200
    assert served.get("/metrics", headers={"Authorization": "Basic !!"}).status_code == 401
    # It is accepted for nothing else.
    assert served.get("/api/state", auth=("prometheus", PASSWORD)).status_code == 401
