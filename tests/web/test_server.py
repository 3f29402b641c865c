"""The server's thread: a port in use, a wrong address, stopping; and a page that is off."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from edge.config import Config
from edge.health.monitor import HealthMonitor
from edge.web import server as module
from edge.web.opening import open_web
from edge.web.security.code import CODE_FILE
from tests.broker import free_port
from tests.waiting import PATIENCE, wait_for
from tests.web.served import Serve


def test_a_taken_port_is_a_problem_and_is_tried_again(serve: Serve, monkeypatch: object) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        served = serve(port=port, wait=False)
        wait_for(lambda: bool(served.problems), "the problem")
        assert f"web.port: 127.0.0.1:{port} can't be used" in served.problems[0]
    wait_for(lambda: served.problems[-1] == "", "the page, once the port is free")
    assert served.get("/healthz").ok


def test_an_address_of_another_machine_is_a_problem(serve: Serve) -> None:
    for host in ("203.0.113.7", "no-such-host.invalid"):
        served = serve(host=host, wait=False)
        wait_for(lambda served=served: bool(served.problems), "the problem")  # type: ignore[misc]
        assert host in served.problems[0]


def test_the_server_stops_at_once_and_frees_the_port(serve: Serve) -> None:
    served = serve()
    served.server.stop()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", served.config.port)) != 0
    serve(port=served.config.port)


def test_a_public_page_without_a_password_is_locked_by_a_code(state_folder: Path) -> None:
    port, problems = free_port(), []
    config = Config.model_validate({"web": {"enabled": True, "host": "0.0.0.0", "port": port}})
    server = open_web(
        config,
        post=lambda _: None,
        problem=lambda *arguments: problems.append(arguments),
        health=HealthMonitor(10, 0),
        offset=0.0,
    )
    assert server is not None
    server.start()
    wait_for(lambda: bool(problems), "the page")
    assert problems == [("web", "")]
    answer = requests.get(f"http://127.0.0.1:{port}/api/state", timeout=PATIENCE)
    assert answer.status_code == 401
    # The code is there from the first start.
    assert (state_folder / CODE_FILE).exists()
    server.stop()


def test_a_page_that_is_off_imports_nothing() -> None:
    code = """
import json, sys
import edge.daemon.run
from edge.config import Config
from edge.web.opening import open_web
assert open_web(Config(), post=print, problem=print, health=None, offset=0.0) is None
print(json.dumps([name for name in ("starlette", "uvicorn", "anyio", "edge.web.app") if name in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_an_open_page_starts_no_threads_by_anyio_and_reads_one_catalogue() -> None:
    code = """
import json, sys, threading
from urllib.request import urlopen
from edge.config import Config
from edge.health.monitor import HealthMonitor
from edge.web import catalogues
from edge.web.opening import open_web
served, read = threading.Event(), []
def counting(text, original=catalogues.read_po):
    read.append(len(text))
    return original(text)
catalogues.read_po = counting
config = Config.model_validate({"web": {"enabled": True, "port": int(sys.argv[1])}})
server = open_web(config, post=print, problem=lambda *_: served.set(), health=HealthMonitor(10, 0), offset=0.0)
server.start()
served.wait()
for path in ("/", "/api/session", "/api/state", "/api/timeline", "/api/language/de"):
    while True:
        try:
            urlopen(f"http://127.0.0.1:{sys.argv[1]}{path}").read()
            break
        except OSError:
            pass
server.stop()
print(json.dumps([sorted(size > 5000 for size in read), "anyio._backends._asyncio" in sys.modules]))
"""
    command = [sys.executable, "-c", code, str(free_port())]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE)
    sizes, anyio = json.loads(done.stdout.splitlines()[-1])
    assert sizes.count(True) == 1 and not anyio


def test_missing_libraries_are_named(tmp_path: Path) -> None:
    (tmp_path / "uvicorn.py").write_text("raise ModuleNotFoundError(\"No module named 'uvicorn'\", name='uvicorn')")
    code = """
from edge.config import Config
from edge.web.opening import open_web
config = Config.model_validate({"web": {"enabled": True}})
assert open_web(config, post=print, problem=lambda *arguments: print(*arguments), health=None, offset=0.0) is None
"""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{code}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "web web: the page needs uvicorn; run: pip install 'moodroom[web]'\n"


def test_all_addresses_are_those_of_ipv6_and_ipv4(serve: Serve) -> None:
    served = serve(host="::", protected=True)
    for host in ("127.0.0.1", "[::1]") if socket.has_dualstack_ipv6() else ("127.0.0.1",):
        answer = requests.get(f"http://{host}:{served.config.port}/healthz", timeout=PATIENCE)
        assert answer.json() == {"status": "ok"}


def test_all_addresses_are_those_of_ipv4_where_there_is_no_ipv6(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_on_all_addresses", lambda _: None)
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: False)
    assert serve(host="::", protected=True).get("/healthz").ok
