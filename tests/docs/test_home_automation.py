"""The examples in docs/home-automation.md are complete, and name things that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from edge.config import Config, MusicConfig
from edge.config import file as config_file
from edge.mqtt.discovery import components
from edge.mqtt.topics import RETAINED
from edge.music.director import Director
from edge.room.commands import execute
from edge.room.room import Room
from edge.values import Command

TEXT = (Path(__file__).parents[2] / "docs" / "home-automation.md").read_text(encoding="utf-8")
PARTS = components(Config(), temperature=True, spotify=True)


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


def table() -> dict[str, str]:
    return dict(re.findall(r"^\| `([a-z_/]+)` \| (yes|no|never)", TEXT, re.MULTILINE))


def test_the_table_of_topics_is_complete() -> None:
    topics = table()
    assert {topic for topic, kept in topics.items() if kept == "yes"} == set(RETAINED)
    answer = execute(Room(Director(MusicConfig())), 0, Command("nonsense"))[0].message
    commands = answer.split("there is ")[-1].split(", ")
    assert {topic for topic, kept in topics.items() if kept == "never"} == {f"set/{name}" for name in commands}
    assert topics["event"] == "no"


@pytest.mark.parametrize("text", blocks("yaml"))
def test_the_yaml_examples_are_valid(text: str) -> None:
    tree = yaml.safe_load(text)
    if "automation" in tree:
        assert all(part["alias"] and part["triggers"] and part["actions"] for part in tree["automation"])
    else:
        config_file.parse(text)


def test_the_flow_is_json_with_valid_wires() -> None:
    (text,) = blocks("json")
    nodes = {node["id"]: node for node in json.loads(text)}
    for node in nodes.values():
        for wire in (wire for wires in node.get("wires", []) for wire in wires):
            assert wire in nodes
        assert node.get("broker", "mr-broker") in ("mr-broker", "192.168.1.5")
        assert node.get("retain", "false") == "false"


def test_every_named_entity_exists() -> None:
    known = {part["default_entity_id"] for part in PARTS.values()}
    named = set(re.findall(r"\b[a-z_]+\.moodroom_[a-z_]+", TEXT))
    assert named and named <= known


def test_every_named_topic_exists() -> None:
    named = set(re.findall(r"moodroom/moodroom/([a-z_/]+)", TEXT))
    assert named and named <= set(table())
