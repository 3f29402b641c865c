"""The program ffmpeg as it is installed here."""

from __future__ import annotations

import functools
import shutil
import subprocess

START_TIMEOUT_S = 10.0


def program() -> str | None:
    """Where ffmpeg is; None if it isn't installed."""
    return shutil.which("ffmpeg")


def every_picture() -> tuple[str, ...]:
    """The output option that keeps each picture, whatever its time.

    Versions before 5.1 know it as `-vsync`, which version 9 no longer has.
    """
    ffmpeg = program()
    return ("-fps_mode" if ffmpeg is None or _knows(ffmpeg, "-fps_mode") else "-vsync", "passthrough")


@functools.cache
def _knows(ffmpeg: str, option: str) -> bool:
    """Whether this version of ffmpeg has the output option."""
    # An option that it doesn't know ends it before it prints its version.
    command = [ffmpeg, "-v", "quiet", option, "passthrough", "-version"]
    try:
        tried = subprocess.run(  # noqa: S603  fixed arguments
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=START_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return True
    return tried.returncode == 0
