"""A person likes the song that plays, takes the like back, or wants other music than this. Pure."""

from __future__ import annotations

from dataclasses import replace

from edge.events import ChoiceRefused, DecisionMade, Event, Liked, Unliked
from edge.music.likes import song_address
from edge.music.playback import elsewhere_reason
from edge.room.room import Room
from edge.sentences import Sentence
from edge.values import Control


def like(room: Room, now: float) -> list[Event]:
    """Like the song that the device plays; once it is liked, nothing happens."""
    song = song_address(room.playback, room.own_music)
    if song is None or song in room.likes:
        return []
    room.likes.add(song)
    _show(room, liked=True)
    return [Liked(now, *room.feedback_on(room.playback))]


def unlike(room: Room, now: float) -> list[Event]:
    """Take back the like of the song that plays; [] if nobody likes it."""
    song = song_address(room.playback, room.own_music)
    if song is None or song not in room.likes:
        return []
    room.likes.remove(song)
    _show(room, liked=False)
    return [Unliked(now, *room.feedback_on(room.playback))]


def not_this(room: Room, now: float) -> list[Event] | str:
    """A person doesn't want the music that waits or, without any, what plays.

    Returns a sentence instead where neither can be dropped.
    """
    own = room.director.situation.own
    dropped = own.upcoming or own.playing
    if room.control is not Control.AUTO:
        return Sentence("not_this needs the device to choose the music; set control to auto")
    if dropped is None:
        return Sentence("not_this is for music that the device chose, and none of it plays or waits")
    if room.playback is not None and room.playback.elsewhere:
        return Sentence("not_this can't be done now: {why}", why=elsewhere_reason(room.playback))
    mood = dropped.mood.mood if dropped.mood is not None else room.feedback_on(None)[0]
    wishes = room.director.not_this(now, dropped)
    refused = ChoiceRefused(now, mood, dropped.music.uri, dropped.music.name)
    return [refused, *(DecisionMade(now, wish) for wish in wishes)]


def _show(room: Room, *, liked: bool) -> None:
    """Note it in the room's playback; the outlets learn it from the event."""
    if room.playback is not None:
        room.playback = replace(room.playback, liked=liked)
