"""Opens the camera that the configuration names; each adapter is imported only when it is used."""

from __future__ import annotations

import contextlib
from pathlib import Path

from edge.camera.devices import find_camera
from edge.camera.source import AUTO, DEMO, Camera, Wait, demo_clip, is_pipeline, is_replay, redacted
from edge.config import CameraConfig
from edge.errors import CameraError, SourceError


def resolve_source(source: str) -> str:
    """`auto` -> the source for this machine's camera, or the demo clip without one."""
    return source if source != AUTO else (find_camera() or DEMO)


def open_camera(config: CameraConfig, *, wait: Wait, fast: bool = False, loop: bool = False) -> Camera:
    """Open the source that the configuration names; `auto` is never the demo clip here, see `resolve_source`.

    wait: called between the frames of a replay in real time. fast: a replay delivers frames without waiting.
    loop: a replay starts again at its end.
    Raises SourceError if the source can't be replayed, CameraError if the camera is missing or doesn't open.
    """
    source = config.source
    if is_replay(source):
        from edge.camera.replay import open_replay

        path = demo_clip() if source == DEMO else Path(source).expanduser()
        return open_replay(path, config, wait=wait, fast=fast, loop=loop)
    if fast:
        raise SourceError(
            f"--fast: replays videos only, and {redacted(source)} is a live camera; name a video with --source"
        )
    # Searched for on each try: a camera may come up later than this program.
    if source == AUTO and (source := find_camera() or AUTO) == AUTO:
        raise CameraError("camera: none is found; check its cable or plug one in, or set camera.source")
    if source == "picamera2":
        from edge.camera.pi import PiCamera

        return PiCamera(config)
    if source == "jetson" or is_pipeline(source):
        from edge.camera.gstreamer import GStreamerCamera

        return GStreamerCamera(source, config)
    if source.lower().startswith(("http://", "https://")):
        from edge.camera.http_camera import HttpCamera, NotPicturesError

        with contextlib.suppress(NotPicturesError):
            return HttpCamera(source, config, wait=wait)
    from edge.camera.opencv import OpenCvCamera

    return OpenCvCamera(source, config)
