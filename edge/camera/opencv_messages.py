"""Keeps OpenCV and its FFmpeg from writing to stderr: a camera or film reports in a sentence what matters."""

from __future__ import annotations

from collections.abc import Callable

import cv2

from edge.system.logs import silence_ffmpeg

_LOG_NOTHING = 0


def silence_opencv() -> None:
    """Switch off the messages of both."""
    silence_ffmpeg()
    # OpenCV 4.11, which NumPy 1 needs, has it in another module.
    set_level: Callable[[int], int] = getattr(cv2, "setLogLevel", None) or cv2.utils.logging.setLogLevel
    set_level(_LOG_NOTHING)
