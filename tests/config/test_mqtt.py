"""The section `mqtt`, and the names that reach a home through it."""

from __future__ import annotations

import json

import pytest

from edge.config import Config
from edge.config import file as config_file
from edge.errors import ConfigError


@pytest.mark.parametrize(
    ("mqtt", "words"),
    [
        ({"password_file": "/x"}, "mqtt.password_file: needs the user name in mqtt.username"),
        ({"base_topic": "$SYS/room"}, "mqtt.base_topic: must be a topic without wildcards, in one line"),
        ({"base_topic": "a\nb"}, "mqtt.base_topic: must be a topic without wildcards, in one line"),
        ({"base_topic": "x" * 70_000}, "mqtt.base_topic: must have 256 bytes at most"),
        ({"base_topic": "ü" * 129}, "mqtt.base_topic: must have 256 bytes at most"),
        ({"discovery_prefix": "a\tb"}, "mqtt.discovery_prefix: must be a topic without wildcards, in one line"),
        ({"discovery_prefix": "x" * 70_000}, "mqtt.discovery_prefix: must have"),
        ({"birth_topic": "a/#"}, "mqtt.birth_topic: must be a topic without wildcards, in one line"),
        ({"birth_topic": ""}, "mqtt.birth_topic: must be a topic without wildcards, in one line"),
        ({"presence_topic": "a\nb"}, "mqtt.presence_topic: must be a topic without wildcards, in one line"),
        ({"client_id": ""}, "mqtt.client_id: "),
        ({"client_id": "x" * 70_000}, "mqtt.client_id: "),
        ({"client_id": "a\0"}, "mqtt.client_id: must be text without control characters"),
        ({"client_id": "a\nb"}, "mqtt.client_id: must be text without control characters"),
        ({"username": "x" * 70_000}, "mqtt.username: must have at most 1024 characters"),
        ({"websocket_path": "mqtt"}, "mqtt.websocket_path: must be a path that begins with a slash"),
        ({"websocket_path": "/a b"}, "mqtt.websocket_path: must be a path that begins with a slash"),
        ({"websocket_path": "/a\r\nX: y"}, "mqtt.websocket_path: must be a path that begins with a slash"),
    ],
)
def test_a_wrong_value_is_one_short_sentence(mqtt: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        config_file.parse(json.dumps({"mqtt": mqtt}))
    sentence = str(refused.value)
    assert words in sentence and len(sentence) < 300 and "\n" not in sentence


def test_the_new_keys_are_taken() -> None:
    mqtt = Config.model_validate(
        {"mqtt": {"client_id": "moodroom on the shelf", "birth_topic": "hass/status", "websocket_path": "/"}}
    ).mqtt
    assert (mqtt.client_id, mqtt.birth_topic, mqtt.websocket_path) == ("moodroom on the shelf", "hass/status", "/")


def test_a_file_written_as_json_with_an_emoji_is_read() -> None:
    tree = {
        "device": {"name": "Küche 😀"},
        "music": {"profile": "🎉", "profiles": {"🎉": {"happy": "mpd:👩‍🍳 songs"}}},
    }
    for ascii_only in (True, False):
        config = config_file.parse(json.dumps(tree, ensure_ascii=ascii_only))
        assert config.device.name == "Küche 😀"
        assert list(config.music.profiles) == ["🎉"]


@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00", "\\ude00\\ud83d"])
def test_half_an_emoji_is_refused(half: str) -> None:
    with pytest.raises(ConfigError, match=r"^config.yaml, line 1: device.name"):
        config_file.parse(f'{{"device": {{"name": "a{half}"}}}}')


def test_names_are_stripped() -> None:
    device = Config.model_validate({"device": {"name": "  Kitchen ", "area": "\u00a0Ground floor\n"}}).device
    assert (device.name, device.area) == ("Kitchen", "Ground floor")
    with pytest.raises(ConfigError, match="must have at least 1 character"):
        config_file.parse('device: {area: "   "}')
