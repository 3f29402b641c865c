"""What a look at the player means: whose hand moved the music, in a word. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Means(str, Enum):
    """What a look at the player means."""

    NOTHING = "nothing"
    FOUND = "found"
    STARTED = "started"
    LATE = "late"
    ADVANCED = "advanced"
    ENDED = "ended"
    RESUMED = "resumed"
    TAKEN = "taken"


@dataclass(frozen=True)
class Meaning:
    """FOUND: something plays at the first look; its kind is "asked" where the device was asked to go on, or to skip.

    STARTED: what we asked for plays. LATE: what we asked for, and then no longer wanted, plays all the same. ADVANCED:
    the next song, by itself.

    ENDED: the music ran out, or its speaker was away. RESUMED: somebody went on with what was paused. TAKEN: a person
    did it. kind: for TAKEN one of song, music, speaker, volume, pause, start. why: the same in words.
    """

    means: Means = Means.NOTHING
    kind: str = ""
    why: str = ""
