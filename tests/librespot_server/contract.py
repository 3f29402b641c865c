"""What go-librespot's API takes and answers: names and types, as facts.

Source: `api-spec.yml` (its info.version is 0.1.0) and `API.md` of github.com/devgianlu/go-librespot, release 0.9.0 of
August 2026, read at commit 9c45328. What the specification leaves open was read in `daemon/` there: 204 for every
request but `/` while no account is connected, 500 where music can't be resolved or loaded, and `metadata` events
without `context_uri`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OPTIONAL = "optional"
# Endpoint -> the fields of its request body: name -> (type, "" or OPTIONAL). Only those that the device may use.
REQUESTS: dict[tuple[str, str], dict[str, tuple[type, str]]] = {
    ("GET", "/"): {},
    ("GET", "/status"): {},
    ("GET", "/web-api/v1/me/player"): {},
    ("POST", "/player/play"): {
        "uri": (str, ""),
        "skip_to_uri": (str, OPTIONAL),
        "paused": (bool, OPTIONAL),
        "position": (int, OPTIONAL),
    },
    ("POST", "/player/resume"): {},
    ("POST", "/player/pause"): {},
    ("POST", "/player/next"): {"uri": (str, OPTIONAL)},
    ("POST", "/player/prev"): {},
    ("POST", "/player/seek"): {"position": (int, ""), "relative": (bool, OPTIONAL)},
    ("POST", "/player/volume"): {"volume": (int, ""), "relative": (bool, OPTIONAL)},
    ("POST", "/player/repeat_context"): {"repeat_context": (bool, "")},
    ("POST", "/player/repeat_track"): {"repeat_track": (bool, "")},
    ("POST", "/player/shuffle_context"): {"shuffle_context": (bool, "")},
    ("POST", "/player/add_to_queue"): {"uri": (str, "")},
}
STATUSES = {200, 204, 400, 403, 404, 405, 429, 500}

NULL = type(None)
TRACK: dict[str, tuple[type, ...]] = {
    "uri": (str,),
    "name": (str,),
    "artist_names": (list,),
    "album_name": (str,),
    "album_cover_url": (str, NULL),
    "position": (int,),
    "duration": (int,),
    "release_date": (str,),
    "track_number": (int,),
    "disc_number": (int,),
    "format": (str,),
    "codec": (str,),
    "bitrate": (int, NULL),
    "sample_rate": (int, NULL),
    "bit_depth": (int, NULL),
}
STATUS: dict[str, tuple[type, ...]] = {
    "username": (str,),
    "device_id": (str,),
    "device_type": (str,),
    "device_name": (str,),
    "play_origin": (str,),
    "stopped": (bool,),
    "paused": (bool,),
    "buffering": (bool,),
    "volume": (int,),
    "volume_steps": (int,),
    "repeat_context": (bool,),
    "repeat_track": (bool,),
    "shuffle_context": (bool,),
    "track": (dict, NULL),
}
_SONG: dict[str, tuple[type, ...]] = {"context_uri": (str,), "uri": (str,), "play_origin": (str,)}
EVENTS: dict[str, dict[str, tuple[type, ...]]] = {
    "active": {},
    "inactive": {},
    "playback_ready": {},
    "metadata": TRACK,
    "will_play": _SONG,
    "playing": _SONG | {"resume": (bool,)},
    "not_playing": _SONG,
    "paused": _SONG,
    "stopped": {"play_origin": (str,)},
    "seek": _SONG | {"position": (int,), "duration": (int,)},
    "volume": {"value": (int,), "max": (int,)},
    "shuffle_context": {"value": (bool,)},
    "repeat_context": {"value": (bool,)},
    "repeat_track": {"value": (bool,)},
}
# The play_origin of what the API started.
API_ORIGIN = "go-librespot"


def check_request(method: str, path: str, body: Mapping[str, Any] | None) -> None:
    """Fail for a request that the specification doesn't have."""
    fields = REQUESTS[method, path]
    given = body or {}
    assert set(given) <= set(fields), (path, given)
    assert {name for name, (_, kind) in fields.items() if kind != OPTIONAL} <= set(given), (path, given)
    for name, value in given.items():
        assert type(value) is fields[name][0], (path, name, value)


def check_status(body: Mapping[str, Any]) -> None:
    check_fields(body, STATUS)
    if body["track"] is not None:
        check_fields(body["track"], TRACK)


def check_event(event: Mapping[str, Any]) -> None:
    assert set(event) == {"type", "data"}
    fields = EVENTS[event["type"]]
    if fields:
        check_fields(event["data"], fields)
    else:
        assert event["data"] is None


def check_fields(body: Mapping[str, Any], fields: Mapping[str, tuple[type, ...]]) -> None:
    assert set(body) == set(fields), set(body) ^ set(fields)
    for name, value in body.items():
        assert type(value) in fields[name], (name, value)
