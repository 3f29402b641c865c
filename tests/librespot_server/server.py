"""The simulated daemon on a real port: its HTTP API, and its events on a websocket."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.librespot_server.world import Librespot


class _Wire:
    """One client on the websocket."""

    def __init__(self, handler: BaseHTTPRequestHandler, protocol: Any) -> None:
        self._handler, self._protocol = handler, protocol
        self.open = True

    def deliver(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._protocol.send_text(text.encode())
            self.flush()

    def flush(self) -> None:
        for data in self._protocol.data_to_send():
            self._handler.wfile.write(data)


class WireServer:
    """Serves a world on 127.0.0.1 until it is closed. answers: raw bytes in place of what the daemon would answer."""

    def __init__(self, world: Librespot, *, answers: bytes | None = None) -> None:
        self.world, self.answers = world, answers
        self.lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path == "/events" and server.answers is None:
                    server.serve_events(self)
                else:
                    server.answer(self)

            def do_POST(self) -> None:
                server.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="wire-server")
        self._thread.start()

    def locked(self, act: Callable[[], Any]) -> Any:
        with self.lock:
            return act()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        if self.answers is not None:
            handler.wfile.write(self.answers)
            return
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        answer = self.locked(
            lambda: self.world.receive(handler.command, handler.path, json.loads(body) if body else None)
        )
        if isinstance(answer, str):
            return
        status, value = answer
        handler.send_response(status)
        content = b"" if status != 200 else json.dumps(value).encode() + b"\n"
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def serve_events(self, handler: BaseHTTPRequestHandler) -> None:
        from websockets.http11 import Request
        from websockets.protocol import State
        from websockets.server import ServerProtocol

        handler.close_connection = True
        protocol = ServerProtocol()
        lines = [f"GET {handler.path} HTTP/1.1", *(f"{name}: {value}" for name, value in handler.headers.items())]
        protocol.receive_data("\r\n".join([*lines, "", ""]).encode())
        [request] = [event for event in protocol.events_received() if isinstance(event, Request)]
        protocol.send_response(protocol.accept(request))
        wire = _Wire(handler, protocol)
        self.locked(wire.flush)
        self.locked(lambda: self.world.attach(wire))
        try:
            while protocol.state is State.OPEN and (data := handler.connection.recv(4096)):
                with self.lock:
                    protocol.receive_data(data)
                    protocol.events_received()
                    wire.flush()
        except OSError:
            pass
        finally:
            wire.open = False
            self.locked(lambda: self.world.detach(wire))
