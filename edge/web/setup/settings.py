"""The keys that the page may set, and their values as JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from edge.config import Config
from edge.sentences import Sentence

# Keys that name a file or a program of the device, and those by which somebody could lock themselves out, aren't here.
KEYS = (
    "device.name",
    "device.area",
    "camera.source",
    "camera.rotate",
    "camera.flip",
    "vision.ignore",
    "music.player",
    "music.pause_after",
    "music.max_volume",
    "music.start_volume",
    "music.time_zone",
    "music.quiet_hours",
    "music.schedule",
    "music.strategy",
    "music.switch",
    "music.profile",
    "music.profiles",
    "spotify.client_id",
    "spotify.speaker",
    "mpd.host",
    "mpd.port",
    "music_assistant.host",
    "music_assistant.port",
    "music_assistant.speaker",
    "go_librespot.host",
    "go_librespot.port",
    "mqtt.host",
    "mqtt.port",
    "mqtt.username",
    "mqtt.tls",
    "mqtt.discovery",
    "mqtt.presence_topic",
    "web.camera_view",
)
# A pipeline (gst:) could run programs, and a path could show any film of the device's.
_SOURCE = re.compile(r"auto|picamera2|v4l2|jetson|[0-9]{1,2}|/dev/video[0-9]{1,3}|(rtsps?|https?)://\S+")
# The values of a choice that say nothing.
_DEFAULTS: dict[str, Any] = {"weight": 1.0, "volume": 0, "songs": []}


def refusal(key: str, value: Any) -> Sentence | None:
    """Why a key can't be set on the page; None if it can."""
    if key not in KEYS and not key.startswith("music.profiles."):
        return Sentence("{key}: can't be set on the page; edit the configuration file", key=key)
    if key == "camera.source" and not _SOURCE.fullmatch(str(value)):
        return Sentence(
            "{key}: must be one of the cameras that were found, or an address that begins with rtsp:// or http://",
            key=key,
        )
    return None


def values(config: Config, written: dict[str, Any]) -> dict[str, Any]:
    """The values of KEYS by dotted key.

    written: what the file contains; its form counts, such as `10m`. config: the validated file, for the others.
    """
    dumped = config.model_dump(mode="json")
    found = {}
    for key in KEYS:
        section, name = key.split(".")
        value = dumped[section][name]
        in_file = written.get(section)
        if isinstance(in_file, dict) and name in in_file and _is_json(in_file[name]):
            value = in_file[name]
        found[key] = _profiles(value) if key == "music.profiles" else value
    return found


def completed(changes: dict[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    """The changes, and before them the default profile where the file has none: a part of it would replace it."""
    section = written.get("music")
    moods = [key for key in changes if key.startswith("music.profiles.")]
    if not moods or (isinstance(section, dict) and section.get("profiles")):
        return changes
    shown = _profiles(Config().model_dump(mode="json")["music"]["profiles"])
    kept = {
        f"music.profiles.{name}.{mood}": choices
        for name, profile in shown.items()
        if f"music.profiles.{name}" not in changes
        for mood, choices in profile.items()
    }
    return kept | changes


def _profiles(profiles: Any) -> Any:
    """Each mood's choices as a list of sections, whatever short form they are written in; no keys at their defaults."""
    return {
        name: {mood: [_choice(one) for one in (c if isinstance(c, list) else [c])] for mood, c in profile.items()}
        for name, profile in profiles.items()
    }


def _choice(choice: Any) -> Any:
    if isinstance(choice, str):
        return {"play": choice}
    return {key: value for key, value in choice.items() if value is not None and value != _DEFAULTS.get(key)}


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True
