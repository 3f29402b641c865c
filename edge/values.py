"""The values that the parts exchange, as frozen dataclasses.

Times are seconds on one monotonic clock: the machine's for a camera, the video's own for a fast replay.
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

# The player that plays nothing, and what is told of it.
DRY_RUN = "dry_run"
DRY_RUN_TEXT = "nothing is heard: no player is set up"
# The player of a home that plays by itself what the device decides, and what is told of it.
NO_PLAYER = "none"
NO_PLAYER_TEXT = "the device only decides: the home plays the music"
# The players whose playing is only simulated, each with its sentence.
SIMULATED = {DRY_RUN: DRY_RUN_TEXT, NO_PLAYER: NO_PLAYER_TEXT}

# The players that know several speakers, and can move the music from one to another.
SPEAKER_PLAYERS = ("spotify", "music_assistant")

# The players that can go to a position in a song.
SEEK_PLAYERS = ("spotify", "mpd", "music_assistant", "go_librespot")

# The value of a button's command.
PRESS = "PRESS"

# Two volumes (0..100) this close are the same: speakers and mixers round to steps of their own, some of them coarse.
VOLUME_TOLERANCE = 4


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of the room.

    seq: counts up from 0 each time a camera is opened.
    at: when it was taken.
    grey: (height, width) luma, full range 0..255.
    detail: the same picture at a larger size, if it was requested and the camera has one.
    fault: why the picture doesn't show the room, in one sentence; empty if it does.
    """

    seq: int
    at: float
    grey: Grey
    detail: Grey | None = None
    fault: str = ""


@dataclass(frozen=True)
class FrameRequest:
    """What the vision thread needs from the camera from now on; a camera that can't do it may ignore it.

    calm: a few frames a second are enough. detail: a person is so far away that a larger picture would show more.
    """

    calm: bool = False
    detail: bool = False


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of the frame; x and y are the upper left corner, which may lie outside the frame."""

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


# x and y, in pixels.
Point = tuple[float, float]


@dataclass(frozen=True)
class Pose:
    """How a head is turned, in degrees; all 0 for a face that looks straight into the camera.

    yaw: above 0 towards the picture's right. pitch: above 0 bowed, below 0 raised. roll: above 0 clockwise in the
    picture.
    """

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True)
class Face:
    """A face found in a frame.

    score: 0..1, the detector's confidence. frontal: 0..1, 1 for a face turned to the camera; 1 where it is unknown.
    landmarks: the person's right eye, left eye, tip of the nose, right corner of the mouth and left one, in pixels of
    the frame. pose: estimated from these. Both are None if the detector finds no landmarks.
    """

    box: Box
    score: float
    frontal: float = 1.0
    landmarks: tuple[Point, ...] | None = None
    pose: Pose | None = None


@dataclass(frozen=True)
class Expression:
    """The classifier's result for one face.

    probabilities: seven numbers in the order of EXPRESSIONS; their sum is 1.
    original: the same by the model's second head, which learned FER2013's original labels; None if it has none.
    quality: 0..1, how far the picture of the face can be trusted: its size, sharpness and pose, what covers it, and the
    detector's score. exposed: 0..1, how surely the face looks into the camera with nothing before it.
    """

    probabilities: tuple[float, ...]
    quality: float = 1.0
    original: tuple[float, ...] | None = None
    exposed: float = 1.0


@dataclass(frozen=True)
class Mood:
    """The room's mood.

    mood: one of MOODS. confidence: 0..1. valence, arousal: -1..1.
    people: the number of faces in view. since: when this mood began.
    source: "camera", "film" or "demo" for a replay, or "override" if a person set it.
    presence_source: who says whether anybody is present: "camera", "sensor" for the home's own, or "override".
    """

    mood: str
    confidence: float
    valence: float
    arousal: float
    people: int
    since: float
    source: str = "camera"
    presence_source: str = "camera"


@dataclass(frozen=True)
class Reading:
    """The result of one look: the mood after it, and whether anyone is in the room.

    settled: the mood is one of EXPRESSIONS, and more looks would change it little. pictures: how many faces in view are
    taken for pictures because they never move; those on televisions don't count.
    """

    at: float
    mood: Mood
    present: bool
    settled: bool = False
    pictures: int = 0


class Control(str, Enum):
    """Who decides about the music: the device (AUTO), a person who took over (HANDS_OFF), or no one (OFF)."""

    AUTO = "auto"
    HANDS_OFF = "hands_off"
    OFF = "off"


class When(str, Enum):
    """When a wish takes effect."""

    NOW = "now"
    TRACK_END = "at_track_end"
    QUEUE = "queue"


class Act(str, Enum):
    """What a wish requests of the player.

    SPEAKER moves the music to another speaker of the player's, which is the device's own from then on.
    SEEK goes to a position in the current song.
    FORGET withdraws music that hasn't begun, and a RESUME that no person requested. KEEP changes nothing.
    """

    PLAY = "play"
    PAUSE = "pause"
    RESUME = "resume"
    NEXT = "next"
    PREVIOUS = "previous"
    VOLUME = "volume"
    FORGET = "forget"
    SPEAKER = "speaker"
    SEEK = "seek"
    KEEP = "keep"


@dataclass(frozen=True)
class Music:
    """Something to play: an address that a player understands, and a name for people.

    uris: the songs of a track list, of which `uri` is the first; empty for everything else.
    """

    uri: str
    name: str
    uris: tuple[str, ...] = ()


@dataclass(frozen=True)
class Basis:
    """What played when the device made a wish, as far as it was known.

    The wish is dropped if a person has changed the music by the time it is due.
    song: its address. ends: when the song ends by itself. Both are None where unknown.
    """

    playing: bool
    context: str | None = None
    song: str | None = None
    ends: float | None = None


@dataclass(frozen=True)
class Continuation:
    """Where music plays that is to go on here, as it does there.

    speaker: its name. song: the current song's address. position: seconds into it. None where unknown.
    """

    speaker: str | None = None
    song: str | None = None
    position: float | None = None


@dataclass(frozen=True)
class Wish:
    """What the device wants the player to do, and why, in one sentence.

    mood: the mood that the wish is about. music: None unless `act` is PLAY. volume: 0..100, set with PLAY, RESUME or
    VOLUME. fade: change the volume in a few steps.
    shuffle: play the songs in random order. repeat: "off", "context" or "track". offset: the first song, from 0.
    None for volume, shuffle, repeat or offset leaves it as it is on the speaker.
    speaker: the name of the speaker, for SPEAKER. position: seconds into the song, for SEEK.
    basis: what the wish counts on; None if a person requested it, who knows what plays.
    about: what the sentence explains: "music", or only "volume", "control" (who chooses) or "press" (a button).
    continues: PLAY goes on as the music plays elsewhere, as far as the player can; None for its beginning.
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
    about: str = field(default="music", compare=False)
    speaker: str | None = None
    position: float | None = None
    continues: Continuation | None = None


@dataclass(frozen=True)
class Playback:
    """What a player does now; None where a value is unknown.

    state: "playing", "paused", "stopped" or "unavailable". volume: 0..100.
    context: the playlist, album or artist that the song is played from. elsewhere: it plays on another speaker than
    the configured one. position, duration: of the song, seconds. liked: a person likes this song; set by the room.
    assumed: what the device's own command should have led to; the player hasn't shown it yet.
    error: why the player itself stopped, in one sentence. ran_out: it stopped after the last song of its queue.
    inactive: it shows no playback at all, which no song's end leads to: somebody paused it, or left.
    passed_over: the song before it couldn't be played, and the player has gone on to this one.
    cover: the address of a picture for the song, http or https. upcoming: the names of the songs that come next.
    theirs: whether a person began this music, by the player's own word; None where it doesn't tell.
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
    liked: bool = False
    assumed: bool = field(default=False, compare=False)
    error: str = field(default="", compare=False)
    ran_out: bool = field(default=False, compare=False)
    inactive: bool = field(default=False, compare=False)
    passed_over: bool = field(default=False, compare=False)
    cover: str | None = None
    upcoming: tuple[str, ...] = ()
    theirs: bool | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Command:
    """A person's request, from MQTT, the page or a signal.

    name: one of the commands in `edge.room.commands`. value: as on the MQTT topic. origin: where it came from, for the
    log. fault: why the value can't be read; empty if it can.
    """

    name: str
    value: str = ""
    origin: str = ""
    fault: str = ""


@dataclass(frozen=True)
class PresenceReport:
    """What the home's own sensor says: whether anybody is present; None where it has no value any more."""

    present: bool | None


@dataclass(frozen=True)
class Problem:
    """A part that doesn't work, with cause and fix in one sentence; an empty message: it works again."""

    part: str
    message: str
