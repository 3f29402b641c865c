"""A Jetson's CSI camera, and any GStreamer pipeline, through `gst-launch-1.0` as a child process.

OpenCV from PyPI has no GStreamer, and Python's bindings are a package of the system's. A child needs neither: frames
come through a pipe, and a driver that crashes takes the child along, not the daemon. Not tried on a Jetson yet.
"""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
import selectors
import shlex
import shutil
import signal
import subprocess
import time
from typing import Any

import numpy as np

from edge.camera.grey import full_range, upright
from edge.camera.source import public
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.values import Frame, FrameRequest

# Seconds to wait for the first frame, for a later one, and for a child that was asked to end.
FIRST, WAIT, END_WITHIN = 10.0, 5.0, 1.0
_PIPE = 2**20
_MISSING = "sudo apt install gstreamer1.0-tools gstreamer1.0-plugins-base"


def pipeline(source: str, config: CameraConfig, *, out: int) -> list[str]:
    """The arguments of gst-launch-1.0: from the source to I420 frames of the configured size in the descriptor `out`.

    source: jetson, or a pipeline's beginning; `gst:` before it and an appsink at its end are taken off.
    Raises CameraError where the source can't be split into words.
    """
    # A source that is slower stays as it is.
    rate = f"videorate drop-only=true max-rate={math.ceil(config.fps)}"
    frames = f"video/x-raw,format=I420,width={config.width},height={config.height}"
    # One buffer, and the oldest is dropped: what is read is what happens now.
    sink = f"! queue leaky=downstream max-size-buffers=1 ! fdsink fd={out} sync=false"
    if source == "jetson":
        # Frames are left out before they are converted; the converter scales as well.
        return f"nvarguscamerasrc ! video/x-raw(memory:NVMM) ! {rate} ! nvvidconv ! {frames} {sink}".split()
    try:
        words = shlex.split(source.removeprefix("gst:"))
    except ValueError:
        raise CameraError("camera.source: the pipeline has a quotation mark without its fellow; put it right") from None
    if "!" in words and words[len(words) - words[::-1].index("!")].startswith("appsink"):
        words = words[: len(words) - words[::-1].index("!") - 1]
    if not words:
        raise CameraError("camera.source: gst: needs a pipeline's beginning, such as gst:videotestsrc ! videoconvert")
    # What already is as it should be passes through; bt601 is video range, whatever the source has.
    return words + f"! {rate} ! videoconvert ! videoscale ! {frames},colorimetry=bt601 {sink}".split()


def frame_bytes(width: int, height: int) -> tuple[int, int]:
    """An I420 frame of GStreamer's -> bytes from one line of luma to the next, bytes of all three planes."""
    stride, half = _up(width, 4), _up(_up(width, 2) // 2, 4)
    return stride, stride * _up(height, 2) + half * _up(height, 2)


def _up(number: int, step: int) -> int:
    return -(-number // step) * step


class GStreamerCamera:
    """Frames from a child's pipe; the child ends with the camera, and with this process."""

    def __init__(self, source: str, config: CameraConfig) -> None:
        """source: jetson or a pipeline. Raises CameraError where the child doesn't start."""
        self.name = public(source)
        self._source, self._config = source, config
        self._stride, self._bytes = frame_bytes(config.width, config.height)
        self._seq = 0
        self._child: _Child | None = None
        self._start()

    def read(self) -> Frame:
        child = self._child or self._start()
        try:
            planes = child.frame(self._bytes)
        except CameraError:
            self.rest()
            raise
        height, width = self._config.height, self._config.width
        luma = np.frombuffer(planes, np.uint8, self._stride * height).reshape(height, self._stride)[:, :width]
        frame = Frame(self._seq, time.monotonic(), upright(full_range(luma), self._config))
        self._seq += 1
        return frame

    def want(self, wanted: FrameRequest) -> None:
        """The pipeline's rate is fixed; a frame costs no more than copying it."""

    def rest(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def close(self) -> None:
        self.rest()

    def _start(self) -> _Child:
        self._child = _Child(self.name, self._source, self._config)
        return self._child


class _Child:
    """One run of gst-launch-1.0."""

    def __init__(self, name: str, source: str, config: CameraConfig) -> None:
        program = shutil.which("gst-launch-1.0")
        if program is None:
            raise CameraError(f"camera: gst-launch-1.0 is missing; run: {_MISSING}")
        self._name, self._patience = name, FIRST
        self._frames, out = os.pipe()
        self._said, told = os.pipe()
        # What nobody reads must not stop the child from working.
        os.set_blocking(told, False)
        os.set_blocking(self._said, False)
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._frames, fcntl.F_SETPIPE_SZ, _PIPE)
        # The system tells the child when its parent is gone; a child that writes would notice by itself.
        guard = shutil.which("setpriv")
        before = [guard, "--pdeathsig", "INT", "--"] if guard else []
        try:
            # Argus writes its messages to stdout, so frames go through a descriptor of their own.
            command = [*before, program, "-q", *pipeline(source, config, out=out)]
            self._process: subprocess.Popen[Any] = subprocess.Popen(  # noqa: S603  what the user configured
                command, stdin=subprocess.DEVNULL, stdout=told, stderr=told, pass_fds=[out], start_new_session=True
            )
        except (OSError, CameraError) as error:
            os.close(self._frames)
            os.close(self._said)
            if isinstance(error, CameraError):
                raise
            raise CameraError(f"camera: gst-launch-1.0 doesn't start: {error.strerror}; run: {_MISSING}") from None
        finally:
            os.close(out)
            os.close(told)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._frames, selectors.EVENT_READ)

    def frame(self, size: int) -> bytearray:
        """The next `size` bytes; raises CameraError when the child dies or stays silent."""
        planes = bytearray(size)
        rest = memoryview(planes)
        until = time.monotonic() + self._patience
        while rest:
            if not self._selector.select(max(0.0, until - time.monotonic())):
                raise CameraError(
                    f"camera: {self._name} has given no frame for {self._patience:.0f} s; is it connected?"
                )
            got = os.readv(self._frames, [rest])
            if got == 0:
                raise CameraError(f"camera: {self._name} has ended{self._why()}; it is started again")
            rest = rest[got:]
        self._patience = WAIT
        return planes

    def end(self) -> None:
        """Let the pipeline shut down, so that the camera's service isn't left with a lost session; else kill it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGINT)
        # A child that is writing a frame must get rid of it to end.
        self._selector.close()
        os.close(self._frames)
        try:
            self._process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._said)

    def _why(self) -> str:
        """What the child said about its end."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_WITHIN)
        try:
            said = os.read(self._said, 2**16).decode(errors="replace")
        except OSError:
            return ""
        # Other lines may hold a property's value, and with it a password.
        errors = [line.strip() for line in said.splitlines() if "ERROR: from element" in line or "no element" in line]
        return f" ({errors[0]})" if errors else ""
