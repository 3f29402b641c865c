"""People control the playback: play, pause and skip, the volume, the speaker and the position. Pure."""

from __future__ import annotations

from edge.events import DecisionMade, Event, Skipped
from edge.room.room import Room
from edge.sentences import Sentence
from edge.values import SEEK_PLAYERS, SPEAKER_PLAYERS, Act, Music


def control_playback(room: Room, now: float, act: Act) -> list[Event]:
    """Act.RESUME, PAUSE, NEXT or PREVIOUS."""
    song = room.playback
    skips = act is Act.NEXT and song is not None and song.state == "playing"
    skipped = [Skipped(now, *room.feedback_on(song))] if skips else []
    return [*skipped, DecisionMade(now, room.director.requests.control(now, act, room.control))]


def set_volume(room: Room, now: float, volume: int) -> list[Event]:
    """Set the volume, 0..100."""
    return [DecisionMade(now, room.director.requests.set_volume(now, volume))]


def choose_speaker(room: Room, now: float, name: str) -> list[Event] | str:
    """Move the music to the speaker with this name; a sentence instead where the player has one speaker only."""
    if room.playback is not None and room.playback.player not in SPEAKER_PLAYERS:
        return Sentence("speaker is for players with several speakers, and this one has one")
    return [DecisionMade(now, room.director.requests.choose_speaker(now, name))]


def seek(room: Room, now: float, position: float) -> list[Event] | str:
    """Go to this position in the song, seconds; a sentence instead where that can't be done."""
    playback = room.playback
    length = None if playback is None or playback.elsewhere else playback.duration
    if playback is None or length is None or playback.player not in SEEK_PLAYERS:
        return Sentence("position is for a song whose length the player tells, and none plays")
    if position >= length:
        return Sentence("position must be less than the song's length, {seconds} s", seconds=f"{length:.0f}")
    return [DecisionMade(now, room.director.requests.seek(now, position))]


def try_speaker(room: Room, now: float, music: Music) -> list[Event] | str:
    """Play music for some seconds; returns a sentence instead while other music plays."""
    playback = room.playback
    if playback is not None and (playback.state == "playing" or playback.elsewhere):
        return Sentence("the speaker can't be tried while music plays")
    return [DecisionMade(now, room.director.try_speaker(now, music))]
