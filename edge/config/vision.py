"""The camera, the models, and how often to look."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema

from edge.config.fields import Duration, FilePath, Section, Share, file_path, utf8


def _source(value: Any, about: ValidationInfo) -> Any:
    """A camera may be named by its number."""
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value in ("",) or str(value).startswith("-"):
        raise ValueError("must be auto, picamera2, v4l2, jetson, a camera's number, a path, an address or a pipeline")
    text = str(value)
    if "\0" in text:
        raise ValueError("must be without the character NUL")
    utf8(text)
    # Addresses and pipelines may be longer than a path, and begin with no ~.
    return text if re.match(r"gst:|\w+://", text) or " ! " in text else file_path(text, about)


Source = Annotated[
    str,
    BeforeValidator(_source),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}]}),
]


class CameraConfig(Section):
    source: Source = "auto"
    """auto, picamera2, v4l2, jetson (its CSI camera), a number or path such as /dev/video0, a file, a folder of
    pictures, an address (rtsp://, http://), or gst: and a GStreamer pipeline's beginning such as
    `gst:videotestsrc ! videoconvert`."""
    width: Annotated[int, Field(ge=160, le=3840)] = 640
    """Pixels; faces should be 48 or more of them wide."""
    height: Annotated[int, Field(ge=120, le=2160)] = 480
    """Pixels."""
    fps: Annotated[float, Field(gt=0, le=60)] = 10.0
    """Frames a second asked of the camera; most are skipped unread."""
    rotate: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise, for a camera that is mounted on its side or head."""
    flip: Literal["none", "horizontal", "vertical"] = "none"
    """Mirror the picture, after it was turned; for a camera that looks into a mirror."""
    exposure: Literal["normal", "long"] = "normal"
    """long lets a Pi's camera expose for longer in a dark room; people who move are blurred."""
    detail: Annotated[int, Field(ge=1, le=4)] = 2
    """The Pi's camera keeps a second picture so many times as large, from which far faces are cut; 1: none."""
    stuck_after: Duration = 10.0
    """A camera that gives no frame for so long is closed and opened again."""


class VisionConfig(Section):
    detector: Literal["auto", "yunet", "haar"] = "auto"
    """auto takes YuNet where its file is present, else Haar, which needs no file."""
    model: FilePath = "models/tflite/fer_int8.tflite"
    """The expression model; its sidecar has the same name and ends in .json."""
    min_face: Annotated[int, Field(ge=12, le=400)] = 28
    """Pixels; smaller faces are passed over."""
    min_score: Share = 0.7
    """How sure YuNet must be that something is a face."""


class ScheduleConfig(Section):
    cpu_budget: Annotated[float, Field(gt=0, le=4)] = 0.10
    """How much of one processor core looking may cost, on average over a minute."""
    max_rate: Annotated[float, Field(gt=0, le=30)] = 5.0
    """Looks a second at most, while something happens."""
    settled: Duration = 1.0
    """Between two looks at somebody whose mood has settled."""
    empty: Duration = 2.0
    """Between two looks at a still room with nobody in it."""


class MoodConfig(Section):
    min_dwell: Duration = 2.0
    """A mood is kept for at least so long."""
    enter_after: Duration = 0.5
    """Somebody must be seen for so long before the room counts as occupied."""
    leave_after: Duration = 6.0
    """Nobody must be seen for so long before the room counts as empty."""
    min_confidence: Annotated[float, Field(ge=0.2, le=0.95)] = 0.45
    """Below this the mood is unknown."""
    stickiness: Duration = 60.0
    """How long an expression lasts on average; larger is calmer."""
    merge_disgust: bool = False
    """Count disgust as angry."""
