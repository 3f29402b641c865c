"""Changes to the text of a configuration: the changed lines, and no others."""

from __future__ import annotations

import difflib

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.config.file import parse
from edge.config.writing.changes import REMOVED, Key, change
from edge.config.writing.file import key_of
from edge.errors import ConfigError
from tests.conftest import ROOT

SHIPPED = (ROOT / "config.yaml").read_text()
HAPPY = ("music", "profiles", "everyday", "happy")


def difference(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def test_only_the_changed_lines_of_the_shipped_file_differ() -> None:
    after = change(
        SHIPPED,
        {
            ("mqtt", "host"): "homeassistant.local",
            ("camera", "rotate"): 90,
            ("music", "quiet_hours"): [{"begins": "22:00", "ends": "7:00"}],
            HAPPY: [{"play": "spotify:playlist:37i9dQZF1DX0Yxoavh5qJV", "name": "Happy"}, {"play": "mpd:Jazz"}],
            ("mqtt", "port"): 1884,
            ("vision", "ignore"): [[0.7, 0, 0.3, 0.5]],
        },
    )
    assert difference(SHIPPED, after) == [
        "-  rotate: 0                   # 0, 90, 180 or 270 degrees clockwise",
        "+  rotate: 90                  # 0, 90, 180 or 270 degrees clockwise",
        '-  quiet_hours: []             # [{begins: "22:00", ends: "7:00", max_volume: 25}]: nothing is started then',
        '+  quiet_hours: [{begins: "22:00", ends: "7:00"}]  # [{begins: "22:00", ends: "7:00", max_volume: 25}]: '
        "nothing is started then",
        '-      happy: {play: "spotify:artist:4tZwfgrHOc3mvqYlEYSvVi", name: Daft Punk}',
        '+      happy: [{play: "spotify:playlist:37i9dQZF1DX0Yxoavh5qJV", name: Happy}, {play: "mpd:Jazz"}]',
        "-  host: null                  # the broker's name or address; null: no MQTT",
        "+  host: homeassistant.local   # the broker's name or address; null: no MQTT",
        "+  port: 1884",
        "+",
        "+vision:",
        "+  ignore: [[0.7, 0, 0.3, 0.5]]",
    ]
    assert parse(after).mqtt.port == 1884


def test_a_value_that_is_there_already_changes_nothing() -> None:
    assert change(SHIPPED, {("mpd", "host"): "127.0.0.1", ("music", "quiet_hours"): []}) == SHIPPED


def test_a_profile_comes_and_goes() -> None:
    evening = ("music", "profiles", "evening")
    with_it = change(SHIPPED, {evening: {"happy": [{"play": "mpd:Jazz"}], "default": "nothing"}})
    assert difference(SHIPPED, with_it) == [
        "+    evening:",
        '+      happy: [{play: "mpd:Jazz"}]',
        "+      default: nothing",
    ]
    assert change(with_it, {evening: REMOVED}) == SHIPPED
    assert HAPPY[-1] not in yaml.safe_load(change(SHIPPED, {HAPPY: REMOVED}))["music"]["profiles"]["everyday"]
    assert change(SHIPPED, {("music", "profiles", "morning", "sad"): REMOVED}) == SHIPPED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "mqtt:\n",
        "mqtt:   # the broker\n  # host: a\nweb: {}\n",
        "mqtt: null # none\nweb:\n  enabled: true",
        '{"mqtt": {"host": "a"}, "web": {"enabled": true}}',
        '{\n  "mqtt": {\n    "host": "a"\n  }\n}\n',
        "\ufeffmqtt:\r\n    host: a  # c\r\n\r\nweb:\r\n    enabled: true\r\n",
        "mqtt: {host: a, }  # x\n",
        "---\nmqtt:\n  host: 'a' # c\n",
        "mqtt: {\n  host: a,  # c\n  port: 1  # d\n}\n",
        "mqtt:\n  host: >-\n    a\n  # after\n  port: 1\n",
        "mqtt:\n    host:   # none\n    port:\n",
        "  mqtt:\n     host: a\n  # end\n",
    ],
)
def test_unusual_files_keep_their_comments_line_ends_and_form(text: str) -> None:
    after = change(text, {("mqtt", "host"): "b", ("mqtt", "port"): 99, ("music", "profile"): "off"})
    config = yaml.safe_load(after.lstrip("\ufeff"))
    assert (config["mqtt"]["host"], config["mqtt"]["port"], config["music"]["profile"]) == ("b", 99, "off")
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    assert after.count("\r\n") == (after.count("\n") if "\r\n" in text else 0)
    for line in text.splitlines():
        assert "#" not in line or line.partition("#")[2] in after
    if text.startswith('{"'):
        assert after.startswith("{") and after.count("\n") == 0


NIGHTS = """\
music:
    quiet_hours:          # when
        # the night
        - begins: "22:00" # late
          ends: "7:00"    # early
        - {begins: "1:00", ends: "2:00"}   # nap
    # after
    profile: everyday
"""


@pytest.mark.parametrize("hours", [[], [{"begins": "1:00", "ends": "2:00"}], [{"begins": "1:00", "ends": "2:00"}] * 5])
def test_comments_within_a_replaced_list_stay(hours: list[dict[str, str]]) -> None:
    after = change(NIGHTS, {("music", "quiet_hours"): hours})
    assert yaml.safe_load(after) == {"music": {"quiet_hours": hours, "profile": "everyday"}}
    for comment in ("# when", "# the night", "# late", "# early", "# nap", "    # after\n    profile: everyday\n"):
        assert comment in after


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("? mqtt\n: {host: a}\n", "music.profile can't be changed without disturbing other lines"),
        ("music: loud\n", "music.profile can't be changed"),
        ("- a\n", "must be sections"),
        ("music: {profile: a\n", "isn't valid YAML"),
        ("music: &m {profile: a}\nmqtt: *m\n", "alias"),
    ],
)
def test_a_file_that_cant_be_changed_is_refused_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        change(text, {("music", "profile"): "b"})
    assert words in str(refused.value) and "\n" not in str(refused.value)


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9999, 9999) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [("mqtt", "host"), HAPPY, ("music", "quiet_hours"), ("x", "y", "z"), ("device", "name"), ("web",)]
)


@settings(max_examples=15, deadline=None, database=None)
@given(st.sampled_from([SHIPPED, SHIPPED.replace("\n", "\r\n"), NIGHTS]), KEYS, VALUES, VALUES)
def test_any_value_is_written_and_read_back_or_refused(text: str, key: Key, first: object, second: object) -> None:
    for value in (first, second):
        try:
            after = change(text, {key: value})
        except ConfigError as error:
            assert "can't be changed" in str(error)
            continue
        at = yaml.safe_load(after)
        for part in key:
            at = at[part]
        text = after


def test_a_profiles_name_may_contain_dots() -> None:
    assert key_of("music.profiles.a.b.happy") == ("music", "profiles", "a.b", "happy")
    assert key_of("music.profiles.St. Nick") == ("music", "profiles", "St. Nick")
    assert key_of("music.profiles.evening") == ("music", "profiles", "evening")
    with pytest.raises(ConfigError, match="isn't a key"):
        key_of("music..x")


@pytest.mark.parametrize(
    ("before", "key", "after"),
    [
        ("mpd:\n  port: 1 # x\n...\n", ("mqtt", "host"), "mpd:\n  port: 1 # x\nmqtt:\n  host: den\n...\n"),
        ("---\nmpd: {}\n... # a\n# b\n", ("mqtt", "host"), "---\nmpd: {}\nmqtt:\n  host: den\n... # a\n# b\n"),
        ("mpd:\r\n  port: 1\r\n...", ("mqtt", "host"), "mpd:\r\n  port: 1\r\nmqtt:\r\n  host: den\r\n..."),
        ("mpd:\n  port: 1\n\n...\n", ("mpd", "host"), "mpd:\n  port: 1\n  host: den\n\n...\n"),
        ("a: |\n  b\n  ...\n", ("mqtt", "host"), "a: |\n  b\n  ...\nmqtt:\n  host: den\n"),
    ],
)  # fmt: skip
def test_a_document_that_ends_before_the_text_does_is_changed_before_its_end(before: str, key: Key, after: str) -> None:
    assert change(before, {key: "den"}) == after
