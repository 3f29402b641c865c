"""What Home Assistant is told, so that the device appears by itself with sensible entities. Pure.

The names of entities don't hold the room: Home Assistant puts the device's name, or its area, before them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edge.config import Config
from edge.values import EXPRESSIONS, MOODS, Control

# A state that wasn't heard of for so long, in seconds, is unknown; it is repeated three times as often.
EXPIRE_AFTER = 900
# The project has no public address yet; this one is reserved for examples and leads nowhere.
SUPPORT = "https://moodroom.example/support"
MIGRATE = {"migrate_discovery": True}
Payload = dict[str, Any]
Stage = list[tuple[str, Payload | None]]


@dataclass(frozen=True)
class Discovery:
    """The retained messages that make the device appear.

    topics: each topic's payload. others: the topics of the other kind of discovery for the same device, which it may
    have used before. birth: where Home Assistant says that it has started; None where discovery is off.
    """

    topics: dict[str, Payload] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    birth: str | None = None

    def remembered(self) -> dict[str, dict[str, str]]:
        """What to keep for `changes`: for each topic the platforms of its components by key."""
        return {
            topic: {key: part["platform"] for key, part in payload.get("components", {}).items()}
            for topic, payload in self.topics.items()
        }


def discovery(config: Config, *, version: str, temperature: bool = True) -> Discovery:
    """The messages for this configuration.

    version: the program's own. temperature: whether this machine tells one; what it doesn't have is no entity.
    """
    mqtt, device = config.mqtt, config.device.id
    parts = components(config, temperature=temperature)
    about = {
        "device": _device(config, version),
        "origin": {"name": "Moodroom", "sw_version": version, "support_url": SUPPORT},
        "availability_topic": f"{mqtt.base_topic}/{device}/status",
    }
    whole = f"{mqtt.discovery_prefix}/device/{device}/config"
    single = {
        f"{mqtt.discovery_prefix}/{part['platform']}/{device}/{key}/config": part
        for key, part in components(config, temperature=True, spotify=True).items()
    }
    birth = f"{mqtt.discovery_prefix}/status"
    if mqtt.discovery == "off":
        return Discovery()
    if mqtt.discovery == "device":
        return Discovery({whole: about | {"components": parts}}, frozenset(single), birth)
    topics = {
        topic: about | {name: value for name, value in part.items() if name != "platform"}
        for topic, part in single.items()
        if part in parts.values()
    }
    return Discovery(topics, frozenset({whole}), birth)


def changes(before: Mapping[str, Mapping[str, str]], now: Discovery) -> list[Stage]:
    """What to publish, retained and in this order, so that nothing of `before` stays; None is an empty payload.

    before: what `Discovery.remembered` gave when it was published last. Between two stages Home Assistant needs a
    moment to do what it was told.
    """
    gone = [topic for topic in before if topic not in now.topics]
    # Home Assistant keeps entities that move from one kind of discovery to the other, where it is told beforehand.
    migrate: Stage = [(topic, dict(MIGRATE)) for topic in gone if topic in now.others]
    told: Stage = []
    for topic, payload in now.topics.items():
        parts = payload.get("components", {})
        dropped = {key: {"platform": name} for key, name in before.get(topic, {}).items() if key not in parts}
        if dropped:
            told.append((topic, payload | {"components": parts | dropped}))
        told.append((topic, payload))
    empty: Stage = [(topic, None) for topic in gone]
    # The old topics are emptied before the new ones speak: the other way round, Home Assistant warns of a conflict.
    return [migrate, empty + told] if migrate else [empty + told]


def components(config: Config, *, temperature: bool, spotify: bool | None = None) -> dict[str, Payload]:
    """All entities by key; the keys are in the unique ids, and never change.

    temperature: whether there is one. spotify: whether there is a login that can expire; None looks at the settings.
    """
    base = f"{config.mqtt.base_topic}/{config.device.id}"
    parts = _readings(base) | _controls(base, list(config.music.profiles)) | _diagnostics(base)
    if not temperature:
        del parts["temperature"]
    if not (config.spotify.client_id is not None if spotify is None else spotify):
        del parts["spotify_login_expires"]
    slug = config.device.id.replace("-", "_")
    for key, part in parts.items():
        part["unique_id"] = f"moodroom_{config.device.id}_{key}"
        part["default_entity_id"] = f"{part['platform']}.{slug}_{part['name'].lower().replace(' ', '_')}"
    return parts


def _device(config: Config, version: str) -> Payload:
    about: Payload = {
        "identifiers": [f"moodroom_{config.device.id}"],
        "name": config.device.name,
        "manufacturer": "Moodroom",
        "model": "Moodroom",
        "sw_version": version,
    }
    if config.device.area is not None:
        about["suggested_area"] = config.device.area
    return about


def _part(platform: str, name: str, icon: str, topic: str | None = None, value: str | None = None) -> Payload:
    """One entity. topic: where its state stands. value: an expression over the state's JSON."""
    part: Payload = {"platform": platform, "name": name, "icon": f"mdi:{icon}"}
    if topic is not None:
        part["state_topic"] = topic
    if value is not None:
        part["value_template"] = f"{{{{ {value} }}}}"
    return part


def _readings(base: str) -> dict[str, Payload]:
    """What the room is like, and what plays in it."""
    mood, fresh = f"{base}/mood", {"expire_after": EXPIRE_AFTER}
    number = fresh | {"state_class": "measurement"}
    axis = number | {"suggested_display_precision": 2}
    changed = (
        "{% if value_json.event == 'mood_changed' %}"
        "{{ dict(value_json, event_type=value_json.event) | to_json }}{% endif %}"
    )
    return {
        "mood": _part("sensor", "Mood", "emoticon-outline", mood, "value_json.mood")
        | fresh
        | {"device_class": "enum", "options": list(MOODS), "json_attributes_topic": mood},
        "confidence": _part("sensor", "Confidence", "percent", mood, "(value_json.confidence * 100) | round | int")
        | number
        | {"unit_of_measurement": "%"},
        "valence": _part("sensor", "Valence", "emoticon-happy-outline", mood, "value_json.valence") | axis,
        "arousal": _part("sensor", "Arousal", "pulse", mood, "value_json.arousal") | axis,
        "people": _part("sensor", "People", "account-group", mood, "value_json.people") | number,
        "presence": _part("binary_sensor", "Presence", "motion-sensor", f"{base}/presence")
        | fresh
        | {"device_class": "occupancy"},
        "now_playing": _part(
            "sensor", "Now playing", "music", f"{base}/player", "(value_json.title or value_json.state)[:250]"
        )
        | fresh
        | {
            "json_attributes_topic": f"{base}/player",
            # Home Assistant drops an attribute called `state`.
            "json_attributes_template": "{{ dict(value_json, playback=value_json.state) | to_json }}",
        },
        "mood_changed": _part("event", "Mood changed", "emoticon-outline", f"{base}/event")
        | {"event_types": ["mood_changed"], "value_template": changed},
    }


def _controls(base: str, profiles: list[str]) -> dict[str, Payload]:
    """What people may set."""

    def select(name: str, icon: str, state: str, command: str, options: list[str]) -> Payload:
        about = {"command_topic": f"{base}/set/{command}", "options": options}
        return _part("select", name, icon, f"{base}/{state}") | about

    def button(name: str, icon: str, command: str, payload: str) -> Payload:
        return _part("button", name, icon) | {"command_topic": f"{base}/set/{command}", "payload_press": payload}

    return {
        "control": select("Music control", "hand-back-right", "control", "control", [c.value for c in Control]),
        "mood_override": select("Mood override", "emoticon-cool-outline", "override", "mood", ["auto", *EXPRESSIONS]),
        "profile": select("Profile", "playlist-music", "profile", "profile", profiles),
        "camera": _part("switch", "Camera", "camera", f"{base}/camera") | {"command_topic": f"{base}/set/camera"},
        "volume": _part("number", "Volume", "volume-high", f"{base}/player", "value_json.volume")
        | {"command_topic": f"{base}/set/volume", "min": 0, "max": 100, "step": 1, "mode": "slider"}
        | {"unit_of_measurement": "%"},
        "play": button("Play", "play", "playback", "play"),
        "pause": button("Pause", "pause", "playback", "pause"),
        "next": button("Next", "skip-next", "playback", "next"),
        "previous": button("Previous", "skip-previous", "playback", "previous"),
        "like": button("Like", "thumb-up", "like", "PRESS"),
        "restart": button("Restart", "restart", "restart", "PRESS")
        | {"device_class": "restart", "entity_category": "config"},
    }


def _diagnostics(base: str) -> dict[str, Payload]:
    """How the device is."""
    health = f"{base}/health"
    told = {"entity_category": "diagnostic", "expire_after": EXPIRE_AFTER}

    def number(name: str, icon: str, value: str, unit: str, device_class: str | None = None) -> Payload:
        kind = {} if device_class is None else {"device_class": device_class}
        about = {"state_class": "measurement", "unit_of_measurement": unit}
        return _part("sensor", name, icon, health, value) | told | about | kind

    share = "(value_json.cpu_share * 100) | round(1) if value_json.cpu_share is number else none"
    return {
        "problem": _part("binary_sensor", "Problem", "alert", health, "'ON' if value_json.problems else 'OFF'")
        | told
        | {
            "device_class": "problem",
            "json_attributes_topic": health,
            "json_attributes_template": "{{ {'problems': value_json.problems} | to_json }}",
        },
        "cpu": number("CPU", "cpu-64-bit", share, "%"),
        "memory": number("Memory", "memory", "value_json.memory_mb", "MiB", "data_size"),
        "temperature": number("Temperature", "thermometer", "value_json.temperature", "°C", "temperature"),
        "looks": number("Looks a minute", "eye-outline", "value_json.looks_per_minute", "1/min"),
        "spotify_login_expires": _part(
            "sensor", "Spotify login expires", "spotify", health, "value_json.spotify_login_expires"
        )
        | told
        | {"device_class": "timestamp"},
    }
