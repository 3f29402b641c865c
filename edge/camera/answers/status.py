"""Why a network camera doesn't open: what its server answers, in words. Asked only once an opening has failed."""

from __future__ import annotations

import socket

TIMEOUT_S = 4.0
_REASONS = {
    401: "the server refuses the login (401); check user and password in camera.source",
    403: "the server forbids this address (403); check user and password in camera.source",
    404: "the server has nothing at this address (404); check the path in camera.source",
    429: "the server gets too many requests (429); it is tried again later",
}


def status_reason(status: int) -> str:
    """What a status of HTTP or RTSP means for whoever set the camera up."""
    if status in _REASONS:
        return _REASONS[status]
    if status >= 500:
        return f"the server has a fault of its own ({status}); look at the camera, it is tried again"
    return f"the server answers {status}; check the address in camera.source"


def connection_reason(error: BaseException) -> str:
    """What a failed connection means."""
    reason = getattr(error, "reason", error)
    reason = error if isinstance(reason, str) else reason
    if isinstance(reason, ConnectionRefusedError):
        return "the connection is refused; is the camera on, and is the port in camera.source right?"
    if isinstance(reason, TimeoutError):
        return "the server is silent; is the camera on, and in this network?"
    if isinstance(reason, socket.gaierror):
        return "its name isn't known in this network; check the name in camera.source"
    if isinstance(reason, OSError) and reason.strerror:
        return f"{reason.strerror[0].lower()}{reason.strerror[1:]}; check camera.source and the network"
    return "the answer isn't one of a camera; check the address in camera.source"
