"""The form of MQTT payloads and JSON lines."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest

from edge import messages
from edge.events import (
    CommandRejected,
    DecisionMade,
    Event,
    HealthReported,
    Liked,
    MoodChanged,
    MoodUpdated,
    ProblemOccurred,
    Skipped,
    TakenOver,
)
from edge.values import Act, Control, Mood, Music, Playback, When, Wish

HAPPY = Mood("happy", 0.8349, 0.704, 0.351, 2, since=10.9)
PLAY = Wish(Act.PLAY, "happy", "because", Music("spotify:artist:1", "Sigur Rós"), When.TRACK_END)


def test_a_mood_has_the_documented_keys() -> None:
    offset = datetime(2026, 11, 21, 8, 15, 20, tzinfo=timezone.utc).timestamp()
    assert messages.mood(HAPPY, offset) == {
        "mood": "happy", "confidence": 0.83, "valence": 0.7, "arousal": 0.35, "people": 2,
        "since": "2026-11-21T08:15:30Z", "source": "camera", "presence_source": "camera",
    }  # fmt: skip


def test_playback_has_the_documented_keys() -> None:
    payload = messages.player(Playback("playing", "spotify", "Den", "Title", "Artist", "uri", 40), Control.HANDS_OFF)
    assert payload == {
        "state": "playing", "player": "spotify", "speaker": "Den", "title": "Title", "artist": "Artist", "uri": "uri",
        "volume": 40, "control": "hands_off",
    }  # fmt: skip


def test_unknown_values_of_the_playback_are_null() -> None:
    payload = messages.player(Playback("unavailable", "mpd"), Control.AUTO)
    assert {key for key, value in payload.items() if value is None} == {"speaker", "title", "artist", "uri", "volume"}


def test_cover_progress_and_what_comes_next_are_told_where_they_are_known() -> None:
    playback = Playback("playing", "spotify", duration=201.04, position=3.26, cover="http://x/1", upcoming=("A", "B"))
    at = datetime(2026, 11, 21, 8, 15, 20, tzinfo=timezone.utc).timestamp()
    more = {"cover": "http://x/1", "duration": 201.0, "upcoming": ["A", "B"]}
    position = {"position": 3.3, "position_at": "2026-11-21T08:15:20Z"}
    plain = messages.player(Playback("playing", "spotify"), Control.AUTO, at)
    assert messages.player(playback, Control.AUTO, at) == plain | more | position
    assert messages.player(playback, Control.AUTO) == plain | more


def test_only_a_wish_to_play_names_music() -> None:
    assert messages.wish(PLAY) == {
        "act": "play", "mood": "happy", "uri": "spotify:artist:1", "name": "Sigur Rós", "when": "at_track_end",
    }  # fmt: skip
    assert messages.wish(Wish(Act.KEEP, "sad", "why")) == {"act": "keep", "mood": "sad"}


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        (DecisionMade(1, PLAY), {"event": "music_changed", "why": "because"} | messages.wish(PLAY)),
        (
            DecisionMade(1, Wish(Act.KEEP, "sad", "kept: nobody is here")),
            {"event": "decision", "why": "kept: nobody is here", "act": "keep", "mood": "sad"},
        ),
        (
            TakenOver(1, "song", "somebody chose this song"),
            {"event": "taken_over", "kind": "song", "why": "somebody chose this song"},
        ),
        (
            Skipped(1, "sad", choice=None, song="mpd:a"),
            {"event": "skipped", "mood": "sad", "choice": None, "song": "mpd:a"},
        ),
        (
            Liked(1, "sad", choice="mpd:b", song=None),
            {"event": "liked", "mood": "sad", "choice": "mpd:b", "song": None},
        ),
        (
            ProblemOccurred(1, "player", "can't play X"),
            {"event": "problem", "part": "player", "message": "can't play X"},
        ),
        (MoodChanged(1, HAPPY), {"event": "mood_changed"} | messages.mood(HAPPY, 0)),
        (CommandRejected(1, "mood", "no"), {"event": "command_rejected", "command": "mood", "message": "no"}),
        (MoodUpdated(1, HAPPY), None),
        (HealthReported(1, {"ages": {}}), None),
    ],
)
def test_some_events_are_published_on_the_event_topic(event: Event, payload: dict[str, object] | None) -> None:
    published = messages.event(event, 0)
    assert published == payload
    json.dumps(published)
