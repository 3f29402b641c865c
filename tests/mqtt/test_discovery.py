"""The discovery messages: pinned, and checked against what Home Assistant refuses."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.config import Config
from edge.config import file as config_file
from edge.mqtt.device import REPEAT_AFTER_S
from edge.mqtt.discovery import MIGRATE, Discovery, changes, components, discovery
from edge.mqtt.discovery_publisher import as_text
from edge.mqtt.entities import EXPIRE_AFTER_S
from edge.mqtt.outlet import HEALTH_EVERY_S
from edge.mqtt.topics import RETAINED
from edge.values import EXPRESSIONS

SPOTIFY = {"client_id": "0" * 32}


def config(**sections: Any) -> Config:
    return Config.model_validate(
        {"device": {"id": "living-room", "area": "Living Room"}, "spotify": SPOTIFY} | sections
    )


def published(**sections: Any) -> Discovery:
    return discovery(config(**sections), version="1.2.3")


DEVICE_TOPIC = "homeassistant/device/moodroom_living-room/config"
PAYLOAD = published().topics[DEVICE_TOPIC]
PARTS: dict[str, dict[str, Any]] = PAYLOAD["components"]
BASE = "moodroom/living-room"


def test_the_keys_of_entities_never_change() -> None:
    assert {key: part["platform"] for key, part in PARTS.items()} == {
        "mood": "sensor", "confidence": "sensor", "valence": "sensor", "arousal": "sensor", "people": "sensor",
        "presence": "binary_sensor", "looking": "binary_sensor", "now_playing": "sensor", "mood_changed": "event",
        "decision": "event", "liked": "event", "skipped": "event", "taken_over": "event", "command_rejected": "event",
        "control": "select", "mood_override": "select", "presence_override": "select", "profile": "select",
        "camera": "switch", "volume": "number", "correct": "select", "position": "number", "speaker": "text",
        "play": "button", "pause": "button", "next": "button", "previous": "button", "like": "button",
        "unlike": "button", "not_this": "button", "restart": "button",
        "problem": "binary_sensor", "cpu": "sensor", "memory": "sensor", "temperature": "sensor", "looks": "sensor",
        "spotify_login_expires": "sensor", "update": "update",
    }  # fmt: skip
    assert {key: part["unique_id"] for key, part in PARTS.items()} == {
        key: f"moodroom_living-room_{key}" for key in PARTS
    }


def test_the_head_of_the_message_is_pinned() -> None:
    assert {key: value for key, value in PAYLOAD.items() if key != "components"} == {
        "device": {
            "identifiers": ["moodroom_living-room"], "name": "Moodroom", "manufacturer": "Moodroom",
            "model": "Moodroom", "sw_version": "1.2.3", "suggested_area": "Living Room",
        },
        "origin": {"name": "Moodroom", "sw_version": "1.2.3"},
        "availability": [{"topic": f"{BASE}/status"}], "availability_mode": "all",
    }  # fmt: skip


def test_some_entities_are_pinned() -> None:
    assert PARTS["mood"] == {
        "platform": "sensor", "name": "Mood", "icon": "mdi:emoticon-outline", "state_topic": f"{BASE}/mood",
        "value_template": "{{ 'unclear' if value_json.mood == 'unknown' else value_json.mood }}",
        "json_attributes_topic": f"{BASE}/mood", "device_class": "enum",
        "options": [*EXPRESSIONS, "absent", "unclear"], "expire_after": 900, "unique_id": "moodroom_living-room_mood",
        "default_entity_id": "sensor.living_room_mood", "availability_mode": "all",
        "availability": [
            {"topic": f"{BASE}/status"},
            {"topic": f"{BASE}/camera", "payload_available": "ON", "payload_not_available": "OFF"},
        ],
    }  # fmt: skip
    assert PARTS["camera"] == {
        "platform": "switch", "name": "Camera", "icon": "mdi:camera", "state_topic": f"{BASE}/camera",
        "command_topic": f"{BASE}/set/camera", "unique_id": "moodroom_living-room_camera",
        "default_entity_id": "switch.living_room_camera", "entity_category": "config",
    }  # fmt: skip
    assert PARTS["mood_override"]["options"] == ["auto", *EXPRESSIONS]
    assert PARTS["correct"]["options"] == [*EXPRESSIONS]
    assert PARTS["correct"]["command_topic"] == f"{BASE}/set/correct"
    assert (PARTS["position"]["command_topic"], PARTS["position"]["max"]) == (f"{BASE}/set/position", 99999)
    assert (PARTS["speaker"]["command_topic"], PARTS["speaker"]["state_topic"]) == (
        f"{BASE}/set/speaker",
        f"{BASE}/player",
    )
    assert PARTS["control"]["options"] == ["auto", "hands_off", "off"]
    assert PARTS["profile"]["options"] == ["everyday"]
    assert (PARTS["volume"]["min"], PARTS["volume"]["max"]) == (0, 100)
    assert PARTS["presence"]["device_class"] == "occupancy"
    assert PARTS["spotify_login_expires"]["device_class"] == "timestamp"


def test_no_mood_is_home_assistants_own_word() -> None:
    assert not {"unknown", "unavailable", "none", ""} & set(PARTS["mood"]["options"])


def test_what_needs_a_player_or_the_camera_is_unavailable_without_it() -> None:
    needs = {
        key: [topic["topic"].removeprefix(f"{BASE}/") for topic in part["availability"]]
        for key, part in PARTS.items()
        if "availability" in part
    }
    expected = {key: ["status", "camera"] for key in ("mood", "confidence", "valence", "arousal", "people")}
    expected |= {key: ["status", "player"] for key in ("volume", "speaker", "play", "pause", "next", "previous")}
    assert needs == expected
    assert PARTS["play"]["availability"][1]["value_template"] == (
        "{{ 'online' if value_json.state in ['playing', 'paused', 'stopped'] else 'offline' }}"
    )


def test_states_stay_within_what_home_assistant_takes() -> None:
    assert PARTS["speaker"]["value_template"] == "{{ (value_json.speaker or '')[:250] }}"
    limited = "[value_json.position, 99999] | min if value_json.position is number else none"
    assert PARTS["position"]["value_template"] == f"{{{{ {limited} }}}}"


@pytest.mark.parametrize("key", ["mood_changed", "liked", "skipped", "taken_over", "command_rejected"])
def test_the_events_that_matter_have_an_entity_each(key: str) -> None:
    assert PARTS[key]["state_topic"] == f"{BASE}/event" and PARTS[key]["event_types"] == [key]
    assert PARTS[key]["value_template"] == (
        f"{{% if value_json.event == '{key}' %}}"
        "{{ dict(value_json, event_type=value_json.event) | to_json }}{% endif %}"
    )


def test_the_update_entity_compares_what_runs_with_what_is_installed() -> None:
    assert PARTS["update"]["state_topic"] == f"{BASE}/health"
    assert PARTS["update"]["value_template"] == (
        "{% if value_json.version %}{{ {'installed_version': value_json.version, "
        "'latest_version': value_json.version_on_disk} | to_json }}{% endif %}"
    )


def test_categories_and_what_is_off_at_first() -> None:
    categories = {key: part["entity_category"] for key, part in PARTS.items() if "entity_category" in part}
    config_keys = ("profile", "control", "camera", "restart")
    diagnostic = ("problem", "cpu", "memory", "temperature", "looks", "spotify_login_expires", "update")
    assert categories == {**dict.fromkeys(config_keys, "config"), **dict.fromkeys(diagnostic, "diagnostic")}
    off = {key for key, part in PARTS.items() if part.get("enabled_by_default") is False}
    assert off == {"confidence", "position", "cpu", "memory", "temperature", "looks"}


@pytest.mark.parametrize(
    ("board", "model"),
    [
        ("Raspberry Pi 5 Model B Rev 1.0", "Moodroom on Raspberry Pi"),
        ("NVIDIA Jetson Orin Nano Developer Kit", "Moodroom on Jetson"),
        ("NVIDIA Orin NX Developer Kit", "Moodroom on Jetson"),
        ("LENOVO 20XW", "Moodroom"),
        (None, "Moodroom"),
    ],
)
def test_the_model_tells_a_pi_from_a_jetson(board: str | None, model: str) -> None:
    about = discovery(config(), version="1", board=board).topics[DEVICE_TOPIC]["device"]
    assert (about["model"], about.get("hw_version")) == (model, board)
    assert "configuration_url" not in about, "no page, no address"


def test_the_address_of_the_page_is_the_configuration_url() -> None:
    found = discovery(config(), version="1", page="http://kitchen.local:8730").topics[DEVICE_TOPIC]
    assert found["device"]["configuration_url"] == "http://kitchen.local:8730"


@pytest.mark.parametrize("key", PARTS)
def test_no_entity_holds_what_home_assistant_refuses_or_ignores(key: str) -> None:
    part = PARTS[key]
    assert "object_id" not in part
    assert re.fullmatch(rf"{part['platform']}\.[a-z0-9_]+", part["default_entity_id"])
    assert re.fullmatch(r"mdi:[a-z0-9-]+", part["icon"])
    assert part["name"] and "living" not in part["name"].lower()
    if part.get("device_class") == "enum":
        assert "state_class" not in part and "unit_of_measurement" not in part
    if part["platform"] in ("sensor", "binary_sensor"):
        # Home Assistant refuses `config` for what only shows something.
        assert part.get("entity_category") in (None, "diagnostic")
        assert part["expire_after"] == EXPIRE_AFTER_S
    if part["platform"] in ("switch", "select", "number", "text"):
        assert part["state_topic"], "without one Home Assistant would assume the state"
    if part["platform"] == "button":
        assert "state_topic" not in part


def test_every_state_topic_is_published() -> None:
    for part in PARTS.values():
        for key in ("state_topic", "json_attributes_topic"):
            if key in part:
                assert part[key].removeprefix(f"{BASE}/") in (*RETAINED, "event")


def test_expiring_states_are_repeated_in_time() -> None:
    assert REPEAT_AFTER_S * 2 < EXPIRE_AFTER_S
    assert HEALTH_EVERY_S * 2 < EXPIRE_AFTER_S


def test_a_machine_without_a_sensor_has_no_entity_for_it() -> None:
    bare = discovery(Config(), version="1", temperature=False)
    parts = bare.topics["homeassistant/device/moodroom_moodroom/config"]["components"]
    assert set(PARTS) - set(parts) == {"temperature", "spotify_login_expires"}
    assert "suggested_area" not in bare.topics["homeassistant/device/moodroom_moodroom/config"]["device"]


def test_component_discovery_has_the_same_entities() -> None:
    single = published(mqtt={"discovery": "components", "discovery_prefix": "ha"})
    assert len(single.topics) == len(PARTS)
    for key, part in PARTS.items():
        payload = single.topics[f"ha/{part['platform']}/moodroom_living-room/{key}/config"]
        assert payload["device"] == PAYLOAD["device"] and payload["origin"] == PAYLOAD["origin"]
        assert payload["availability"][0] == {"topic": f"{BASE}/status"} and payload["availability_mode"] == "all"
        assert payload.items() >= {k: v for k, v in part.items() if k != "platform"}.items()
    assert single.birth == "homeassistant/status", "it stays there with another prefix"


def test_discovery_off_publishes_nothing() -> None:
    assert published(mqtt={"discovery": "off"}) == Discovery()


def test_without_changes_only_the_configuration_is_published() -> None:
    now = published()
    assert changes({}, now) == changes(now.remembered(), now) == [[(DEVICE_TOPIC, PAYLOAD)]]


@pytest.mark.parametrize(("before", "after"), [("components", "device"), ("device", "components")])
def test_a_change_of_kind_keeps_the_entities(before: str, after: str) -> None:
    old, new = published(mqtt={"discovery": before}), published(mqtt={"discovery": after})
    assert changes(old.remembered(), new) == [
        [(topic, MIGRATE) for topic in old.topics],
        [*((topic, None) for topic in old.topics), *new.topics.items()],
    ]


def test_switching_off_and_renaming_leave_nothing() -> None:
    old = published()
    assert changes(old.remembered(), published(mqtt={"discovery": "off"})) == [[(DEVICE_TOPIC, None)]]
    renamed = published(device={"id": "attic"})
    assert changes(old.remembered(), renamed) == [[(DEVICE_TOPIC, None), *renamed.topics.items()]]
    moved = published(mqtt={"discovery_prefix": "ha"})
    assert changes(old.remembered(), moved) == [[(DEVICE_TOPIC, None), *moved.topics.items()]]


def test_a_removed_entity_is_deleted() -> None:
    now = discovery(config(spotify={}), version="1.2.3")
    ((first, second),) = changes(published().remembered(), now)
    assert first[1] is not None and first[1]["components"]["spotify_login_expires"] == {"platform": "sensor"}
    assert second == (DEVICE_TOPIC, now.topics[DEVICE_TOPIC])
    assert "spotify_login_expires" not in now.topics[DEVICE_TOPIC]["components"]


KINDS = st.sampled_from(["device", "components", "off"])
IDS = st.sampled_from(["a", "b"])


@given(st.lists(st.tuples(KINDS, IDS, st.booleans()), min_size=1, max_size=8))
def test_after_any_changes_the_broker_retains_only_the_newest(steps: list[tuple[str, str, bool]]) -> None:
    retained: dict[str, Any] = {}
    known: dict[str, dict[str, str]] = {}
    now = Discovery()
    for kind, device, spotify in steps:
        now = published(mqtt={"discovery": kind}, device={"id": device}, spotify=SPOTIFY if spotify else {})
        for topic, payload in itertools.chain(*changes(known, now)):
            if payload is None:
                del retained[topic]
            else:
                retained[topic] = payload
        known = json.loads(json.dumps(now.remembered()))
    assert retained == now.topics


def test_the_message_is_small_enough_for_any_broker() -> None:
    # Some take 16 KiB, with the topic and the properties.
    assert len(as_text(PAYLOAD).encode()) < 16_200 and json.loads(as_text(PAYLOAD)) == PAYLOAD
    assert components(config(), temperature=True) == PARTS


def test_off_is_a_word_in_the_file() -> None:
    assert config_file.parse("mqtt: {discovery: off}").mqtt.discovery == "off"
