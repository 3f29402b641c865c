"""The player over real HTTP and a real websocket: limits, other servers, and its place in the program."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from edge.commands.speakers import show_daemon
from edge.config import Config
from edge.errors import ConfigError, PlayerError
from edge.health.check import music
from edge.players import player as players
from edge.players import websocket_link
from edge.players.go_librespot import connection
from edge.players.go_librespot.errors import DaemonAwayError, DaemonLostError, UnreadableDaemonError
from edge.players.go_librespot.link import EVENT_MAX_BYTES, open_events
from edge.players.go_librespot.memory import MusicMemory
from edge.players.go_librespot.origin import StartedMusic
from edge.players.go_librespot.rest import ANSWER_MAX_BYTES, HttpApi
from edge.players.player import open_player
from edge.system import state
from edge.values import Playback
from tests.librespot_server import Librespot
from tests.librespot_server.server import WireServer
from tests.players.go_librespot_samples import HAPPY
from tests.players.listening import play
from tests.waiting import PATIENCE, wait_for


@pytest.fixture
def served() -> Iterator[WireServer]:
    server = WireServer(Librespot())
    yield server
    server.close()


def settings(port: int, player: str = "go_librespot", **more: object) -> Config:
    return Config.model_validate({"music": {"player": player}, "go_librespot": {"port": port}} | more)


@pytest.mark.parametrize("choice", ["go_librespot", "auto"])
def test_the_configured_player_plays_and_is_told_of_changes(served: WireServer, choice: str) -> None:
    player = open_player(settings(served.port, choice), clock=time.monotonic, demo=False)
    try:
        player.apply(play(HAPPY))
        seen: list[Playback] = [player.playback()]
        assert (seen[-1].state, seen[-1].context, seen[-1].speaker) == ("playing", HAPPY.uri, "Living Room")
        wait_for(lambda: player.wait() > 0 or not player.playback(), "its own changes")
        served.locked(lambda: (served.world.person_sets_volume(11), served.world.advance(1)))
        wait_for(lambda: player.wait() == 0, "the word of the change")
        assert player.playback().volume == 11
    finally:
        player.close()
    # The device was restarted, and the music goes on.
    again = open_player(settings(served.port), clock=time.monotonic, demo=False)
    try:
        assert again.playback().context == HAPPY.uri and again.playback().theirs is False
    finally:
        again.close()


def test_what_was_kept_may_be_damaged(state_folder: object) -> None:
    memory = MusicMemory()
    assert memory.read() is None
    for damaged in ("{", "[]", '["a"]', "[1, 2]", '["", ""]'):
        state.write("go_librespot_music", damaged)
        assert memory.read() is None
    memory.write(StartedMusic("library:happy", "spotify:track:1"))
    assert memory.read() == StartedMusic("library:happy", "spotify:track:1")


def test_an_event_that_is_too_large_ends_the_connection(served: WireServer) -> None:
    link = open_events("127.0.0.1", served.port)
    wait_for(lambda: served.world._listeners, "the listener")
    listener = served.world._listeners[0]
    threading.Thread(target=lambda: listener.deliver("x" * (EVENT_MAX_BYTES + 1)), daemon=True).start()
    with pytest.raises(UnreadableDaemonError, match="larger than 1 MiB"):
        wait_for(lambda: link.receive(0.1), "the end")
    link.close()


def accepted(listener: socket.socket) -> socket.socket:
    """Somebody has connected, and speaks websocket now."""
    connection, _ = listener.accept()
    key = connection.recv(4096).split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    upgrade = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept
    connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\n" + upgrade + b"\r\n\r\n")
    return connection


@pytest.mark.parametrize("then", [b"", b"\x00\x01x" * 50_000])
def test_a_message_that_never_ends_is_no_traceback(caplog: pytest.LogCaptureFixture, then: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with accepted(listener) as connection, contextlib.suppress(OSError):
                opened.wait(PATIENCE)
                connection.sendall(b"\x01\x01{" + then)

        opened, server = threading.Event(), threading.Thread(target=serve)
        server.start()
        link = open_events("127.0.0.1", listener.getsockname()[1])
        opened.set()
        server.join(PATIENCE)
        if then:
            link.close()
        else:
            with pytest.raises(DaemonLostError):
                wait_for(lambda: link.receive(0.1), "the end")
            link.close()
    assert caplog.records == []


def test_a_server_that_pings_and_never_reads_blocks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_link, "SEND_TIMEOUT_S", 1)
    ended = threading.Event()

    def ping(listener: socket.socket) -> None:
        with accepted(listener) as connection, contextlib.suppress(OSError):
            while True:
                connection.sendall((b"\x89\x7d" + b"x" * 125) * 100)
        ended.set()

    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        threading.Thread(target=ping, args=(listener,), daemon=True).start()
        link = open_events("127.0.0.1", listener.getsockname()[1])
        assert ended.wait(15), "the client gives the connection up"
        link.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 20_000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (ANSWER_MAX_BYTES + 1),
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b'HTTP/1.1 200 OK\r\n\r\n{"hello": 1}',
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n",
        b"HTTP/1.1 401 Unauthorized\r\n\r\n",
    ],
)
def test_another_server_is_called_so(answer: bytes) -> None:
    server = WireServer(Librespot(), answers=answer)
    player = open_player(settings(server.port), clock=time.monotonic, demo=False)
    try:
        with pytest.raises(UnreadableDaemonError, match=r"check go_librespot\.host and port"):
            player.playback()
    finally:
        player.close()
        server.close()


def test_nothing_at_all_and_an_answer_that_doesnt_come(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(DaemonLostError, match=rf"127\.0\.0\.1:{port}: no answer within 0\.2 s"):
            HttpApi("127.0.0.1", port).call("GET", "/status", timeout=0.2)
        monkeypatch.setattr(connection, "ANSWER_TIMEOUT_S", 0.2)
        hanging = open_player(settings(port), clock=time.monotonic, demo=False)
        with pytest.raises(DaemonLostError) as lost:
            hanging.playback()
        hanging.close()
        assert lost.value.retry_after is None, "the waits grow"
    with pytest.raises(DaemonAwayError, match=r"can't be reached .Connection refused.; check that go-librespot runs"):
        HttpApi("127.0.0.1", port).call("GET", "/status", timeout=0.2)
    with pytest.raises(DaemonAwayError) as away:
        open_events("127.0.0.1", port)
    assert away.value.gone


def test_the_commands_check_and_speakers(served: WireServer) -> None:
    config = settings(served.port)
    passed = music.go_librespot(config)
    assert passed is not None and not passed.warning
    assert passed.text == f"127.0.0.1:{served.port} answers; in the Spotify app it is Living Room"
    assert music.go_librespot(Config()) is None
    out = io.StringIO()
    assert show_daemon(config, out) == 0 and "Living Room" in out.getvalue()
    library = {"play": "library:happy"}
    mine = {"player": "go_librespot", "profiles": {"everyday": {"happy": library}}}
    passed = music.go_librespot(settings(served.port, music=mine))
    assert passed is not None and passed.warning and "can't search for the songs of library:" in passed.text
    served.world.account = False
    passed = music.go_librespot(config)
    assert passed is not None and passed.warning and "nobody has connected with the Spotify app yet" in passed.text
    assert show_daemon(config, out) == 1
    with pytest.raises(PlayerError, match="nobody has connected"):
        music.player(config)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(players, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"requires websockets; run `pip install 'moodroom.go-librespot.'`"):
        open_player(settings(1), clock=time.monotonic, demo=False)
