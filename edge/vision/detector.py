"""What a face detector is, and which one is used: YuNet if its file is present, else Haar."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Protocol

import cv2

from edge.config import VisionConfig
from edge.errors import ModelError
from edge.system import state
from edge.values import Box, Face, Grey
from edge.vision.haar import Haar
from edge.vision.yunet import YuNet, how_to_get

YUNET_FILE = "face_detection_yunet_2023mar.onnx"
log = logging.getLogger(__name__)


class Detector(Protocol):
    """Finds faces."""

    name: str

    def find(self, grey: Grey) -> list[Face]:
        """(height, width) luma -> its faces in pixels of the frame, the most certain first."""

    def find_far(self, grey: Grey, turn: int) -> list[Face]:
        """As `find`, for one part of a frame at full size or enlarged, so that faces of 16 pixels are found.

        turn: counts up; each part of a frame has its turn. Costs three times as much as `find`.
        """

    def find_near(self, grey: Grey, box: Box) -> Face | None:
        """The present place of the face that was in `box` a moment ago; None if it is gone.

        Costs a tenth of `find`.
        """


def open_detector(config: VisionConfig, *, base: Path) -> Detector:
    """The detector that the configuration names.

    base: the project's folder, where `models/` may contain YuNet's file.
    Raises ModelError if YuNet's file is damaged, or missing where it is required.
    """
    cv2.setNumThreads(1)
    file = None if config.detector == "haar" else find_yunet(base)
    if file is not None:
        return YuNet(file, min_score=config.min_score, min_face=config.min_face)
    if config.detector == "yunet":
        raise ModelError(f"vision.detector: {YUNET_FILE} isn't in models/; {how_to_get()}")
    if config.detector == "auto":
        log.info("detector: using Haar because YuNet's file isn't in models/; %s to get it", how_to_get())
    return Haar(min_face=config.min_face)


def find_yunet(base: Path) -> Path | None:
    """YuNet's file in MOODROOM_MODELS, the state directory, the project's `models/` or the installed package.

    base: as for `open_detector`.
    """
    named = os.environ.get("MOODROOM_MODELS")
    folders = [*([Path(named)] if named else []), state.directory(), base / "models", base / "edge" / "models"]
    files = [folder / YUNET_FILE for folder in folders]
    # Unlike Path.is_file, this doesn't raise if a folder on the way can't be entered.
    return next((file for file in files if os.path.isfile(file)), None)
