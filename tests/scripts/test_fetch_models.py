"""scripts/fetch_models against a local server."""

from __future__ import annotations

import contextlib
import hashlib
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from edge.vision.detector import YUNET_FILE
from tests.broker import free_port
from tests.conftest import ROOT
from tests.waiting import PATIENCE

SCRIPT = ROOT / "scripts" / "fetch_models"
CONTENT = bytes(range(256)) * 900
Fetch = Callable[..., "subprocess.CompletedProcess[str]"]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    asked: list[str]


class Files(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/none":
            self.send_error(404)
            return
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
            return
        if self.path == "/rude":
            self.send_response(500, "\x1b[31mgo\taway\x07")
            self.end_headers()
            return
        if self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                while True:
                    self.wfile.write(b"x")
            return
        content = {"/wrong": CONTENT[:-1] + b"x", "/huge": CONTENT * 30}.get(self.path, CONTENT)
        self.send_response(200)
        if self.path != "/unsized":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if self.path in ("/half", "/unsized") else content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server(("127.0.0.1", 0), Files)
    found.asked = []
    thread = threading.Thread(target=found.serve_forever, args=(0.02,))
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


@pytest.fixture
def fetch(tmp_path: Path, server: Server) -> Fetch:
    """fetch("good"): runs the script against the server; CONTENT counts as the right file."""
    script = tmp_path / "scripts" / "fetch_models"
    script.parent.mkdir()
    text, changes = re.subn(
        r'SHA256 = "\w+"', f'SHA256 = "{hashlib.sha256(CONTENT).hexdigest()}"', SCRIPT.read_text(encoding="utf-8")
    )
    assert changes == 1
    script.write_text(text, encoding="utf-8")

    def run(what: str, *more: object) -> subprocess.CompletedProcess[str]:
        url = what if ":" in what else f"http://127.0.0.1:{server.server_port}/{what}"
        command = [sys.executable, script, "--url", url, *map(str, more)]
        return subprocess.run(
            command, env={"NO_PROXY": "*"}, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    return run


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return the default folder of the script."""
    return tmp_path / "models"


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def failed(done: subprocess.CompletedProcess[str], words: str) -> None:
    """Assert exit code 1 and one sentence with these words."""
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("fetch_models: ") and done.stderr.count("\n") == 1
    assert words in done.stderr


def test_the_script_is_executable_and_fetches_the_documented_file() -> None:
    assert SCRIPT.stat().st_mode & stat.S_IXUSR
    text = SCRIPT.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env python3\n")
    assert "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4" in text and YUNET_FILE in text


def test_the_file_in_the_repository_has_the_expected_hash(yunet_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, "--to", yunet_folder, "--url", "http://127.0.0.1:9/"], capture_output=True, text=True
    )
    assert done.returncode == 0 and "exists already" in done.stdout


@pytest.mark.parametrize("what", ["good", "elsewhere"])
def test_a_good_file_is_put_there(fetch: Fetch, models: Path, what: str) -> None:
    done = fetch(what)
    assert (done.returncode, done.stderr) == (0, "")
    assert files(models) == [YUNET_FILE]
    assert (models / YUNET_FILE).read_bytes() == CONTENT
    assert stat.S_IMODE((models / YUNET_FILE).stat().st_mode) == 0o644


def test_a_good_file_that_is_there_needs_no_download(fetch: Fetch, models: Path, server: Server) -> None:
    fetch("good")
    done = fetch("good")
    assert done.returncode == 0 and "exists already" in done.stdout
    assert server.asked == ["/good"]


def test_a_bad_file_is_replaced(fetch: Fetch, models: Path) -> None:
    models.mkdir()
    (models / YUNET_FILE).write_text("version https://git-lfs.github.com/spec/v1\n")
    assert fetch("good").returncode == 0
    assert (models / YUNET_FILE).read_bytes() == CONTENT


def test_wrong_bytes_are_refused_and_a_bad_file_is_removed(fetch: Fetch, models: Path) -> None:
    models.mkdir()
    (models / YUNET_FILE).write_text("old and bad")
    failed(fetch("wrong"), "isn't the requested file (SHA-256 ")
    assert files(models) == []


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("none", "the server answered 404"),
        ("half", "the download broke off"),
        ("unsized", "isn't the requested file"),
        ("huge", "is larger than 5 MB"),
        ("nonsense:", "can't be reached: unknown url type"),
        ("http://127.0.0.1:port/", "the download broke off: nonnumeric port"),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_leaves_nothing(fetch: Fetch, models: Path, what: str, words: str) -> None:
    failed(fetch(what), words)
    assert files(models) == []


def test_a_server_that_sends_byte_by_byte_is_left(fetch: Fetch, tmp_path: Path, models: Path) -> None:
    script = tmp_path / "scripts" / "fetch_models"
    text, changes = re.subn(r"DEADLINE_S = 20\.0, 120\.0", "DEADLINE_S = 20.0, 0.0", script.read_text("utf-8"))
    assert changes == 1
    # Never enough: only the time ends it.
    script.write_text(text.replace("LARGEST = 5_000_000", "LARGEST = 50_000_000"), "utf-8")
    failed(fetch("slow"), "is too slow: ")
    assert files(models) == []


def test_a_server_s_words_cannot_steer_the_terminal(fetch: Fetch) -> None:
    failed(fetch("rude"), "the server answered 500 [31mgo away")


def test_a_server_that_isn_t_there_is_one_sentence(fetch: Fetch, models: Path) -> None:
    failed(fetch(f"http://127.0.0.1:{free_port()}/"), "can't be reached")
    assert files(models) == []


def test_another_folder_is_made(fetch: Fetch, tmp_path: Path) -> None:
    assert fetch("good", "--to", tmp_path / "a" / "b").returncode == 0
    assert files(tmp_path / "a" / "b") == [YUNET_FILE]


def test_a_folder_that_can_t_be_made_is_one_sentence(fetch: Fetch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    failed(fetch("good", "--to", tmp_path / "file" / "models"), "can't be written: Not a directory")
