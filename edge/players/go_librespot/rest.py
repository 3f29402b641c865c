"""`HttpApi`: requests to go-librespot's local API, with limits on the size and the time of each answer."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any, Protocol

from edge.players.go_librespot.errors import PERSON_RETRY_S, DaemonAwayError, DaemonLostError, UnreadableDaemonError
from edge.system.bounded_response import BoundedResponse
from edge.text import clean, parse_json

ANSWER_MAX_BYTES = 2**20
CONNECT_TIMEOUT_S = 2.0


@dataclass(frozen=True)
class ApiAnswer:
    """status: of HTTP. body: the JSON, None where there is none."""

    status: int
    body: Any = None


class DaemonApi(Protocol):
    """The daemon's API. It carries out one request after the other, in the order in which they came."""

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, *, timeout: float) -> ApiAnswer:
        """Send one request and return the answer, whatever its status.

        timeout: in seconds. Raises DaemonAwayError where nothing was sent, DaemonLostError where no answer came, and
        UnreadableDaemonError for one that can't be read.
        """


class _Connection(http.client.HTTPConnection):
    response_class = BoundedResponse


class HttpApi:
    """Implements `DaemonApi`; a connection for each request, since it costs little on the same machine."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self.where = f"{host}:{port}"

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, *, timeout: float) -> ApiAnswer:
        connection = _Connection(self._host, self._port, timeout=CONNECT_TIMEOUT_S)
        try:
            try:
                connection.connect()
            except (OSError, UnicodeError) as error:
                reason = getattr(error, "strerror", None) or "no answer in time"
                raise DaemonAwayError(
                    f"go_librespot: {self.where} can't be reached ({reason}); check "
                    "that go-librespot runs with server.enabled and this port, and go_librespot.host"
                ) from None
            connection.sock.settimeout(timeout)
            data = None if body is None else json.dumps(body).encode()
            try:
                connection.request(method, path, data, {"Content-Type": "application/json", "Connection": "close"})
                response = connection.getresponse()
                content = response.read(ANSWER_MAX_BYTES + 1)
            except http.client.RemoteDisconnected:
                raise self._lost("the connection broke") from None
            except OSError as error:
                slow = isinstance(error, TimeoutError)
                raise self._lost(f"no answer within {timeout:g} s" if slow else "the connection broke") from None
            except (http.client.HTTPException, ValueError) as error:
                raise self._unreadable(clean(str(error) or type(error).__name__, 100)) from None
            if len(content) > ANSWER_MAX_BYTES:
                raise self._unreadable("the answer is too large")
            return ApiAnswer(response.status, self._json(response.status, content))
        finally:
            connection.close()

    def _json(self, status: int, content: bytes) -> Any:
        if not content.strip() or status != 200:
            return None
        try:
            return parse_json(content)
        except ValueError:
            raise self._unreadable("no JSON") from None

    def _lost(self, reason: str) -> DaemonLostError:
        return DaemonLostError(f"go_librespot: {self.where}: {reason}; looking at what plays", retry_after=1)

    def _unreadable(self, reason: str) -> UnreadableDaemonError:
        return UnreadableDaemonError(
            f"go_librespot: what answers at {self.where} isn't go-librespot ({reason}); check go_librespot.host and "
            "port",
            retry_after=PERSON_RETRY_S,
        )
