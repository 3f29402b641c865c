"""The camera interface, and what the names of sources mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from edge.values import Frame, FrameRequest

AUTO, DEMO = "auto", "demo"
# What a source is, beside the demo clip: a video or pictures, or a live camera.
FILM, CAMERA = "film", "camera"
# The frame rate while nothing is likely to happen. Half of the default halves the frames, and a change in the room is
# published 0.1 s later (median of the seeded scenes); at 3, one change in ten took 4 s.
CALM_FPS = 5.0
_ADDRESS = re.compile(r"(rtsps?|https?|rtmp|udp|tcp)://", re.IGNORECASE)

# Sleeps for so many seconds, or until the daemon stops.
Wait = Callable[[float], object]


class Camera(Protocol):
    """Delivers frames; used by one thread."""

    name: str

    def read(self) -> Frame | None:
        """The next frame, waiting for it; None at the end of a replay. Raises CameraError if the camera fails."""

    def adapt(self, request: FrameRequest) -> None:
        """Follow the request from the next frame on, as far as the camera can; never raises."""

    def rest(self) -> None:
        """Stop the sensor until the next read, which starts it again; never raises."""

    def close(self) -> None:
        """Release the device; may be called twice."""


def is_replay(source: str) -> bool:
    """True for a video, a folder of pictures or the demo clip: they have an end and their own clock.

    `auto` counts as a camera, which may be plugged in later.
    """
    return source == DEMO or not (
        source in (AUTO, "picamera2", "v4l2", "jetson")
        or source.isdigit()
        or source.startswith("/dev/")
        or is_stream(source)
        or is_pipeline(source)
    )


def source_kind(source: str) -> str:
    """`demo`, `film` (a video or a folder of pictures) or `camera`, as `Mood.source` names it."""
    if source == DEMO:
        return DEMO
    return FILM if is_replay(source) else CAMERA


def is_stream(source: str) -> bool:
    """True for a network address."""
    return bool(_ADDRESS.match(source))


def is_pipeline(source: str) -> bool:
    """True for a GStreamer pipeline."""
    return source.startswith("gst:") or (" ! " in source and not is_stream(source))


def redacted(source: str) -> str:
    """A source for the log: an address without user, path and query, any of which may contain a password."""
    if is_pipeline(source):
        words = source.removeprefix("gst:").split()
        return f"{words[0]} ! ..." if words else source
    if not _ADDRESS.match(source):
        return source
    scheme, _, rest = source.partition("://")
    host = re.split(r"[/?#]", rest.rpartition("@")[2], maxsplit=1)[0]
    return f"{scheme}://{host}/..."


def demo_clip() -> Path:
    """The bundled clip of a drawn room."""
    return Path(__file__).parent.parent / "demo" / "demo.webm"
