"""The cover of what plays comes from the device, and from nowhere else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from edge import messages
from edge.errors import PlayerError
from edge.events import PlaybackChanged
from edge.values import DRY_RUN, Control, Playback
from edge.web.cover import COVER_MAX_BYTES, Cover, media_type_of
from tests.conftest import ROOT
from tests.web.served import Serve, publish

PICTURE = (ROOT / "edge" / "web" / "static" / "icon-192.png").read_bytes()


class _Pictures(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        content = {"/large": PICTURE + bytes(COVER_MAX_BYTES), "/page": b"<svg onload='alert(1)'/>"}
        if self.path == "/gone":
            self.send_error(404)
            return
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/picture")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "image/svg+xml")
        self.end_headers()
        self.wfile.write(content.get(self.path, PICTURE))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def pictures() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Pictures,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_cover_of_what_plays_is_served_and_fetched_once(serve: Serve, pictures: tuple[str, list[str]]) -> None:
    url, asked = pictures
    served = serve()
    assert served.get("/api/cover").status_code == 204
    publish(served.board, PlaybackChanged, Playback("playing", "x", title="Clocks", cover=f"{url}/picture"))
    for _ in range(3):
        answer = served.get("/api/cover", params={"v": f"{url}/picture"})
        assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "image/png", PICTURE)
    assert asked == ["/picture"]
    # Nothing but the player's own address is fetched.
    assert served.get("/api/cover", params={"v": f"{url}/other"}).status_code == 204
    assert asked == ["/picture"]


@pytest.mark.parametrize("path", ["/large", "/page", "/gone", "/elsewhere"])
def test_what_is_no_picture_is_not_served(path: str, pictures: tuple[str, list[str]]) -> None:
    url, asked = pictures
    assert Cover().picture(url + path) is None
    assert asked == [path]


def test_other_addresses_are_never_opened() -> None:
    assert Cover(lambda _: PICTURE).picture("file:///etc/passwd") is None
    assert Cover(lambda _: PICTURE).picture("http://127.0.0.1/x") == (PICTURE, "image/png")
    assert [media_type_of(start) for start in (b"\xff\xd8\xff\xe0", b"RIFF1234WEBP", b"GIF89a", b"<svg", b"")] == [
        "image/jpeg", "image/webp", "image/gif", None, None,
    ]  # fmt: skip


def test_the_cover_that_mpd_holds_is_read_only_while_its_song_plays(serve: Serve) -> None:
    asked: list[str] = []

    def song_cover(address: str) -> bytes | None:
        asked.append(address)
        if address.endswith("gone.flac"):
            raise PlayerError("mpd: doesn't answer")
        return PICTURE

    served = serve(song_cover=song_cover)
    playing = Playback("playing", "mpd", title="Clocks", uri="mpd:a/clocks.flac")
    publish(served.board, PlaybackChanged, playing)
    assert served.board.snapshot()["player"]["cover"] == playing.uri
    assert "cover" not in messages.player(playing, Control.AUTO), "MQTT carries addresses only"
    for _ in range(3):
        answer = served.get("/api/cover", params={"v": playing.uri})
        assert (answer.status_code, answer.content) == (200, PICTURE)
    assert served.get("/api/cover", params={"v": "mpd:another.flac"}).status_code == 204
    assert asked == [playing.uri]
    publish(served.board, PlaybackChanged, replace(playing, uri="mpd:gone.flac"))
    assert served.get("/api/cover").status_code == 204
    publish(served.board, PlaybackChanged, replace(playing, uri="mpd:http://radio.example/live"))
    assert "cover" not in served.board.snapshot()["player"]
    publish(served.board, PlaybackChanged, Playback("playing", DRY_RUN, uri="mpd:folder/calm"))
    assert "cover" not in served.board.snapshot()["player"]
