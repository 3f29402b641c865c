"""Values as plain data, in the one form that JSON lines, MQTT payloads and the page share. Pure."""

from __future__ import annotations

from typing import Any

from edge.events import (
    CameraSwitched,
    ChoiceRefused,
    ClockStepped,
    CommandReceived,
    CommandRejected,
    ControlChanged,
    Corrected,
    DecisionMade,
    Event,
    HealthReported,
    Liked,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
    ProblemOccurred,
    RestartRequested,
    SettingsReported,
    Skipped,
    TakenOver,
    Unliked,
    assert_never,
)
from edge.times import utc_text
from edge.values import SIMULATED, Control, Mood, Playback, Wish


def mood(value: Mood, offset: float) -> dict[str, Any]:
    """A mood as on the topic `mood`."""
    return {
        "mood": value.mood,
        "confidence": round(value.confidence, 2),
        # Adding 0.0 turns -0.0 into 0.0.
        "valence": round(value.valence, 2) + 0.0,
        "arousal": round(value.arousal, 2) + 0.0,
        "people": value.people,
        "since": utc_text(value.since + offset),
        "source": value.source,
        "presence_source": value.presence_source,
    }


def wish(value: Wish) -> dict[str, Any]:
    """A wish as in the JSON line of a decision."""
    payload: dict[str, Any] = {"act": value.act.value, "mood": value.mood}
    if value.music is not None:
        payload |= {"uri": value.music.uri, "name": value.music.name, "when": value.when.value}
    if value.volume is not None:
        payload["volume"] = value.volume
    if value.position is not None:
        payload["position"] = value.position
    if value.speaker is not None:
        payload["speaker"] = value.speaker
    return payload


def player(value: Playback, control: Control, at: float | None = None) -> dict[str, Any]:
    """Playback as on the topic `player`; of a player that is simulated, the state is its name.

    at: Unix time of the report. Cover, duration, position and the next songs are left out where they aren't known.
    """
    payload: dict[str, Any] = {
        "state": value.player if value.player in SIMULATED else value.state,
        "player": value.player,
        "speaker": value.speaker,
        "title": value.title,
        "artist": value.artist,
        "uri": value.uri,
        "volume": value.volume,
        "control": control.value,
    }
    if value.cover is not None:
        payload["cover"] = value.cover
    if value.duration is not None:
        payload["duration"] = round(value.duration, 1)
    if value.position is not None and at is not None:
        payload |= {"position": round(value.position, 1), "position_at": utc_text(at)}
    if value.upcoming:
        payload["upcoming"] = list(value.upcoming)
    return payload


def event(value: Event, offset: float) -> dict[str, Any] | None:
    """An event as on the topic `event`; None for those that aren't published there."""
    match value:
        case MoodChanged():
            return {"event": "mood_changed"} | mood(value.mood, offset)
        case Corrected(read=read):
            return {
                "event": "corrected",
                "mood": value.mood,
                "read": read.mood,
                "confidence": round(read.confidence, 2),
            }
        case DecisionMade(wish=decided):
            name = "decision" if decided.music is None else "music_changed"
            return {"event": name, "why": decided.why} | wish(decided)
        case TakenOver():
            return {"event": "taken_over", "kind": value.kind, "why": value.why}
        case Skipped():
            return {"event": "skipped", "mood": value.mood, "choice": value.choice, "song": value.song}
        case Liked():
            return {"event": "liked", "mood": value.mood, "choice": value.choice, "song": value.song}
        case Unliked():
            return {"event": "unliked", "mood": value.mood, "choice": value.choice, "song": value.song}
        case ChoiceRefused():
            return {"event": "not_this", "mood": value.mood, "choice": value.choice, "name": value.name}
        case CommandRejected():
            return {"event": "command_rejected", "command": value.command, "message": value.message}
        case ProblemOccurred():
            return {"event": "problem", "part": value.part, "message": value.message}
        case (
            MoodUpdated()
            | PlaybackChanged()
            | ControlChanged()
            | PresenceChanged()
            | CameraSwitched()
            | SettingsReported()
            | CommandReceived()
            | RestartRequested()
            | HealthReported()
            | ClockStepped()
        ):
            return None
        case _:
            return assert_never(value)
