"""The discovery messages that make the device appear in Home Assistant by itself. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from edge.config import Config
from edge.mqtt.entities import ENTITIES, Payload, availability
from edge.mqtt.ownership import ORIGIN, node_of, prefix_of
from edge.mqtt.topics import base_of

MIGRATE = {"migrate_discovery": True}
# The kinds of board that the device is made for, by what the board's own name contains.
FAMILIES = {"Raspberry Pi": "Raspberry Pi", "Jetson": "Jetson", "NVIDIA Orin": "Jetson"}
Stage = list[tuple[str, Payload | None]]


@dataclass(frozen=True)
class Discovery:
    """The retained messages that make the device appear.

    topics: each topic's payload. others: the topics of the other kind of discovery for the same device, which it may
    have used before. outdated: filters for the topics under the node id that earlier versions used, where other
    devices may publish too. birth: where Home Assistant publishes that it has started; None if discovery is off.
    """

    topics: dict[str, Payload] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    outdated: tuple[str, ...] = ()
    birth: str | None = None

    def remembered(self) -> dict[str, dict[str, str]]:
        """What `changes` needs to know later: for each topic, its components by key with their platforms."""
        return {
            topic: {key: part["platform"] for key, part in payload.get("components", {}).items()}
            for topic, payload in self.topics.items()
        }


def discovery(
    config: Config, *, version: str, temperature: bool = True, board: str | None = None, page: str | None = None
) -> Discovery:
    """The messages for this configuration.

    version: of the program. temperature: whether this machine reports its temperature. board: the machine's name, such
    as "Raspberry Pi 5 Model B Rev 1.0"; None where it isn't known. page: the address at which other machines reach the
    page; None where they can't.
    """
    mqtt, device = config.mqtt, config.device.id
    parts = components(config, temperature=temperature)
    shared = {
        "device": _device(config, version, board, page),
        "origin": {"name": ORIGIN, "sw_version": version},
        **availability(base_of(mqtt.base_topic, device)),
    }
    every_part = components(config, temperature=True, spotify=True)
    device_topic, component_topics = _topics(mqtt.discovery_prefix, node_of(device), every_part)
    if mqtt.discovery == "off":
        return Discovery()
    if mqtt.discovery == "device":
        topics, others = {device_topic: shared | {"components": parts}}, frozenset(component_topics)
    else:
        topics = {
            topic: shared | {name: value for name, value in part.items() if name != "platform"}
            for topic, part in component_topics.items()
            if part in parts.values()
        }
        others = frozenset({device_topic})
    return Discovery(topics, others, outdated_filters(config), mqtt.birth_topic)


def outdated_filters(config: Config) -> tuple[str, ...]:
    """Filters for the topics that earlier versions used, with the bare `device.id` as their node id."""
    prefix, device = config.mqtt.discovery_prefix, config.device.id
    return f"{prefix}/device/{device}/config", f"{prefix}/+/{device}/+/config"


def discovery_filters(config: Config) -> tuple[str, ...]:
    """Filters for all topics on which this device's discovery messages can be, now or from earlier versions."""
    prefix, node = config.mqtt.discovery_prefix, node_of(config.device.id)
    return f"{prefix}/device/{node}/config", f"{prefix}/+/{node}/+/config", *outdated_filters(config)


def matches(topic: str, filters: Iterable[str]) -> bool:
    """Whether a topic matches one of the filters, in which + stands for one level."""
    levels = topic.split("/")
    return any(
        len(levels) == len(wanted := one.split("/"))
        and all(part in ("+", level) for part, level in zip(wanted, levels, strict=True))
        for one in filters
    )


def _topics(prefix: str, node: str, parts: Mapping[str, Payload]) -> tuple[str, dict[str, Payload]]:
    """The topic of the device, and the parts by their topics."""
    single = {f"{prefix}/{part['platform']}/{node}/{key}/config": part for key, part in parts.items()}
    return f"{prefix}/device/{node}/config", single


def changes(before: Mapping[str, Mapping[str, str]], now: Discovery) -> list[Stage]:
    """What to publish, retained and in this order, so that nothing of `before` remains; None is an empty payload.

    before: what `Discovery.remembered` returned when it was last published. Home Assistant needs a moment to process
    one stage before the next.
    """
    gone = [topic for topic in before if topic not in now.topics]
    outdated = [topic for topic in gone if matches(topic, now.outdated)]
    # Home Assistant keeps entities that move to another topic if this is announced first.
    moved = [topic for topic in gone if topic in now.others or (now.topics and topic in outdated)]
    migrate: Stage = [(topic, dict(MIGRATE)) for topic in moved]
    publish: Stage = []
    for topic, payload in now.topics.items():
        parts = payload.get("components", {})
        dropped = {key: {"platform": name} for key, name in before.get(topic, {}).items() if key not in parts}
        if dropped:
            publish.append((topic, payload | {"components": parts | dropped}))
        publish.append((topic, payload))
    # Old topics are emptied first: in the other order, Home Assistant warns of a conflict. Under another node id
    # entities have to be gone before they come again, because Home Assistant takes each unique id once.
    empty: Stage = [(topic, None) for topic in gone]
    rest = [empty, publish] if outdated and publish else [empty + publish]
    return [migrate, *rest] if migrate else rest


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
                "unique_id": f"{prefix_of(config.device.id)}{entity.key}",
                "default_entity_id": f"{entity.platform}.{slug}_{name}",
            }
    return parts


def _device(config: Config, version: str, board: str | None, page: str | None) -> dict[str, Any]:
    family = next((FAMILIES[part] for part in FAMILIES if board is not None and part in board), None)
    about: dict[str, Any] = {
        "identifiers": [node_of(config.device.id)],
        "name": config.device.name,
        "manufacturer": "Moodroom",
        "model": "Moodroom" if family is None else f"Moodroom on {family}",
        "sw_version": version,
    }
    optional = {"hw_version": board, "configuration_url": page, "suggested_area": config.device.area}
    return about | {name: value for name, value in optional.items() if value is not None}
