"""The values that travel between the parts: frozen, and the only thing that the parts share.

Times are seconds on one monotonic clock: the machine's for a camera, the film's own for a fast replay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

EXPRESSIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
ABSENT = "absent"
UNKNOWN = "unknown"
MOODS = (*EXPRESSIONS, ABSENT, UNKNOWN)

# Two volumes (0..100) this close are the same: speakers and mixers round to steps of their own, some of them coarse.
VOLUME_TOLERANCE = 4


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of the room.

    seq: counts up from 0 for each opening of a camera.
    at: when it was taken.
    grey: (height, width) luma, full range 0..255.
    detail: the same picture at a larger size, where the camera has one and it was wanted.
    """

    seq: int
    at: float
    grey: Grey
    detail: Grey | None = None


@dataclass(frozen=True)
class FrameRequest:
    """What looking needs of the camera from now on; a camera that can't follow may ignore it.

    calm: a few frames a second are enough. detail: somebody is so far away that a larger picture would show more.
    """

    calm: bool = False
    detail: bool = False


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of the frame; x and y are the upper left corner, and may lie outside the frame."""

    x: float
    y: float
    w: float
    h: float

    @property
    def area(self) -> float:
        return max(self.w, 0.0) * max(self.h, 0.0)

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0..1."""
        wide = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        high = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        shared = max(wide, 0.0) * max(high, 0.0)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0


@dataclass(frozen=True)
class Face:
    """A face found in a frame.

    score: 0..1, the detector's own. frontal: 0..1, 1 for a face that looks at the camera; 1 where nobody can tell.
    """

    box: Box
    score: float
    frontal: float = 1.0


@dataclass(frozen=True)
class Expression:
    """What the classifier reads in one face.

    probabilities: seven numbers in the order of EXPRESSIONS that sum to 1.
    quality: 0..1, how far the picture of the face can be trusted (size, sharpness, pose, the detector's score).
    """

    probabilities: tuple[float, ...]
    quality: float = 1.0


@dataclass(frozen=True)
class Mood:
    """The room's mood.

    mood: one of MOODS. confidence: 0..1. valence, arousal: -1..1.
    people: how many faces are in view. since: when this mood began.
    source: "camera", or "override" where somebody set it.
    """

    mood: str
    confidence: float
    valence: float
    arousal: float
    people: int
    since: float
    source: str = "camera"


@dataclass(frozen=True)
class Reading:
    """What one look at the room says: the mood after it, and whether anybody is there."""

    at: float
    mood: Mood
    present: bool


class Control(str, Enum):
    """Who decides about the music: the device, a person who took over, or nobody."""

    AUTO = "auto"
    HANDS_OFF = "hands_off"
    OFF = "off"


class When(str, Enum):
    """When a wish takes effect."""

    NOW = "now"
    TRACK_END = "at_track_end"
    QUEUE = "queue"


class Act(str, Enum):
    """What a wish asks of the player."""

    PLAY = "play"
    PAUSE = "pause"
    RESUME = "resume"
    NEXT = "next"
    PREVIOUS = "previous"
    VOLUME = "volume"
    FORGET = "forget"
    KEEP = "keep"


@dataclass(frozen=True)
class Music:
    """Something to play: an address that a player understands, and what people call it.

    uris: the songs of a track list, empty for everything else; then `uri` is the first of them.
    """

    uri: str
    name: str
    uris: tuple[str, ...] = ()


@dataclass(frozen=True)
class Basis:
    """What played, as far as it was known, when the device made a wish; by then somebody may have chosen otherwise.

    song: its address, None where unknown. ends: when the song ends by itself, on the device's clock; None where
    unknown.
    """

    playing: bool
    context: str | None = None
    song: str | None = None
    ends: float | None = None


@dataclass(frozen=True)
class Wish:
    """What should be playing from now on, and why, in one sentence.

    mood: the mood that the wish is about. music: None unless `act` is PLAY. volume: 0..100, to be set with PLAY,
    RESUME or VOLUME; None leaves it. fade: the change is made in a few steps.
    shuffle: whether songs come in any order. repeat: "off", "context" or "track". offset: the song to begin with, 0 is
    the first. Each None leaves it as it is on the speaker. FORGET takes back music that
    hasn't begun, and going on where no person asked for it.
    basis: what the wish counts on; None where a person asked, who knows what plays.
    """

    act: Act
    mood: str
    why: str
    music: Music | None = None
    when: When = When.NOW
    volume: int | None = None
    fade: bool = False
    shuffle: bool | None = None
    repeat: str | None = None
    offset: int | None = None
    basis: Basis | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Playback:
    """What a player does now.

    state: "playing", "paused", "stopped" or "unavailable". volume: 0..100, None where unknown.
    context: the playlist, album or artist that the song is played from. elsewhere: it plays on another speaker than
    ours. position, duration: of the song, seconds.
    """

    state: str
    player: str
    speaker: str | None = None
    title: str | None = None
    artist: str | None = None
    uri: str | None = None
    volume: int | None = None
    context: str | None = None
    elsewhere: bool = False
    duration: float | None = None
    position: float | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Command:
    """Something that a person asks for, whoever carried it here.

    name: "mood", "camera", "control", "profile", "volume", "playback" or "restart". value: as on the MQTT topic.
    origin: for the log. fault: why its value can't be read at all, and nothing where it can.
    """

    name: str
    value: str = ""
    origin: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Problem:
    """Something that doesn't work, and its mend, in one sentence."""

    part: str
    message: str
