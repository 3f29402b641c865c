"""`Follower`: joins the room, the state machine of music that follows people, and the broker."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from edge.config import Config
from edge.events import Event
from edge.mqtt.rooms.payload import to_payload
from edge.music.following.machine import Following
from edge.music.following.report import Move, RoomReport
from edge.room.following import carry_out, here
from edge.room.room import Room


class Follower:
    """Used by the main thread alone. Its methods return the events that follow."""

    def __init__(self, config: Config, room: Room, *, publish: Callable[[dict[str, Any]], None]) -> None:
        """publish: sends a report to the other devices, which may lose it."""
        self._room, self._publish = room, publish
        music = config.music
        self._following = Following(config.device.id, music.follow, after=music.follow_after, boot=secrets.token_hex(4))

    def see(self, now: float, report: RoomReport) -> list[Event]:
        """Another device's report has come."""
        events = self._carry_out(now, self._following.see(now, report))
        self._report(now)
        return events

    def tick(self, now: float) -> list[Event]:
        """Do what is due; called once a second."""
        events = self._carry_out(now, self._following.tick(now, here(self._room, now)))
        if self._following.offering:
            self._room.director.handover.offered(now)
        self._report(now)
        return events

    def _carry_out(self, now: float, moves: list[Move]) -> list[Event]:
        return [event for move in moves for event in carry_out(self._room, now, move)]

    def _report(self, now: float) -> None:
        if self._following.due(now):
            self._publish(to_payload(self._following.report(now)))
