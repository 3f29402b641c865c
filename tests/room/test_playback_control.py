"""What people do with the playback."""

from __future__ import annotations

from edge.events import DecisionMade, PlaybackChanged, Skipped
from edge.room.commands import execute
from edge.room.room import Room
from edge.values import Command, Control
from tests.room.test_room import kinds, listening, room, shown

__all__ = ["listening", "room"]


def test_the_command_next_is_a_skip_and_no_takeover(listening: Room) -> None:
    events = execute(listening, 50, Command("playback", "next"))
    assert kinds(events) == [Skipped, DecisionMade]
    assert events[0].song == "s1"
    assert kinds(listening.on_playback(60, shown(8, "s2"))) == [PlaybackChanged]
    assert listening.control is Control.AUTO
