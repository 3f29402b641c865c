"""The sentences of decisions: why music plays, waits or stays as it is. Pure."""

from __future__ import annotations

from edge.music.situation import Situation
from edge.music.strategy import Goal
from edge.sentences import Sentence
from edge.values import Music, When

TAKEN_OVER = Sentence("somebody took over")
NOT_SETTLED = Sentence("the mood hasn't settled yet")
WAITS_FOR_MOOD = Sentence("kept for now: {why}", why=NOT_SETTLED)
NOBODY = Sentence("nobody is here")
UNREACHABLE = Sentence("the player can't be reached now")


def doubt(known: Situation) -> Sentence:
    """Why it isn't known yet whether a person has changed the music."""
    if known.detector.pause.active:
        return Sentence("the music is paused, maybe only for a moment")
    if known.detector.lowered.active:
        return Sentence("the volume is turned down, maybe only for a moment")
    return Sentence("it isn't clear what plays")


def plays(goal: Goal, music: Music, when: When) -> Sentence:
    """What a wish to play this says."""
    if when is When.TRACK_END:
        return Sentence("{why}: {music} plays once this song ends", why=goal.reason, music=music.name)
    if when is When.QUEUE:
        return Sentence("{why}: {music} comes next", why=goal.reason, music=music.name)
    return Sentence("{why}: {music} plays now", why=goal.reason, music=music.name)


def next_cancelled(music: Music, kept: str) -> Sentence:
    """What a wish to take back music that waits says. kept: why nothing changes, as `_keep` says it."""
    return Sentence("{music} doesn't play next: {why}", music=music.name, why=reason_of(kept))


def reason_of(kept: str) -> str:
    """Return the reason in the sentence of a KEEP."""
    return str(kept) if not isinstance(kept, Sentence) else kept.values["why"]
