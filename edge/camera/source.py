"""What a camera is, and what the names of sources mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from edge.values import Frame, FrameRequest

AUTO, DEMO = "auto", "demo"


# Frames a second that are enough while nothing is likely to happen. Half of the default saves half of the frames, and
# the room's change is told 0.1 s later (median of the seeded scenes); with 3, one change in ten took 4 s.
CALM = 5.0


_TEGRA = "vi-output"


_ADDRESS = re.compile(r"(rtsps?|https?|rtmp|udp|tcp)://", re.IGNORECASE)


Wait = Callable[[float], object]


class Camera(Protocol):
    """Something that gives frames; used by one thread."""

    name: str

    def read(self) -> Frame | None:
        """The next frame, waiting for it; None when a replay is over. Raises CameraError when the camera fails."""

    def want(self, wanted: FrameRequest) -> None:
        """Heed what looking needs from now on, as far as the camera can; never raises."""

    def rest(self) -> None:
        """Stop the sensor until the next read, which starts it again; never raises."""

    def close(self) -> None:
        """Let go of the device; may be called twice."""


def is_replay(source: str) -> bool:
    """True for a film, a folder of pictures or the demo clip: they have an end and a clock of their own.

    `auto` that nobody has settled is a camera: one that may be plugged in yet.
    """
    return source == DEMO or not (
        source in (AUTO, "picamera2", "v4l2", "jetson")
        or source.isdigit()
        or source.startswith("/dev/")
        or is_stream(source)
        or is_pipeline(source)
    )


def is_stream(source: str) -> bool:
    """True for an address."""
    return bool(_ADDRESS.match(source))


def is_pipeline(source: str) -> bool:
    """True for a GStreamer pipeline."""
    return source.startswith("gst:") or (" ! " in source and not is_stream(source))


def public(source: str) -> str:
    """A source as it may stand in a log: an address without its user, path and query, where passwords are put."""
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


def first_video_device() -> str | None:
    """The lowest-numbered /dev/videoN that can capture, or None."""
    devices = sorted(Path("/dev").glob("video*"), key=lambda path: (len(path.name), path.name))
    return next((str(path) for path in devices if path.name[5:].isdigit() and _captures(path)), None)


def _captures(device: Path) -> bool:
    """A Pi has many video devices that are codecs; a camera's name doesn't say so."""
    name = _driver_s_name(device.name)
    return not any(word in name for word in ("codec", "isp", "unicam", "rp1-cfe", "rpi-hevc", "-dec", "-enc", _TEGRA))


def _driver_s_name(device: str) -> str:
    """What the driver of /dev/videoN calls it, in lower case; empty where nobody tells."""
    try:
        return Path("/sys/class/video4linux", device, "name").read_text().lower()
    except OSError:
        return ""
