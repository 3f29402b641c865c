"""A network camera that sends JPEGs over HTTP: in an endless answer (MJPEG), or one for each request (a snapshot).

Each picture is checked and decoded by itself, so that a broken one costs only itself.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from email.message import Message
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

from edge.camera.answers.status import connection_reason, status_reason
from edge.camera.aspect import configured_aspect, square_pixels
from edge.camera.grey import to_grey
from edge.camera.mjpeg import PICTURE_MAX_BYTES, PartSplitter
from edge.camera.picture_file import decode_picture
from edge.camera.source import CALM_FPS, Wait, redacted
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.values import Frame, FrameRequest, Grey

TIMEOUT_S = 8.0
# So long without a picture that can be decoded, and the camera is opened again.
NO_PICTURE_MAX_S = 10.0
# Seconds between two requests for a snapshot, and while frames may come slowly.
SNAPSHOT_EVERY_S, SNAPSHOT_CALM_EVERY_S = 1.0, 2.0
_CHUNK_BYTES = 2**16
_JPEG_BEGIN, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_FAILURES = (OSError, http.client.HTTPException, ValueError)


class NotPicturesError(Exception):
    """The address doesn't deliver JPEGs; FFmpeg may know what it delivers."""


class HttpCamera:
    """Frames from one address."""

    def __init__(self, address: str, config: CameraConfig, *, wait: Wait) -> None:
        """wait: called between two snapshots. Raises CameraError, or NotPicturesError for anything but JPEGs."""
        self.name = redacted(address)
        self._config, self._wait = config, wait
        self._url, self._opener = _opener(address)
        self._seq, self._interval, self._snapshot_every = 0, 0.0, SNAPSHOT_EVERY_S
        self._due = 0.0
        self._response: http.client.HTTPResponse | None = None
        self._splitter: PartSplitter | None = None
        self._pictures: list[bytes] = []
        self._open()

    def read(self) -> Frame:
        deadline = time.monotonic() + NO_PICTURE_MAX_S
        broken = 0
        while time.monotonic() < deadline:
            # Waiting for no time returns True once the daemon stops.
            if self._wait(0):
                raise CameraError(f"camera: {self.name} isn't read any more")
            data = self._next(deadline)
            if self._splitter is not None and time.monotonic() < self._due:
                # A picture that isn't needed isn't decoded.
                continue
            picture = _decoded(data)
            if picture is not None:
                now = time.monotonic()
                if self._splitter is not None:
                    self._due = now + self._interval
                frame = Frame(self._seq, now, self._grey(picture))
                self._seq += 1
                return frame
            broken += bool(data)
        what = f"{broken} pictures in a row can't be decoded" if broken else "no picture comes"
        raise CameraError(f"camera: {self.name} delivers no more frames: {what}; it is opened again")

    def _grey(self, picture: Grey) -> Grey:
        height, width = picture.shape
        aspect = configured_aspect(self._config, width, height) or 1.0
        return square_pixels(to_grey(picture, self._config), aspect, self._config)

    def adapt(self, request: FrameRequest) -> None:
        self._interval = 1 / min(CALM_FPS, self._config.fps) if request.calm else 0.0
        self._snapshot_every = SNAPSHOT_CALM_EVERY_S if request.calm else SNAPSHOT_EVERY_S

    def rest(self) -> None:
        response, self._response, self._splitter = self._response, None, None
        self._pictures.clear()
        if response is not None:
            response.close()

    def close(self) -> None:
        self.rest()

    def _next(self, deadline: float) -> bytes:
        """The next picture's bytes, broken or not; empty if the deadline comes first."""
        if self._splitter is None:
            if self._seq and (early := self._due - time.monotonic()) > 0:
                self._wait(early)
            if not self._pictures:
                self._open()
            self._due = time.monotonic() + self._snapshot_every
            return self._pictures.pop() if self._pictures else b""
        while not self._pictures:
            if time.monotonic() > deadline or self._wait(0):
                return b""
            try:
                data = self._response.read1(_CHUNK_BYTES) if self._response is not None else b""
            except _FAILURES as error:
                reason = connection_reason(error)
                raise CameraError(f"camera: {self.name} delivers no more frames: {reason}") from None
            if not data:
                raise CameraError(f"camera: {self.name} delivers no more frames; it is opened again")
            self._pictures += self._splitter.feed(data)
            # Old pictures say nothing any more.
            del self._pictures[:-1]
        return self._pictures.pop()

    def _open(self) -> None:
        self.rest()
        try:
            response = self._opener.open(self._url, timeout=TIMEOUT_S)
        except urllib.error.HTTPError as error:
            error.close()
            raise CameraError(f"camera: {self.name} doesn't open: {status_reason(error.code)}") from None
        except ValueError:
            # urllib: a way to log in that it doesn't know, or has no password for.
            raise CameraError(f"camera: {self.name} doesn't open: {status_reason(401)}") from None
        except _FAILURES as error:
            raise CameraError(f"camera: {self.name} doesn't open: {connection_reason(error)}") from None
        kind = response.headers.get_content_type()
        if kind.startswith("multipart/"):
            self._response = response
            self._splitter = PartSplitter(_boundary(response.headers))
            return
        with response:
            if kind.startswith("text/") or kind in ("application/json", "application/xml", "application/xhtml+xml"):
                raise CameraError(
                    f"camera: {self.name} doesn't open: it sends a page ({kind}) and no pictures; set camera.source to "
                    "the address of its stream or snapshot"
                )
            if not kind.startswith("image/"):
                raise NotPicturesError
            try:
                self._pictures = [_body(response)]
            except _FAILURES as error:
                raise CameraError(f"camera: {self.name} delivers no more frames: {connection_reason(error)}") from None


class _RefusalCloser(urllib.request.BaseHandler):
    """Closes each answer that asks for a login; urllib leaves it open while it tries the next, or raises."""

    # Before those that log in.
    handler_order = 100

    def http_error_401(self, _request: object, answer: IO[bytes], *_: object) -> None:
        answer.close()


def _opener(address: str) -> tuple[str, urllib.request.OpenerDirector]:
    """The address without user and password, and what opens it with them (Basic or Digest)."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        place = (f"[{host}]" if ":" in host else host) + (f":{parts.port}" if parts.port else "")
    except ValueError:
        raise CameraError(f"camera: {redacted(address)} isn't a valid address; check camera.source") from None
    url = urlunsplit((parts.scheme.lower(), place, parts.path or "/", parts.query, ""))
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({}), _RefusalCloser()]
    if parts.username is not None:
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        # For the whole server, because an answer may lead to another path.
        passwords.add_password(
            None,
            urlunsplit((parts.scheme.lower(), place, "/", "", "")),
            unquote(parts.username),
            unquote(parts.password or ""),
        )
        handlers += [urllib.request.HTTPBasicAuthHandler(passwords), urllib.request.HTTPDigestAuthHandler(passwords)]
    return url, urllib.request.build_opener(*handlers)


def _boundary(headers: Message) -> str:
    boundary = headers.get_boundary()
    return boundary if boundary else "--"


def _body(response: http.client.HTTPResponse) -> bytes:
    """A snapshot; raises OSError if it is too large or takes too long."""
    body, deadline = bytearray(), time.monotonic() + NO_PICTURE_MAX_S
    while data := response.read1(_CHUNK_BYTES):
        body += data
        if len(body) > PICTURE_MAX_BYTES or time.monotonic() > deadline:
            raise TimeoutError
    return bytes(body)


def _decoded(data: bytes) -> Grey | None:
    """A picture's luma; None if it is broken. A JPEG without its end isn't tried: libjpeg writes to stderr about it."""
    if data.startswith(_JPEG_BEGIN) and _JPEG_END not in data[-64:]:
        return None
    return decode_picture(data)
