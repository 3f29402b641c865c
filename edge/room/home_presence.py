"""What the home itself says about presence: its sensor, or a value that was set; either gives way with age. Pure."""

from __future__ import annotations

from dataclasses import replace

from edge.values import ABSENT, UNKNOWN, Mood

# Who decides about presence.
CAMERA, SENSOR, OVERRIDE = "camera", "sensor", "override"


class HomePresence:
    """The newest value from each source. What was set counts before the sensor, and the sensor before the camera."""

    def __init__(self, expires: float) -> None:
        """expires: how long a value counts, seconds."""
        self._expires = expires
        # By source, the first of which decides: the value, and when it came.
        self._values: dict[str, tuple[bool, float] | None] = {OVERRIDE: None, SENSOR: None}

    @property
    def override(self) -> bool | None:
        """What was set; None for nothing, or once it has expired."""
        value = self._values[OVERRIDE]
        return None if value is None else value[0]

    def report(self, now: float, source: str, present: bool | None) -> None:
        """Take a value from SENSOR or OVERRIDE; None takes its last one back."""
        self._values[source] = None if present is None else (present, now)

    def decide(self, now: float, camera: bool | None) -> tuple[bool | None, str]:
        """Whether anybody is present, and who says so. camera: what it shows; None where it doesn't know."""
        for source, value in self._values.items():
            if value is not None and now - value[1] >= self._expires:
                self._values[source] = None
        for source, value in self._values.items():
            if value is not None:
                return value[0], source
        return camera, CAMERA


def in_agreement(mood: Mood, now: float, *, present: bool | None, source: str) -> Mood:
    """The camera's mood where `source` decides about presence.

    In a room where somebody is present whom the camera doesn't see, the mood isn't `absent` but `unknown`; in one that
    is empty, and in which the camera sees no face, it is `absent`.
    """
    mood = replace(mood, presence_source=source)
    if source == CAMERA:
        return mood
    if present and mood.mood == ABSENT:
        return replace(mood, mood=UNKNOWN, confidence=0.0, since=now)
    if present is False and mood.mood == UNKNOWN and mood.people == 0:
        return replace(mood, mood=ABSENT, confidence=1.0, valence=0.0, arousal=0.0, since=now)
    return mood
