"""What a report from the player means: values only. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Cause(str, Enum):
    """Why the player shows what it shows."""

    # Nothing changed that matters.
    NOTHING = "nothing"
    # Music plays in the first report after the start.
    FOUND = "found"
    # The music that the device requested plays now.
    STARTED = "started"
    # Music that the device requested and then cancelled plays all the same.
    LATE = "late"
    # The next song began by itself.
    ADVANCED = "advanced"
    # The music ran out, or its speaker was gone for a while.
    ENDED = "ended"
    # The player stopped because it couldn't go on.
    FAILED = "failed"
    # A person resumed what was paused.
    RESUMED = "resumed"
    # A person changed the music.
    TAKEOVER = "takeover"


@dataclass(frozen=True)
class Interpretation:
    """The meaning of one report.

    kind: for TAKEOVER one of "song", "music", "speaker", "volume", "pause" and "start"; for FOUND "requested" where a
    person resumed or skipped through the device.
    why: for TAKEOVER the same as a sentence; for FAILED the player's words.
    """

    cause: Cause = Cause.NOTHING
    kind: str = ""
    why: str = ""
