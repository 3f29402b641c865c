"""The entities that Home Assistant shows for a device: one table. Pure.

A key is part of the entity's unique id and never changes. Names don't contain the room: Home Assistant puts the name of
the device or its area before them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge.mqtt.topics import COMMANDS, STATUS
from edge.values import EXPRESSIONS, MOODS, PRESS, SIMULATED, UNKNOWN, Control

# A state that wasn't published for this long becomes unknown in Home Assistant.
EXPIRE_AFTER_S = 900
# Home Assistant's own word for a state that it doesn't know is `unknown`, so a mood that can't be told has another.
UNCLEAR = "unclear"
# The longest position that `set/position` takes. Home Assistant logs an error for a state above an entity's maximum,
# and for a text of more than 255 characters.
POSITION_MAX_S = 99999
Payload = dict[str, Any]


@dataclass(frozen=True)
class EntityDescription:
    """One entity.

    state: the topic of its state. value: a Jinja expression over the state's JSON. template: a whole Jinja template
    instead. attributes: the topic of its attributes. command: the topic below `set/` that it publishes to. expires:
    whether the state becomes unknown when it is no longer published. category: Home Assistant's, `config` or
    `diagnostic`. enabled: whether Home Assistant shows it before a person switches it on. needs: a key of `NEEDS`,
    without which it is unavailable. options: the choices of a select entity; None for the names of the profiles. more:
    further settings of its platform.
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
    category: str | None = None
    enabled: bool = True
    needs: str | None = None
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
        if self.category is not None:
            payload["entity_category"] = self.category
        if not self.enabled:
            payload["enabled_by_default"] = False
        if self.needs is not None:
            payload |= availability(base, self.needs)
        if self.platform == "select":
            payload["options"] = list(profiles if self.options is None else self.options)
        return payload | dict(self.more)


# What an entity may need beside the device itself: a topic, and when its payload means available.
NEEDS: Mapping[str, Mapping[str, str]] = {
    "camera": {"topic": "camera", "payload_available": "ON", "payload_not_available": "OFF"},
    "player": {
        "topic": "player",
        "value_template": "{{ 'online' if value_json.state in ['playing', 'paused', 'stopped'] else 'offline' }}",
    },
}


def availability(base: str, needs: str | None = None) -> Payload:
    """When Home Assistant shows an entity as available. base: the topic above the device's own.

    needs: a key of `NEEDS`; None: only the device itself.
    """
    topics: list[Payload] = [{"topic": f"{base}/{STATUS}"}]
    if needs is not None:
        topics.append({**NEEDS[needs], "topic": f"{base}/{NEEDS[needs]['topic']}"})
    return {"availability": topics, "availability_mode": "all"}


def _mood(key: str, name: str, icon: str, value: str, *, enabled: bool = True, **more: Any) -> EntityDescription:
    """Something about the mood, which nobody can tell while the camera is off."""
    return EntityDescription(
        key, "sensor", name, icon, "mood", value, expires=True, enabled=enabled, needs="camera", more=more
    )


def _health(key: str, name: str, icon: str, value: str, unit: str, **more: Any) -> EntityDescription:
    """A measurement of the machine; it changes with each report, so it is off until a person wants it."""
    measurement = {"state_class": "measurement", "unit_of_measurement": unit} | more
    return EntityDescription(
        key, "sensor", name, icon, "health", value, expires=True, category="diagnostic", enabled=False, more=measurement
    )


def _button(
    key: str, name: str, icon: str, command: str, payload: str, *, needs: str | None = None, **more: Any
) -> EntityDescription:
    return EntityDescription(
        key, "button", name, icon, command=command, needs=needs, more={"payload_press": payload} | more
    )


def _event(key: str, name: str, icon: str, *types: str) -> EntityDescription:
    """The events of these types from the topic `event`, with their payload as attributes."""
    condition = f"== '{types[0]}'" if len(types) == 1 else f"in {list(types)}"
    template = (
        f"{{% if value_json.event {condition} %}}"
        "{{ dict(value_json, event_type=value_json.event) | to_json }}{% endif %}"
    )
    return EntityDescription(key, "event", name, icon, "event", template=template, more={"event_types": list(types)})


_MOOD = f"'{UNCLEAR}' if value_json.mood == '{UNKNOWN}' else value_json.mood"
# What the room's mood is taken for, which can be corrected; none while there is none.
_READ = "value_json.mood if value_json.people and value_json.confidence else none"
_NOW_PLAYING = f"{SIMULATED}.get(value_json.state) or (value_json.title or value_json.state)[:250]"
# A radio may play for days.
_POSITION = f"[value_json.position, {POSITION_MAX_S}] | min if value_json.position is number else none"
_CPU = "(value_json.cpu_share * 100) | round(1) if value_json.cpu_share is number else none"
# A report of an earlier version has no versions; Home Assistant ignores an empty payload.
_VERSIONS = (
    "{% if value_json.version %}{{ {'installed_version': value_json.version, "
    "'latest_version': value_json.version_on_disk} | to_json }}{% endif %}"
)
_MEASUREMENT: Mapping[str, Any] = {"state_class": "measurement"}
_AXIS: Mapping[str, Any] = {**_MEASUREMENT, "suggested_display_precision": 2}

ENTITIES = (
    # The room and its music.
    EntityDescription(
        "mood", "sensor", "Mood", "emoticon-outline", "mood", _MOOD, attributes="mood", expires=True, needs="camera",
        more={"device_class": "enum", "options": [UNCLEAR if mood == UNKNOWN else mood for mood in MOODS]},
    ),
    _mood(
        "confidence", "Confidence", "percent", "(value_json.confidence * 100) | round | int", enabled=False,
        unit_of_measurement="%", **_MEASUREMENT,
    ),
    _mood("valence", "Valence", "emoticon-happy-outline", "value_json.valence", **_AXIS),
    _mood("arousal", "Arousal", "pulse", "value_json.arousal", **_AXIS),
    _mood("people", "People", "account-group", "value_json.people", **_MEASUREMENT),
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
    _event("mood_changed", "Mood changed", "emoticon-outline", "mood_changed"),
    _event("decision", "Music decision", "playlist-play", "music_changed", "decision"),
    _event("liked", "Liked", "thumb-up", "liked"),
    _event("skipped", "Skipped", "skip-next-circle", "skipped"),
    _event("taken_over", "Taken over", "hand-back-right", "taken_over"),
    _event("command_rejected", "Command refused", "cancel", "command_rejected"),
    # Controls.
    EntityDescription(
        "control", "select", "Music control", "hand-back-right", "control", command="control",
        category="config", options=[control.value for control in Control],
    ),
    EntityDescription(
        "mood_override", "select", "Mood override", "emoticon-cool-outline", "override", command="mood",
        options=["auto", *EXPRESSIONS],
    ),
    EntityDescription(
        "correct", "select", "Correct mood", "emoticon-confused-outline", "mood", _READ, command="correct",
        options=EXPRESSIONS,
    ),
    EntityDescription(
        "presence_override", "select", "Presence override", "account-check", "presence_override", command="presence",
        options=["auto", "ON", "OFF"],
    ),
    EntityDescription(
        "profile", "select", "Profile", "playlist-music", "profile", command="profile", category="config"
    ),
    EntityDescription("camera", "switch", "Camera", "camera", "camera", command="camera", category="config"),
    EntityDescription(
        "volume", "number", "Volume", "volume-high", "player", "value_json.volume", command="volume", needs="player",
        more={"min": 0, "max": 100, "step": 1, "mode": "slider", "unit_of_measurement": "%"},
    ),
    EntityDescription(
        "position", "number", "Position", "timer-music-outline", "player", _POSITION, command="position", enabled=False,
        more={"min": 0, "max": POSITION_MAX_S, "mode": "box", "unit_of_measurement": "s"},
    ),
    EntityDescription(
        "speaker", "text", "Speaker", "speaker", "player", "(value_json.speaker or '')[:250]", command="speaker",
        needs="player",
    ),
    _button("play", "Play", "play", "playback", "play", needs="player"),
    _button("pause", "Pause", "pause", "playback", "pause", needs="player"),
    _button("next", "Next", "skip-next", "playback", "next", needs="player"),
    _button("previous", "Previous", "skip-previous", "playback", "previous", needs="player"),
    _button("like", "Like", "thumb-up", "like", PRESS),
    _button("unlike", "Unlike", "thumb-up-outline", "unlike", PRESS),
    _button("not_this", "Not this", "thumb-down", "not_this", PRESS),
    _button("restart", "Restart", "restart", "restart", PRESS, device_class="restart", entity_category="config"),
    # The device itself.
    EntityDescription(
        "problem", "binary_sensor", "Problem", "alert", "health", "'ON' if value_json.problems else 'OFF'",
        attributes="health", expires=True, category="diagnostic",
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
        "value_json.spotify_login_expires", expires=True, category="diagnostic", more={"device_class": "timestamp"},
    ),
    EntityDescription(
        "update", "update", "Update", "package-up", "health", template=_VERSIONS, category="diagnostic",
        more={"title": "Moodroom"},
    ),
)  # fmt: skip
