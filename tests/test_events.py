"""Every outlet handles every kind of event."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from edge import events, messages
from edge.config import Config
from edge.daemon.console import JsonLines, LogLines, PlainLines
from edge.daemon.restore import SavedSettings
from edge.events import Event
from edge.journal.entry import Notes
from edge.library.background import QuietTimes
from edge.mqtt.outlet import MqttOutlet
from edge.music.outcomes import Outcomes
from edge.values import Act, Command, Control, Mood, Playback, Wish
from edge.web.board import Board

KINDS = get_args(Event)
VALUES: dict[str, Any] = {
    "mood": Mood("happy", 0.8, 0.5, 0.1, 1, 10.0),
    "read": Mood("neutral", 0.6, 0.0, 0.0, 1, 10.0),
    "wish": Wish(Act.KEEP, "happy", "kept"),
    "playback": Playback("stopped", "mpd"),
    "control": Control.AUTO,
    "command": Command("mood", "happy"),
    "settings": {},
    "report": {},
}


class Broker:
    """Takes everything that is published."""

    def publish_state(self, topic: str, payload: Any) -> None:
        pass

    def publish_event(self, payload: dict[str, Any]) -> None:
        pass


def example(kind: type[Any]) -> Event:
    """An event of this kind; fields of the same name may have different types in two kinds."""
    texts = {"mood": "happy"} if kind in (events.Skipped, events.Liked, events.Corrected) else {}
    texts |= {"command": "mood"} if kind is events.CommandRejected else {}
    values = VALUES | texts
    fields = [field.name for field in dataclasses.fields(kind)][1:]
    event: Event = kind(1.0, *(values.get(name, 1.0 if name == "offset" else "x") for name in fields))
    return event


@pytest.fixture
def outlets(tmp_path: Path) -> list[Callable[[Event], object]]:
    return [
        JsonLines(io.StringIO(), source_time=float, offset=0.0),
        PlainLines(io.StringIO(), source_time=float),
        LogLines(),
        MqttOutlet(Broker(), offset=0.0),
        SavedSettings("everyday", tmp_path),
        Board(offset=0.0, about={}),
        QuietTimes(Config()),
        Outcomes().of,
        lambda event: Notes().of(event, 1.0),
        lambda event: messages.event(event, 0.0),
    ]


def test_the_union_contains_every_kind() -> None:
    kinds = [
        value
        for value in vars(events).values()
        if dataclasses.is_dataclass(value) and value.__module__ == "edge.events"
    ]
    assert set(kinds) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_outlet_takes_every_kind(kind: type[Any], outlets: list[Callable[[Event], object]]) -> None:
    for outlet in outlets:
        outlet(example(kind))
