"""The discovery messages that make the device appear in Home Assistant by itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edge.config import Config
from edge.mqtt.entities import ENTITIES, Payload
from edge.mqtt.topics import STATUS, base_of

MIGRATE = {"migrate_discovery": True}
Stage = list[tuple[str, Payload | None]]


@dataclass(frozen=True)
class Discovery:
    """The retained messages that make the device appear.

    topics: each topic's payload. others: the topics of the other kind of discovery for the same device, which it may
    have used before. birth: where Home Assistant publishes that it has started; None if discovery is off.
    """

    topics: dict[str, Payload] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    birth: str | None = None

    def remembered(self) -> dict[str, dict[str, str]]:
        """What `changes` needs to know later: for each topic, its components by key with their platforms."""
        return {
            topic: {key: part["platform"] for key, part in payload.get("components", {}).items()}
            for topic, payload in self.topics.items()
        }


def discovery(config: Config, *, version: str, temperature: bool = True) -> Discovery:
    """The messages for this configuration.

    version: of the program. temperature: whether this machine reports its temperature.
    """
    mqtt, device = config.mqtt, config.device.id
    parts = components(config, temperature=temperature)
    shared = {
        "device": _device(config, version),
        "origin": {"name": "Moodroom", "sw_version": version},
        "availability_topic": f"{base_of(mqtt.base_topic, device)}/{STATUS}",
    }
    device_topic = f"{mqtt.discovery_prefix}/device/{device}/config"
    component_topics = {
        f"{mqtt.discovery_prefix}/{part['platform']}/{device}/{key}/config": part
        for key, part in components(config, temperature=True, spotify=True).items()
    }
    birth = f"{mqtt.discovery_prefix}/status"
    if mqtt.discovery == "off":
        return Discovery()
    if mqtt.discovery == "device":
        return Discovery({device_topic: shared | {"components": parts}}, frozenset(component_topics), birth)
    topics = {
        topic: shared | {name: value for name, value in part.items() if name != "platform"}
        for topic, part in component_topics.items()
        if part in parts.values()
    }
    return Discovery(topics, frozenset({device_topic}), birth)


def changes(before: Mapping[str, Mapping[str, str]], now: Discovery) -> list[Stage]:
    """What to publish, retained and in this order, so that nothing of `before` remains; None is an empty payload.

    before: what `Discovery.remembered` returned when it was last published. Home Assistant needs a moment to process
    one stage before the next.
    """
    gone = [topic for topic in before if topic not in now.topics]
    # Home Assistant keeps entities that move between the kinds of discovery if this is announced first.
    migrate: Stage = [(topic, dict(MIGRATE)) for topic in gone if topic in now.others]
    publish: Stage = []
    for topic, payload in now.topics.items():
        parts = payload.get("components", {})
        dropped = {key: {"platform": name} for key, name in before.get(topic, {}).items() if key not in parts}
        if dropped:
            publish.append((topic, payload | {"components": parts | dropped}))
        publish.append((topic, payload))
    # Old topics are emptied first: in the other order, Home Assistant warns of a conflict.
    empty: Stage = [(topic, None) for topic in gone]
    return [migrate, empty + publish] if migrate else [empty + publish]


def components(config: Config, *, temperature: bool, spotify: bool | None = None) -> dict[str, Payload]:
    """All entities by key.

    temperature: whether the machine reports one. spotify: whether there is a login that can expire; None: as
    configured.
    """
    base = base_of(config.mqtt.base_topic, config.device.id)
    with_login = config.spotify.client_id is not None if spotify is None else spotify
    absent = ({"temperature"} if not temperature else set()) | ({"spotify_login_expires"} if not with_login else set())
    slug = config.device.id.replace("-", "_")
    parts: dict[str, Payload] = {}
    for entity in ENTITIES:
        if entity.key not in absent:
            name = entity.name.lower().replace(" ", "_")
            parts[entity.key] = entity.payload(base, list(config.music.profiles)) | {
                "unique_id": f"moodroom_{config.device.id}_{entity.key}",
                "default_entity_id": f"{entity.platform}.{slug}_{name}",
            }
    return parts


def _device(config: Config, version: str) -> dict[str, Any]:
    about: dict[str, Any] = {
        "identifiers": [f"moodroom_{config.device.id}"],
        "name": config.device.name,
        "manufacturer": "Moodroom",
        "model": "Moodroom",
        "sw_version": version,
    }
    if config.device.area is not None:
        about["suggested_area"] = config.device.area
    return about
