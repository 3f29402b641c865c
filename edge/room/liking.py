"""A person likes the song that plays, or takes the like back. Pure."""

from __future__ import annotations

from dataclasses import replace

from edge.events import Event, Liked, Unliked
from edge.music.likes import song_address
from edge.room.room import Room


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


def _show(room: Room, *, liked: bool) -> None:
    """Note it in the room's playback; the outlets learn it from the event."""
    if room.playback is not None:
        room.playback = replace(room.playback, liked=liked)
