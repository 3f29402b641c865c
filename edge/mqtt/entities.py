"""The entities that Home Assistant shows for a device: one table. Pure.

A key is part of the entity's unique id and never changes. Names don't contain the room: Home Assistant puts the name of
the device or its area before them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge.mqtt.topics import COMMANDS
from edge.values import DRY_RUN, DRY_RUN_TEXT, EXPRESSIONS, MOODS, PRESS, Control

# A state that wasn't published for this long becomes unknown in Home Assistant.
EXPIRE_AFTER_S = 900
Payload = dict[str, Any]


@dataclass(frozen=True)
class EntityDescription:
    """One entity.

    state: the topic of its state. value: a Jinja expression over the state's JSON. template: a whole Jinja template
    instead. attributes: the topic of its attributes. command: the topic below `set/` that it publishes to. expires:
    whether the state becomes unknown when it is no longer published. options: the choices of a select entity; None for
    the names of the profiles. more: further settings of its platform.
    """

    key: str
    platform: str
    name: str
    icon: str
    state: str | None = None
    value: str | None = None
    template: str | None = None
    attributes: str | None = None
    command: str | None = None
    expires: bool = False
    diagnostic: bool = False
    options: Sequence[str] | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def payload(self, base: str, profiles: Sequence[str]) -> Payload:
        """The discovery payload, without ids. base: the topic above the device's own."""
        payload: Payload = {"platform": self.platform, "name": self.name, "icon": f"mdi:{self.icon}"}
        for key, topic in (("state_topic", self.state), ("json_attributes_topic", self.attributes)):
            if topic is not None:
                payload[key] = f"{base}/{topic}"
        if self.value is not None:
            payload["value_template"] = f"{{{{ {self.value} }}}}"
        if self.template is not None:
            payload["value_template"] = self.template
        if self.command is not None:
            payload["command_topic"] = f"{base}/{COMMANDS}{self.command}"
        if self.expires:
            payload["expire_after"] = EXPIRE_AFTER_S
        if self.diagnostic:
            payload["entity_category"] = "diagnostic"
        if self.platform == "select":
            payload["options"] = list(profiles if self.options is None else self.options)
        return payload | dict(self.more)


def _sensor(key: str, name: str, icon: str, state: str, value: str | None, **more: Any) -> EntityDescription:
    return EntityDescription(key, "sensor", name, icon, state, value, expires=True, more=more)


def _health(key: str, name: str, icon: str, value: str, unit: str, **more: Any) -> EntityDescription:
    measurement = {"state_class": "measurement", "unit_of_measurement": unit} | more
    return EntityDescription(
        key, "sensor", name, icon, "health", value, expires=True, diagnostic=True, more=measurement
    )


def _button(key: str, name: str, icon: str, command: str, payload: str, **more: Any) -> EntityDescription:
    return EntityDescription(key, "button", name, icon, command=command, more={"payload_press": payload} | more)


_EVENT_TEMPLATE = (
    "{% if value_json.event == 'mood_changed' %}"
    "{{ dict(value_json, event_type=value_json.event) | to_json }}{% endif %}"
)
_NOW_PLAYING = f"'{DRY_RUN_TEXT}' if value_json.state == '{DRY_RUN}' else (value_json.title or value_json.state)[:250]"
_CPU = "(value_json.cpu_share * 100) | round(1) if value_json.cpu_share is number else none"
_MEASUREMENT = {"state_class": "measurement"}
_AXIS = _MEASUREMENT | {"suggested_display_precision": 2}

ENTITIES = (
    # The room and its music.
    EntityDescription(
        "mood", "sensor", "Mood", "emoticon-outline", "mood", "value_json.mood", attributes="mood", expires=True,
        more={"device_class": "enum", "options": list(MOODS)},
    ),
    _sensor(
        "confidence", "Confidence", "percent", "mood", "(value_json.confidence * 100) | round | int",
        unit_of_measurement="%", **_MEASUREMENT,
    ),
    _sensor("valence", "Valence", "emoticon-happy-outline", "mood", "value_json.valence", **_AXIS),
    _sensor("arousal", "Arousal", "pulse", "mood", "value_json.arousal", **_AXIS),
    _sensor("people", "People", "account-group", "mood", "value_json.people", **_MEASUREMENT),
    EntityDescription(
        "presence", "binary_sensor", "Presence", "motion-sensor", "presence", attributes="mood", expires=True,
        more={
            "device_class": "occupancy",
            "json_attributes_template": "{{ {'presence_source': value_json.presence_source} | to_json }}",
        },
    ),
    EntityDescription(
        "looking", "binary_sensor", "Looking", "eye", "looking", expires=True, more={"device_class": "running"}
    ),
    EntityDescription(
        "now_playing", "sensor", "Now playing", "music", "player", _NOW_PLAYING,
        attributes="player", expires=True,
        # Home Assistant drops an attribute called `state`.
        more={"json_attributes_template": "{{ dict(value_json, playback=value_json.state) | to_json }}"},
    ),
    EntityDescription(
        "mood_changed", "event", "Mood changed", "emoticon-outline", "event", template=_EVENT_TEMPLATE,
        more={"event_types": ["mood_changed"]},
    ),
    # Controls.
    EntityDescription(
        "control", "select", "Music control", "hand-back-right", "control", command="control",
        options=[control.value for control in Control],
    ),
    EntityDescription(
        "mood_override", "select", "Mood override", "emoticon-cool-outline", "override", command="mood",
        options=["auto", *EXPRESSIONS],
    ),
    EntityDescription(
        "presence_override", "select", "Presence override", "account-check", "presence_override", command="presence",
        options=["auto", "ON", "OFF"],
    ),
    EntityDescription("profile", "select", "Profile", "playlist-music", "profile", command="profile"),
    EntityDescription("camera", "switch", "Camera", "camera", "camera", command="camera"),
    EntityDescription(
        "volume", "number", "Volume", "volume-high", "player", "value_json.volume", command="volume",
        more={"min": 0, "max": 100, "step": 1, "mode": "slider", "unit_of_measurement": "%"},
    ),
    _button("play", "Play", "play", "playback", "play"),
    _button("pause", "Pause", "pause", "playback", "pause"),
    _button("next", "Next", "skip-next", "playback", "next"),
    _button("previous", "Previous", "skip-previous", "playback", "previous"),
    _button("like", "Like", "thumb-up", "like", PRESS),
    _button("unlike", "Unlike", "thumb-up-outline", "unlike", PRESS),
    _button("not_this", "Not this", "thumb-down", "not_this", PRESS),
    _button("restart", "Restart", "restart", "restart", PRESS, device_class="restart", entity_category="config"),
    # The device itself.
    EntityDescription(
        "problem", "binary_sensor", "Problem", "alert", "health", "'ON' if value_json.problems else 'OFF'",
        attributes="health", expires=True, diagnostic=True,
        more={
            "device_class": "problem",
            "json_attributes_template": "{{ {'problems': value_json.problems} | to_json }}",
        },
    ),
    _health("cpu", "CPU", "cpu-64-bit", _CPU, "%"),
    _health("memory", "Memory", "memory", "value_json.memory_mb", "MiB", device_class="data_size"),
    _health(
        "temperature", "Temperature", "thermometer", "value_json.temperature", "°C", device_class="temperature"
    ),
    _health("looks", "Looks a minute", "eye-outline", "value_json.looks_per_minute", "1/min"),
    EntityDescription(
        "spotify_login_expires", "sensor", "Spotify login expires", "spotify", "health",
        "value_json.spotify_login_expires", expires=True, diagnostic=True, more={"device_class": "timestamp"},
    ),
)  # fmt: skip
