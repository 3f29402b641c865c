"""Whether the room's mood is certain enough to begin music in silence. Pure."""

from __future__ import annotations

from edge.values import Mood

# A mood that doesn't settle is certain enough after being told with this confidence for this long.
START_CONFIDENCE, START_AFTER_S = 0.6, 4.0


class Certainty:
    """Follows the camera's mood from look to look. settled: whether more looks would change little."""

    def __init__(self) -> None:
        self.settled = False
        self._mood: str | None = None
        self._told_since: float | None = None

    def look(self, now: float, mood: Mood, *, settled: bool) -> None:
        """Take the mood after a look."""
        if mood.mood != self._mood or mood.confidence < START_CONFIDENCE:
            self._told_since = None
        if self._told_since is None and mood.confidence >= START_CONFIDENCE:
            self._told_since = now
        self._mood, self.settled = mood.mood, settled

    def is_enough(self, now: float, mood: Mood) -> bool:
        """True where music may begin for this mood; always for one that no look told, such as one that a person set."""
        if self._mood is None or mood.source == "override":
            return True
        if mood.mood != self._mood:
            return False
        return self.settled or (self._told_since is not None and now - self._told_since >= START_AFTER_S)
