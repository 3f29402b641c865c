"""Connections that send or read nothing are closed; open pages stay."""

from __future__ import annotations

import socket
import time
from http.client import HTTPConnection

import pytest
import requests

from edge.web.security import connections
from edge.web.security.connections import MAX_CONNECTIONS, Connection
from tests.waiting import PATIENCE, wait_for
from tests.web.served import PASSWORD, Serve, Served


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CLIENT_TIMEOUT_S", 1.0)


def connect(served: Served) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", served.config.port), PATIENCE)
    made.settimeout(PATIENCE)
    return made


def ended(connection: socket.socket) -> bool:
    """Read until the server closes the connection; False if it doesn't."""
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


@pytest.mark.usefixtures("_impatient")
def test_idle_connections_do_not_block_others(serve: Serve) -> None:
    served = serve()
    idle = [connect(served) for _ in range(MAX_CONNECTIONS)]
    wait_for(lambda: served.get("/healthz").status_code == 200, "a place")
    assert all(ended(one) for one in idle)
    for one in idle:
        one.close()


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("before", ["", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"])
def test_a_slow_request_head_has_the_same_time_limit(serve: Serve, before: str) -> None:
    served = serve()
    with connect(served) as slow:
        slow.sendall(before.encode())
        with pytest.raises(OSError):
            # A byte now and then, for a minute.
            for _ in range(300):
                slow.sendall(b"G")
                time.sleep(0.2)


@pytest.mark.usefixtures("_impatient")
def test_a_request_body_that_never_ends_does_not_hold_the_connection(serve: Serve) -> None:
    served = serve(protected=True)
    with connect(served) as slow:
        slow.sendall(b"POST /api/command HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
        assert ended(slow)


@pytest.mark.usefixtures("_impatient")
def test_an_answer_that_is_not_read_is_dropped(serve: Serve) -> None:
    served = serve()
    with socket.socket() as full:
        full.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        full.connect(("127.0.0.1", served.config.port))
        full.settimeout(PATIENCE)
        with pytest.raises(ConnectionError):
            while True:
                full.sendall(b"GET /static/page.css HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
        assert served.get("/healthz").ok


def test_an_open_page_and_a_reused_connection_stay(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CLIENT_TIMEOUT_S", 4.0)
    served = serve()
    browser = requests.Session()
    with browser.get(f"{served.url}/api/events", stream=True, timeout=PATIENCE) as events:
        time.sleep(5)
        served.board.close()
        assert b"data: " in events.raw.read()
    kept = HTTPConnection("127.0.0.1", served.config.port, timeout=PATIENCE)
    places = set()
    for _ in range(5):
        kept.request("GET", "/healthz")
        assert kept.getresponse().read() == b'{"status":"ok"}'
        places.add(kept.sock.getsockname())
        time.sleep(1.2)
    assert len(places) == 1
    kept.close()


def test_connections_per_address_are_limited(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_PER_ADDRESS", 3)
    served = serve()
    # This machine's own address, which a proxy or tunnel has, isn't limited.
    many = [connect(served) for _ in range(6)]
    assert served.get("/healthz").ok
    for one in many:
        one.close()
    monkeypatch.setattr(Connection, "_shared", lambda self, host: False)
    wait_for(lambda: served.get("/healthz").ok, "an answer")
    time.sleep(0.3)
    many = [connect(served) for _ in range(3)]
    with connect(served) as surplus:
        assert ended(surplus)
    many[0].close()
    wait_for(lambda: answers(served), "a place")
    for one in many:
        one.close()


def answers(served: Served) -> bool:
    try:
        return served.get("/healthz").ok
    except requests.ConnectionError:
        return False


def test_behind_a_proxy_guesses_count_per_client(serve: Serve) -> None:
    served = serve(protected=True, proxy="127.0.0.1")

    def guess(password: str, address: str) -> int:
        return served.post("/api/login", {"password": password}, headers={"X-Forwarded-For": address}).status_code

    # The client sends made-up addresses; the proxy appends the real one.
    assert [guess("wrong password", f"192.0.2.{n}, 203.0.113.9") for n in range(6)] == [401] * 5 + [429]
    assert guess(PASSWORD, "192.168.1.20") == 204


def test_forwarded_headers_are_ignored_without_a_proxy(serve: Serve) -> None:
    served = serve(protected=True)
    for n in range(5):
        headers = {"X-Forwarded-For": f"203.0.113.{n}"}
        assert served.post("/api/login", {"password": "wrong password"}, headers=headers).status_code == 401
    headers = {"X-Forwarded-For": "203.0.113.9"}
    assert served.post("/api/login", {"password": PASSWORD}, headers=headers).status_code == 429
