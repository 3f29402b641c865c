"""Where frames come from. `open_camera` picks the adapter; each is imported only when it is used."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from edge.config import CameraConfig
from edge.errors import CameraError, SourceError
from edge.values import Frame, Wanted

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

    def want(self, wanted: Wanted) -> None:
        """Heed what looking needs from now on, as far as the camera can; never raises."""

    def rest(self) -> None:
        """Stop the sensor until the next read, which starts it again; never raises."""

    def close(self) -> None:
        """Let go of the device; may be called twice."""


def settle(source: str) -> str:
    """`auto` -> the source that this machine has, or the demo clip where there is none."""
    return source if source != AUTO else (_found() or DEMO)


def _found() -> str | None:
    """The camera that this machine has: picamera2, jetson or v4l2."""
    if _pi_camera():
        return "picamera2"
    if _jetson_camera():
        return "jetson"
    return "v4l2" if first_video_device() is not None else None


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


def open_camera(config: CameraConfig, *, wait: Wait, fast: bool = False, loop: bool = False) -> Camera:
    """Open the source that the configuration names; whoever wants the demo clip in place of no camera settles it first.

    wait: sleeps for so many seconds, or until the daemon stops; a replay in real time calls it between frames.
    fast: a replay gives frames as quickly as they are asked for. loop: a replay begins again at its end.
    Raises SourceError for something that can't be replayed, CameraError for a camera that doesn't open or isn't there.
    """
    source = config.source
    if is_replay(source):
        from edge.camera.replay import open_replay

        path = demo_clip() if source == DEMO else Path(source).expanduser()
        return open_replay(path, config, wait=wait, fast=fast, loop=loop)
    if fast:
        raise SourceError(
            f"--fast: replays films only, and {public(source)} is a live camera; name a film with --source"
        )
    # Looked for at each try: a camera on USB, or a Pi's, may come up later than this program.
    if source == AUTO and (source := _found() or AUTO) == AUTO:
        raise CameraError("camera: none is found; push the ribbon in or plug one in, or set camera.source")
    if source == "picamera2":
        from edge.camera.pi import PiCamera

        return PiCamera(config)
    if source == "jetson" or is_pipeline(source):
        from edge.camera.pipeline import PipelineCamera

        return PipelineCamera(source, config)
    from edge.camera.opencv import OpenCvCamera

    return OpenCvCamera(source, config)


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


def _jetson_camera() -> bool:
    """True where a Tegra's video input has a sensor: its raw pictures are of use to GStreamer only."""
    devices = Path("/dev").glob("video*")
    return shutil.which("gst-launch-1.0") is not None and any(_TEGRA in _driver_s_name(d.name) for d in devices)


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
