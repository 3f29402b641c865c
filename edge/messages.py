"""Values as the plain data that leaves the device: JSON lines and MQTT payloads have one shape."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from edge.values import Control, Event, Mood, Playback, Wish


def instant(at: float, offset: float) -> str:
    """A monotonic time as UTC, such as 2026-11-21T08:15:30Z; offset: wall clock minus monotonic clock, seconds."""
    return datetime.fromtimestamp(int(at + offset), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def mood(value: Mood, offset: float) -> dict[str, Any]:
    """The mood as on the topic `mood`."""
    return {
        "mood": value.mood,
        "confidence": round(value.confidence, 2),
        # Plus nothing: a little below zero would be told as -0.0.
        "valence": round(value.valence, 2) + 0.0,
        "arousal": round(value.arousal, 2) + 0.0,
        "people": value.people,
        "since": instant(value.since, offset),
        "source": value.source,
    }


def wish(value: Wish) -> dict[str, Any]:
    """A wish as in the JSON line of a decision."""
    told: dict[str, Any] = {"act": value.act.value, "mood": value.mood}
    if value.music is not None:
        told |= {"uri": value.music.uri, "name": value.music.name, "when": value.when.value}
    if value.volume is not None:
        told["volume"] = value.volume
    return told


def player(value: Playback, control: Control) -> dict[str, Any]:
    """Playback as on the topic `player`."""
    return {
        "state": value.state,
        "player": value.player,
        "speaker": value.speaker,
        "title": value.title,
        "artist": value.artist,
        "uri": value.uri,
        "volume": value.volume,
        "control": control.value,
    }


def event(value: Event, offset: float) -> dict[str, Any] | None:
    """An event as on the topic `event`; None for what isn't told there."""
    if value.name == "mood_changed":
        told = mood(value.value, offset)
    elif value.name == "decision":
        name = "decision" if value.value.music is None else "music_changed"
        return {"event": name, "why": value.value.why} | wish(value.value)
    elif value.name in ("command_rejected", "problem", "taken_over", "skipped", "liked"):
        told = dict(value.value)
    else:
        return None
    return {"event": value.name} | told
