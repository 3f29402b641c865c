"""Runs gst-launch-1.0 as a child process and reads frames from its pipe."""

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

from edge.config import CameraConfig
from edge.errors import CameraError

# How long to wait for the first frame, for a later frame, and for the child to end.
FIRST_FRAME_TIMEOUT_S, FRAME_TIMEOUT_S, END_TIMEOUT_S = 10.0, 5.0, 1.0
_PIPE_BYTES = 2**20
_MESSAGE_MAX_BYTES = 2**16
_INSTALL = "sudo apt install gstreamer1.0-tools gstreamer1.0-plugins-base"


class GstProcess:
    """One run of gst-launch-1.0."""

    def __init__(self, name: str, source: str, config: CameraConfig) -> None:
        """Start it; raises CameraError. name: the source in error messages, without secrets."""
        program = shutil.which("gst-launch-1.0")
        if program is None:
            raise CameraError(f"camera: gst-launch-1.0 is missing; run: {_INSTALL}")
        self._name, self._timeout_s = name, FIRST_FRAME_TIMEOUT_S
        self._frames, out = os.pipe()
        self._messages, messages_in = os.pipe()
        # A full pipe of messages must not stop the child.
        os.set_blocking(messages_in, False)
        os.set_blocking(self._messages, False)
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._frames, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        # The kernel ends the child with its parent, even while the child isn't writing.
        setpriv = shutil.which("setpriv")
        prefix = [setpriv, "--pdeathsig", "INT", "--"] if setpriv else []
        try:
            # Argus writes messages to stdout, so frames need a separate descriptor.
            command = [*prefix, program, "-q", *pipeline(source, config, out=out)]
            self._process: subprocess.Popen[Any] = subprocess.Popen(  # noqa: S603  from the configuration
                command,
                stdin=subprocess.DEVNULL,
                stdout=messages_in,
                stderr=messages_in,
                pass_fds=[out],
                start_new_session=True,
            )
        except (OSError, CameraError) as error:
            os.close(self._frames)
            os.close(self._messages)
            if isinstance(error, CameraError):
                raise
            raise CameraError(f"camera: gst-launch-1.0 doesn't start: {error.strerror}; run: {_INSTALL}") from None
        finally:
            os.close(out)
            os.close(messages_in)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._frames, selectors.EVENT_READ)

    def read(self, size: int) -> bytearray:
        """The next `size` bytes; raises CameraError if the child ends or delivers nothing."""
        planes = bytearray(size)
        missing = memoryview(planes)
        deadline = time.monotonic() + self._timeout_s
        while missing:
            if not self._selector.select(max(0.0, deadline - time.monotonic())):
                raise CameraError(
                    f"camera: {self._name} has delivered no frame for {self._timeout_s:.0f} s; is it connected?"
                )
            count = os.readv(self._frames, [missing])
            if count == 0:
                raise CameraError(f"camera: {self._name} has ended{self._reason()}; it is started again")
            missing = missing[count:]
        self._timeout_s = FRAME_TIMEOUT_S
        return planes

    def end(self) -> None:
        """Stop the pipeline cleanly, which frees the camera's session; kill it if that takes too long."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGINT)
        # A child that is writing a frame ends only when the pipe is closed.
        self._selector.close()
        os.close(self._frames)
        try:
            self._process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._messages)

    def _reason(self) -> str:
        """The child's own error message, in brackets."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_TIMEOUT_S)
        try:
            text = os.read(self._messages, _MESSAGE_MAX_BYTES).decode(errors="replace")
        except OSError:
            return ""
        # Other lines may contain a property's value, and so a password.
        errors = [line.strip() for line in text.splitlines() if "ERROR: from element" in line or "no element" in line]
        return f" ({errors[0]})" if errors else ""


def pipeline(source: str, config: CameraConfig, *, out: int) -> list[str]:
    """The arguments of gst-launch-1.0, which writes I420 frames of the configured size to the descriptor `out`.

    source: jetson, or the beginning of a pipeline; a prefix `gst:` and an appsink at its end are removed.
    Raises CameraError if the source can't be parsed.
    """
    # This only drops frames: a slower source stays slow.
    rate = f"videorate drop-only=true max-rate={math.ceil(config.fps)}"
    frames = f"video/x-raw,format=I420,width={config.width},height={config.height}"
    # One buffer, and the oldest is dropped, so that a frame is always recent.
    sink = f"! queue leaky=downstream max-size-buffers=1 ! fdsink fd={out} sync=false"
    if source == "jetson":
        # Frames are dropped before they are converted; the converter also scales.
        return f"nvarguscamerasrc ! video/x-raw(memory:NVMM) ! {rate} ! nvvidconv ! {frames} {sink}".split()
    try:
        words = shlex.split(source.removeprefix("gst:"))
    except ValueError:
        raise CameraError("camera.source: the pipeline has an unmatched quotation mark; add the missing one") from None
    if "!" in words and words[len(words) - words[::-1].index("!")].startswith("appsink"):
        words = words[: len(words) - words[::-1].index("!") - 1]
    if not words:
        raise CameraError("camera.source: gst: needs a pipeline's beginning, such as gst:videotestsrc ! videoconvert")
    # Frames that already fit pass through unchanged; bt601 makes every source video range.
    return words + f"! {rate} ! videoconvert ! videoscale ! {frames},colorimetry=bt601 {sink}".split()
