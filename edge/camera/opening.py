"""Opens the camera that the configuration names; each adapter is imported only when it is used."""

from __future__ import annotations

import shutil
from pathlib import Path

from edge.camera.source import (
    _TEGRA,
    AUTO,
    DEMO,
    Camera,
    Wait,
    _driver_s_name,
    demo_clip,
    first_video_device,
    is_pipeline,
    is_replay,
    public,
)
from edge.config import CameraConfig
from edge.errors import CameraError, SourceError


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
        from edge.camera.gstreamer import GStreamerCamera

        return GStreamerCamera(source, config)
    from edge.camera.opencv import OpenCvCamera

    return OpenCvCamera(source, config)


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
