"""Music that follows people: what the room knows for it, and what it does. Pure."""

from __future__ import annotations

from edge.events import DecisionMade, Event
from edge.music.following.report import Cancel, Give, Here, Move, Take
from edge.room.room import Room
from edge.values import Control


def here(room: Room, now: float) -> Here:
    """What the device knows of its room and its music now."""
    handover, playback = room.director.handover, room.playback
    ours = room.control is Control.AUTO
    refuses = handover.refuses(now) if ours else "a person decides about the music"
    elsewhere = playback.speaker or "another speaker" if playback is not None and playback.elsewhere else None
    profile = room.settings()["profile"]
    music = handover.music(now, profile=profile) if ours else None
    paused = handover.paused(profile=profile) if ours else None
    return Here(handover.present, music, refuses, elsewhere, paused)


def carry_out(room: Room, now: float, move: Move) -> list[Event]:
    """Do what the state machine asks for."""
    handover = room.director.handover
    if isinstance(move, Take):
        wish = handover.take(now, move.offer.moving, room=owner_of(move.offer.id))
    elif isinstance(move, Cancel):
        wish = handover.cancel(now, room=owner_of(move.offer.id))
    else:
        found = (
            handover.give(now, room=move.to, shared=move.shared)
            if isinstance(move, Give)
            else handover.hold(now, room=move.to)
        )
        if found is None:
            return []
        wish = found
    return [DecisionMade(now, wish)]


def owner_of(offer: str) -> str:
    """The device that made the offer with this id."""
    return offer.partition("/")[0]
