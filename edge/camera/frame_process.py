"""Runs a program such as gst-launch-1.0 as a child process and reads frames from its pipe."""

from __future__ import annotations

import contextlib
import fcntl
import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

from edge.errors import CameraError

# How long to wait for the first frame, for a later frame, and for the child to end.
FIRST_FRAME_TIMEOUT_S, FRAME_TIMEOUT_S, END_TIMEOUT_S = 10.0, 5.0, 1.0
_PIPE_BYTES = 2**20
_MESSAGE_MAX_BYTES = 2**16


class FrameProcess:
    """One run of a program that writes frames to a descriptor, and messages to stdout and stderr."""

    def __init__(
        self,
        name: str,
        program: str,
        arguments: Callable[[int], list[str]],
        *,
        install: str,
        given: bytes = b"",
        reasons: tuple[str, ...] = (),
    ) -> None:
        """Start it; raises CameraError.

        name: the source in error messages, without secrets. arguments: what returns them, given the descriptor for
        frames. install: how to install the program. given: its stdin. reasons: words by which
        a line of its messages may be shown.
        """
        path = shutil.which(program)
        if path is None:
            raise CameraError(f"camera: {program} is missing; run: {install}")
        self._reasons = reasons
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
            command = [*prefix, path, *arguments(out)]
            self._process: subprocess.Popen[Any] = subprocess.Popen(  # noqa: S603  from the configuration
                command,
                stdin=subprocess.PIPE if given else subprocess.DEVNULL,
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
            raise CameraError(f"camera: {program} doesn't start: {error.strerror}; run: {install}") from None
        finally:
            os.close(out)
            os.close(messages_in)
        if self._process.stdin is not None:
            # Less than a pipe holds, so this never waits.
            with contextlib.suppress(OSError), self._process.stdin as stdin:
                stdin.write(given)
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

    def has_more(self) -> bool:
        """Whether at least a part of another frame is there."""
        return bool(self._selector.select(0))

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
        errors = [line.strip() for line in text.splitlines() if any(reason in line for reason in self._reasons)]
        return f" ({errors[0]})" if errors else ""
