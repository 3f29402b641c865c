"""What a mood must be like for music to begin, or to interrupt a song. Pure."""

from __future__ import annotations

from edge.circumplex import distance
from edge.music.situation import Situation
from edge.values import Mood


def is_certain(known: Situation, now: float, strategy: str) -> bool:
    """True where music may begin in silence; music for any mood doesn't depend on which mood it is."""
    return strategy == "fixed" or known.mood is None or known.certainty.is_enough(now, known.mood)


def is_strong_change(known: Situation, mood: Mood, threshold: float | None) -> bool:
    """True where the mood is far from the one that the music was chosen for. threshold: None for never."""
    before = known.own.playing.mood if known.own.playing is not None else None
    if before is None or threshold is None:
        return False
    return distance((before.valence, before.arousal), (mood.valence, mood.arousal)) >= threshold
