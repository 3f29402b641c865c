"""Where frames come from. `open_camera` picks the adapter; each is imported only when it is used."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from edge.config import CameraConfig
from edge.errors import SourceError
from edge.values import Frame

DEMO = "demo"
_ADDRESS = re.compile(r"(rtsps?|https?|rtmp|udp|tcp)://", re.IGNORECASE)
Wait = Callable[[float], object]


class Camera(Protocol):
    """Something that gives frames; used by one thread."""

    name: str

    def read(self) -> Frame | None:
        """The next frame, waiting for it; None when a replay is over. Raises CameraError when the camera fails."""

    def close(self) -> None:
        """Let go of the device; may be called twice."""


def settle(source: str) -> str:
    """`auto` -> the source that this machine has: picamera2, v4l2, or the demo clip where there is no camera."""
    if source != "auto":
        return source
    if _pi_camera():
        return "picamera2"
    return "v4l2" if first_video_device() is not None else DEMO


def is_replay(source: str) -> bool:
    """True for a film, a folder of pictures or the demo clip: they have an end and a clock of their own."""
    return source == DEMO or not (
        source in ("picamera2", "v4l2") or source.isdigit() or source.startswith("/dev/") or is_stream(source)
    )


def is_stream(source: str) -> bool:
    """True for an address, and for a GStreamer pipeline."""
    return bool(_ADDRESS.match(source)) or " ! " in source


def public(source: str) -> str:
    """A source as it may stand in a log: an address without its user, path and query, where passwords are put."""
    if " ! " in source:
        return f"{source.split()[0]} ! ..."
    if not _ADDRESS.match(source):
        return source
    scheme, _, rest = source.partition("://")
    host = re.split(r"[/?#]", rest.rpartition("@")[2], maxsplit=1)[0]
    return f"{scheme}://{host}/..."


def demo_clip() -> Path:
    """The bundled clip of a drawn room."""
    return Path(__file__).parent.parent / "demo" / "demo.webm"


def open_camera(config: CameraConfig, *, wait: Wait, fast: bool = False, loop: bool = False) -> Camera:
    """Open the source that the configuration names, after `settle`.

    wait: sleeps for so many seconds, or until the daemon stops; a replay in real time calls it between frames.
    fast: a replay gives frames as quickly as they are asked for. loop: a replay begins again at its end.
    Raises SourceError for something that can't be replayed, CameraError for a camera that doesn't open.
    """
    source = settle(config.source)
    if is_replay(source):
        from edge.camera.replay import open_replay

        path = demo_clip() if source == DEMO else Path(source).expanduser()
        return open_replay(path, config, wait=wait, fast=fast, loop=loop)
    if fast:
        raise SourceError(
            f"--fast: replays films only, and {public(source)} is a live camera; name a film with --source"
        )
    if source == "picamera2":
        from edge.camera.pi import PiCamera

        return PiCamera(config)
    from edge.camera.opencv import OpenCvCamera

    return OpenCvCamera(source, config)


def first_video_device() -> str | None:
    """The lowest-numbered /dev/videoN that can capture, or None."""
    devices = sorted(Path("/dev").glob("video*"), key=lambda path: (len(path.name), path.name))
    return next((str(path) for path in devices if path.name[5:].isdigit() and _captures(path)), None)


def _captures(device: Path) -> bool:
    """A Pi has many video devices that are codecs; a camera's name doesn't say so."""
    try:
        name = Path("/sys/class/video4linux", device.name, "name").read_text().lower()
    except OSError:
        return True
    return not any(word in name for word in ("codec", "isp", "unicam", "rp1-cfe", "rpi-hevc", "-dec", "-enc"))


def _pi_camera() -> bool:
    """True where picamera2 is installed and libcamera sees a camera."""
    import importlib.util

    if importlib.util.find_spec("picamera2") is None:
        return False
    try:
        from picamera2 import Picamera2

        return bool(Picamera2.global_camera_info())
    except Exception:  # a foreign library's start can fail in any way; then there is no camera for us
        return False
