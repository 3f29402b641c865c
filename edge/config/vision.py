"""The sections `camera`, `vision`, `schedule` and `mood`: frames, models, how often to look, the mood filter."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from edge.config.basis import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator
from edge.config.fields import Duration, FilePath, Kind, Section, path_text, utf8
from edge.sentences import Sentence


def _source(value: Any, info: ValidationInfo) -> str:
    return source_text(value, (info.context or {}).get("expand"))


def source_text(value: Any, expand: Callable[[str], str] | None) -> str:
    """A source as text; a camera may be given as its number. Raises ValueError. expand: replaces a leading ~."""
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value in ("",) or str(value).startswith("-"):
        raise ValueError(
            Sentence("must be auto, picamera2, v4l2, jetson, a camera's number, a path, an address or a pipeline")
        )
    text = str(value)
    if "\0" in text:
        raise ValueError(Sentence("must be without the character NUL"))
    utf8(text)
    # Addresses and pipelines may be longer than a path, and have no ~ to expand.
    return text if re.match(r"gst:|\w+://", text) or " ! " in text else path_text(text, expand)


Source = Annotated[
    str,
    BeforeValidator(_source),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}]}),
    Kind("text or number"),
]


ExpressionName = Literal["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]


def _area(value: Any) -> tuple[float, ...]:
    """Four fractions of the picture: left, top, width and height."""
    numbers = list(value) if isinstance(value, (list, tuple)) else []
    if len(numbers) != 4 or any(isinstance(n, bool) or not isinstance(n, (int, float)) for n in numbers):
        raise ValueError(Sentence("must be four numbers, [left, top, width, height], as fractions of the picture"))
    left, top, width, height = numbers
    # Written this way round, `not a number` is refused as well.
    if not all(0 <= n <= 1 for n in numbers):
        raise ValueError(Sentence("must be four numbers from 0 to 1, as fractions of the picture"))
    if not (width > 0 and height > 0):
        raise ValueError(Sentence("must have a width and a height above 0"))
    if left + width > 1 + AREA_TOLERANCE or top + height > 1 + AREA_TOLERANCE:
        raise ValueError(Sentence("must end inside the picture; left + width and top + height are at most 1"))
    return float(left), float(top), float(width), float(height)


# Fractions such as 0.7 + 0.3 aren't exact.
AREA_TOLERANCE = 1e-6
Area = Annotated[
    tuple[float, float, float, float],
    BeforeValidator(_area),
    WithJsonSchema(
        {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 1}, "minItems": 4, "maxItems": 4}
    ),
    Kind("area"),
]


def _aspect(value: str) -> str:
    wide, high = map(int, value.split(":"))
    if not 1 / SHAPE_MAX <= wide / high <= SHAPE_MAX:
        raise ValueError(Sentence("must be from 1:4 to 4:1, since faces can't be found in a distorted picture"))
    return value


# A camera needs this long for a frame after it was opened.
STUCK_AFTER_MIN_S = 0.5
# Width to height of a picture, and the other way round, at most.
SHAPE_MAX = 4


class CameraConfig(Section):
    """Where frames come from."""

    source: Source = "auto"
    """`auto`: the Pi's camera, else a USB camera, else the demo clip (a service waits for a camera instead).
    `picamera2`, `v4l2` or `jetson` for one kind of camera; 0, 1, ... or /dev/video0 for one camera; a video file or a
    folder of pictures; an address (rtsp://, http://); or `gst:` and the first elements of a GStreamer pipeline, such as
    `gst:videotestsrc ! videoconvert`."""
    width: Annotated[int, Field(ge=160, le=3840)] = 640
    """Width of a frame in pixels. A face should be at least 48 pixels wide."""
    height: Annotated[int, Field(ge=120, le=2160)] = 480
    """Height of a frame in pixels."""
    fps: Annotated[float, Field(ge=0.1, le=60)] = 10.0
    """Frames per second requested from the camera. Most are skipped without being decoded."""
    rotate: Literal[0, 90, 180, 270] = 0
    """Rotation in degrees clockwise, for a camera that is mounted sideways or upside down."""
    flip: Literal["none", "horizontal", "vertical"] = "none"
    """Mirror the picture after the rotation, for a camera that looks into a mirror."""
    aspect: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}:[1-9][0-9]{0,3}$"), AfterValidator(_aspect)] | None = None
    """Width to height of the whole picture, such as "16:9" or "4:3", for a source that shows people too wide or too
    narrow. null: as the source tells, which most do."""
    exposure: Literal["normal", "long"] = "normal"
    """`long` lets a Pi camera see more in a dark room, but blurs people who move."""
    detail: Annotated[int, Field(ge=1, le=4)] = 2
    """A Pi camera also keeps a picture this many times as large, to cut out distant faces. 1: none."""
    stuck_after: Duration = 10.0
    """A camera that delivers no frame for this long is reported as a problem and reopened."""

    @field_validator("height")
    @classmethod
    def _fits_the_width(cls, height: int, info: ValidationInfo) -> int:
        width = info.data.get("width", height)
        if not width / SHAPE_MAX <= height <= width * SHAPE_MAX:
            raise ValueError(
                Sentence("must be from a quarter of the width to four times the width, which is {width}", width=width)
            )
        return height

    @field_validator("stuck_after")
    @classmethod
    def _is_longer_than_a_frame(cls, stuck_after: float, info: ValidationInfo) -> float:
        least = max(STUCK_AFTER_MIN_S, 1 / info.data.get("fps", 1.0))
        if stuck_after < least:
            raise ValueError(
                Sentence("must be at least {limit} s, so that a frame can come meanwhile", limit=f"{least:g}")
            )
        return stuck_after


class VisionConfig(Section):
    """The models."""

    detector: Literal["auto", "yunet", "haar"] = "auto"
    """The face detector. `auto`: YuNet if scripts/fetch_models has downloaded it, else Haar."""
    model: FilePath = "models/tflite/fer_int8.tflite"
    """The expression model. Its sidecar, the same name with .json, must be beside it."""
    min_face: Annotated[int, Field(ge=12, le=200)] = 14
    """Faces narrower than this many pixels are ignored; a quarter of `camera.width` at most."""
    min_score: Annotated[float, Field(ge=0.1, le=0.9)] = 0.7
    """The score that YuNet must give a face for it to count. It gives hardly any face more than 0.93."""
    ignore: Annotated[tuple[Area, ...], Field(max_length=20)] = ()
    """Areas of the picture in which no face is looked for and nothing that moves counts, such as a television: for each
    `[left, top, width, height]` as fractions of the picture, after `camera.rotate` and `camera.flip`.
    `[[0.7, 0, 0.3, 0.5]]` is the upper half of the right end. A face counts as inside if its middle is."""
    liveness: bool = True
    """Count a face once it has moved as living ones do, so that pictures and statues don't count. `false` counts every
    face, which a replay of still pictures needs."""


class ScheduleConfig(Section):
    """How often to look."""

    cpu_budget: Annotated[float, Field(gt=0, le=4)] = 0.10
    """The share of one processor core that looking may use, averaged over a minute. However small it is, a look follows
    after 30 s."""
    max_rate: Annotated[float, Field(gt=0, le=30)] = 5.0
    """Maximum looks per second, while something happens. However small it is, a look is allowed after 5 s."""
    settled: Duration = 1.0
    """Time between two looks at a person whose mood has settled and who doesn't move; 10 s at most count."""
    empty: Duration = 2.0
    """Time between two looks at an empty, still room; 10 s at most count."""


class MoodConfig(Section):
    """The filter that turns expressions into a mood."""

    min_dwell: Duration = 2.0
    """A mood is kept for at least this long."""
    enter_after: Annotated[Duration, Field(le=600)] = 0.5
    """The room counts as occupied once somebody has been in view for this long."""
    leave_after: Duration = 6.0
    """The room counts as empty once nobody has been in view for this long."""
    min_confidence: Annotated[float, Field(ge=0.2, le=0.95)] = 0.4
    """Below this confidence the mood becomes `unknown`, within 3 seconds. The confidence is the chance that the mood is
    right. After a mood, the next one begins at 0.15 more."""
    stickiness: Duration = 60.0
    """How long an expression lasts on average. A larger value makes the mood change less often."""
    hesitant: tuple[ExpressionName, ...] = ("angry", "disgust", "fear")
    """Expressions that need about twice as many looks, because people also scowl when they concentrate."""
    merge_disgust: bool = False
    """Count disgust as angry."""
