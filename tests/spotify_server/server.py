"""The HTTP side of the simulated Spotify: tokens, commands, and faults on request."""

from __future__ import annotations

import contextlib
import json
import re
import select
import socket
import struct
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.spotify_server.contract import Contract, contract_file
from tests.spotify_server.library import LibraryWorld, track_of
from tests.spotify_server.world import World

CLIENT = "0123456789abcdef0123456789abcdef"
# Name of a fault: whether the command is carried out before it shows.
FAULTS = {
    "429": False, "500": False, "500 done": True, "503": False, "reset": False, "reset done": True, "late": False,
    "late done": True, "half": True, "401": False,
}  # fmt: skip


class Server:
    """`with Server(world) as server`: `server.api` and `server.accounts` are its base URLs.

    faults: used up one for each request, None for a request that works. command_faults: for player commands only.
    write_faults: for all requests that change something. answers: fixed ones, for example for "PUT /me/player/play" or
    for "*"; a body that is a string is sent as plain text, as the gateway's refusals are.
    """

    def __init__(self, world: World, *, late: float = 0.3) -> None:
        """late: delay of a late response, in real seconds."""
        self.world, self.late = world, late
        self.lock = threading.RLock()
        self.faults: deque[str | None] = deque()
        self.command_faults: deque[str] = deque()
        self.faulted: list[str] = []
        self.requests: list[str] = []
        self.violations: list[str] = []
        self.answers: dict[str, tuple[int, dict[str, Any] | str, dict[str, str]]] = {}
        self.access: dict[str, float] = {}
        self.refresh: dict[str, str] = {}
        self.codes: dict[str, tuple[str, str]] = {}
        self.withdrawn = False
        self.token_lasts = 3600
        self.library: LibraryWorld | None = None
        # What Spotify says about music for a dozing device.
        self.dozing_message = "Not found."
        self.write_faults: deque[str | None] = deque()
        self._count = 0
        file = contract_file()
        self.contract = Contract(file) if file is not None else None
        server = self

        class Handler(_Handler):
            owner = server

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        base = f"http://127.0.0.1:{self._http.server_address[1]}/"
        self.api, self.accounts = base + "v1/", base

    def __enter__(self) -> Server:
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._http.shutdown()
        self._http.server_close()

    def new_tokens(self) -> dict[str, Any]:
        """A new pair of tokens. The old refresh token is valid until the new access token is used."""
        self._count += 1
        access, refresh = f"ACCESS-SECRET-{self._count:05d}", f"REFRESH-SECRET-{self._count:05d}"
        self.access[access] = self.world.unix() + self.token_lasts
        self.refresh[refresh] = access
        return {
            "access_token": access, "token_type": "Bearer", "expires_in": self.token_lasts, "refresh_token": refresh,
            "scope": "user-read-playback-state user-modify-playback-state user-library-read playlist-read-private "
            "playlist-modify-private",
        }  # fmt: skip

    def login(self) -> dict[str, Any]:
        """A token in spotipy's format, as after a new login."""
        return {**self.new_tokens(), "expires_at": int(self.world.unix()) + self.token_lasts}

    # Responses: (status, body, headers).

    def token(self, form: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        if form.get("client_id") != CLIENT:
            return 400, {"error": "invalid_client", "error_description": "Invalid client"}, {}
        if form.get("grant_type") == "authorization_code":
            import base64
            import hashlib

            challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            known = self.codes.pop(form.get("code", ""), None)
            if known is None or known != (challenge.decode().rstrip("="), form.get("redirect_uri")):
                return 400, {"error": "invalid_grant", "error_description": "Invalid authorization code"}, {}
            return 200, self.new_tokens(), {}
        if self.withdrawn or form.get("refresh_token") not in self.refresh:
            return 400, {"error": "invalid_grant", "error_description": "Refresh token revoked"}, {}
        return 200, self.new_tokens(), {}

    def known(self, header: str) -> bool:
        access = header.removeprefix("Bearer ")
        if self.access.get(access, 0) <= self.world.unix():
            return False
        # The new pair is in use, which revokes the older refresh tokens.
        self.refresh = {key: value for key, value in self.refresh.items() if value >= access}
        return True

    def api_call(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any, dict[str, str]]:
        world = self.world
        if answer := self.answers.get(f"{method} {path}") or self.answers.get("*"):
            return answer
        if self.library is not None and (answer := self.library.call(method, path, query, body)) is not None:
            return answer
        if (method, path) == ("GET", "/me/player"):
            state = world.state_json()
            return (204, None, {}) if state is None else (200, state, {})
        if (method, path) == ("GET", "/me/player/devices"):
            shown = world.shown()
            devices = [device for device in world.devices if device.awake and device.listed]
            return 200, {"devices": [world.device_json(device, shown, in_list=True) for device in devices]}, {}
        if method == "GET" and path.startswith("/tracks/"):
            return 200, track_of(f"spotify:track:{path.split('/')[-1]}"), {}
        if (method, path) == ("GET", "/me/player/queue"):
            return 200, world.queue_json(), {}
        looked_up = re.fullmatch(r"/(playlist|album|artist|show)s/([^/]+)", path)
        if method == "GET" and looked_up is not None:
            uri = f"spotify:{looked_up[1]}:{looked_up[2]}"
            if uri in world.gone | world.unlisted:
                return error(404, "Resource not found")
            return 200, {"uri": uri}, {}
        do = {
            ("PUT", "/me/player/play"): "play",
            ("PUT", "/me/player/pause"): "pause",
            ("POST", "/me/player/next"): "next",
            ("POST", "/me/player/previous"): "previous",
            ("POST", "/me/player/queue"): "queue",
            ("PUT", "/me/player/volume"): "volume",
            ("PUT", "/me/player/shuffle"): "shuffle",
            ("PUT", "/me/player/repeat"): "repeat",
            ("PUT", "/me/player/seek"): "seek",
            ("PUT", "/me/player"): "transfer",
        }.get((method, path))
        if do is None:
            return error(404, "Service not found")
        return self._command(do, query, body or {})

    def _command(self, do: str, query: dict[str, str], body: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        world, now = self.world, self.world.now_playing()
        device_id = query.get("device_id") if do != "transfer" else body["device_ids"][0]
        if device_id is not None:
            device = world.by_id(device_id)
            if device is None:
                return error(404, "Device not found")
        elif now.device is None:
            return error(404, "Player command failed: No active device found", "NO_ACTIVE_DEVICE")
        else:
            device = world.device(now.device)
        if device.dozing and do == "transfer":
            # It becomes the active device, even where there is nothing to go on with.
            device.dozing = False
            world.change(device=device.name, playing=now.playing and bool(body.get("play")), volume=device.volume)
            return 204, None, {}
        if device.dozing:
            return error(404, self.dozing_message)
        if device.restricted:
            return error(403, "Player command failed: Device is restricted", "RESTRICTED")
        if device.librespot and do == "play" and body.get("uris"):
            return error(403, "Player command failed: Restriction violated", "UNKNOWN")
        if do == "volume" and not device.supports_volume:
            return error(403, "Player command failed: Cannot control device volume", "VOLUME_CONTROL_DISALLOW")
        value: Any = None
        if do == "play":
            if body.get("context_uri") is None and body.get("uris") is None:
                do = "resume"
            else:
                value = (body.get("context_uri"), body.get("uris"))
                if value[0] in world.gone:
                    return error(404, "Context not found")
                if (offset := body.get("offset")) is not None:
                    if not str(value[0]).startswith(("spotify:playlist:", "spotify:album:")):
                        return error(400, "Can't have offset for context type")
                    position = offset.get("position")
                    value = (*value, world.place(value[0], offset["uri"]) if position is None else position)
        elif do == "queue":
            value = query["uri"]
        elif do == "seek":
            value = int(query["position_ms"]) / 1000
        elif do == "volume":
            value = int(query["volume_percent"])
        elif do == "shuffle":
            value = query["state"] == "true"
        elif do == "repeat":
            value = query["state"]
        elif do == "transfer":
            if now.device is None or not now.uris:
                return error(404, "Player command failed: No active device found", "NO_ACTIVE_DEVICE")
            value = bool(body.get("play"))
        if do in ("volume", "shuffle", "repeat", "queue") and device.name != now.device:
            return error(403, "Player command failed: Restriction violated", "UNKNOWN")
        if (do == "pause" and not now.playing) or (do == "resume" and now.playing):
            return error(403, "Player command failed: Restriction violated", "UNKNOWN")
        world.do(do, value, device)
        if do == "play" and body.get("position_ms"):
            world.change(position=body["position_ms"] / 1000)
        return 204, None, {}


def error(status: int, message: str, reason: str | None = None) -> tuple[int, Any, dict[str, str]]:
    return status, {"error": {"status": status, "message": message, **({"reason": reason} if reason else {})}}, {}


class _Handler(BaseHTTPRequestHandler):
    owner: Server
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._serve()

    do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815

    def _serve(self) -> None:
        owner = self.owner
        url = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with owner.lock:
            owner.requests.append(f"{self.command} {url.path}")
            fault = owner.faults.popleft() if owner.faults else None
            if self.command != "GET" and "/me/" in url.path and owner.command_faults:
                fault = owner.command_faults.popleft()
            if self.command != "GET" and "/v1/" in url.path and owner.write_faults:
                fault = owner.write_faults.popleft()
            if fault is not None:
                owner.faulted.append(fault)
            if self._client_left():
                self.close_connection = True
                return
            if fault is None or FAULTS[fault]:
                status, body, headers = self._answer(url.path, query, raw)
            else:
                status, body, headers = error(int(fault) if fault.isdigit() else 500, "Injected")
                headers = {"Retry-After": "7"} if fault == "429" else {}
            if fault == "500 done":
                status, body, headers = error(502, "Bad gateway")
        with contextlib.suppress(OSError):
            self._send(fault or "", status, body, headers)

    def _client_left(self) -> bool:
        """True if the client has timed out: on a busy machine its command would otherwise follow its own repeat."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)

    def _answer(self, path: str, query: dict[str, str], raw: bytes) -> tuple[int, Any, dict[str, str]]:
        owner = self.owner
        if path == "/api/token":
            return owner.token({key: values[-1] for key, values in parse_qs(raw.decode()).items()})
        path = path.removeprefix("/v1")
        body = json.loads(raw) if raw else None
        if owner.contract is not None:
            owner.violations += owner.contract.request(self.command, path, query, body)
        if not owner.known(self.headers.get("Authorization", "")):
            status, answer, headers = error(401, "The access token expired")
        else:
            status, answer, headers = owner.api_call(self.command, path, query, body)
        if owner.contract is not None:
            owner.violations += owner.contract.answer(self.command, path, status, answer)
        return status, answer, headers

    def _send(self, fault: str, status: int, body: Any, headers: dict[str, str]) -> None:
        if fault.startswith("reset"):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        if fault.startswith("late"):
            time.sleep(self.owner.late)
            self.close_connection = True
        text = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        if fault == "half":
            text = text[: len(text) // 2] or b'{"half'
            status = 200 if status == 204 else status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Type", "text/plain" if isinstance(body, str) else "application/json")
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if status != 204:
            self.wfile.write(text)
