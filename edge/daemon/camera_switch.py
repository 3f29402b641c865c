"""Keeps the camera's switch over restarts, and says so where it can't be kept."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from edge.sentences import Sentence
from edge.system import state

NAME = "camera"
# The shortest interval between two tries to save it.
RETRY_EVERY_S = 10.0
log = logging.getLogger(__name__)


def camera_is_on(settings: Mapping[str, str]) -> bool:
    """Whether the camera is on: as it was before a reload, else as the file says.

    settings: as before the reload; empty at the start. They count even if they couldn't be written.
    """
    return settings["camera"] == "ON" if "camera" in settings else state.switched_on(NAME)


class CameraSwitch:
    """The switch's file. fault: why the last setting isn't saved, with the fix; "" if it is."""

    def __init__(self, folder: Path | None = None) -> None:
        """folder: None for the state directory."""
        self._folder = folder
        self._unsaved: bool | None = None
        self._tried_at = 0.0
        self.fault = ""

    def begin(self, now: float, on: bool) -> None:
        """Write the file at the first start: on a disk that is full later, it can still be overwritten.

        Also after a reload, if it couldn't be written before.
        """
        if state.read(NAME, self._folder) != ("ON" if on else "OFF") and not self.save(now, on):
            log.warning("camera: %s", self.fault)

    def save(self, now: float, on: bool) -> bool:
        """Save the setting; returns whether it was. If it wasn't, `retry` tries again."""
        fault = state.write_switch(NAME, on, self._folder)
        self._unsaved, self._tried_at = on if fault else None, now
        self.fault = fault and Sentence(
            "it is on, but that isn't kept over a restart: {why}; make room on the disk, and it is saved"
            if on
            else "it is off, but that isn't kept over a restart: {why}; make room on the disk, and it is saved",
            why=fault,
        )
        return not fault

    def retry(self, now: float) -> bool:
        """Try again to save what couldn't be saved; returns whether it is saved now."""
        if self._unsaved is None or now - self._tried_at < RETRY_EVERY_S:
            return False
        return self.save(now, self._unsaved)
