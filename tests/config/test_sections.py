"""The sections: defaults, durations, addresses, the JSON schema and the reference."""

from __future__ import annotations

import json
import re
import typing
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.config import CameraConfig, Choice, Config, MoodConfig, Section, reference
from edge.config import file as config_file
from edge.errors import ConfigError
from edge.values import EXPRESSIONS


def keys(model: type[Section]) -> dict[str, Any]:
    return {name: field.annotation for name, field in model.model_fields.items()}


def test_the_shipped_file_has_every_key_at_its_default(root: Path) -> None:
    assert config_file.load(root / "config.yaml") == Config()


def sections(model: type[Section]) -> list[type[Section]]:
    """A section and all sections within it."""
    inner = [section for field in model.model_fields.values() for section in inner_sections(field.annotation)]
    return list(dict.fromkeys([model, *(deeper for section in inner for deeper in sections(section))]))


def inner_sections(annotation: Any) -> list[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return [annotation]
    return [section for argument in typing.get_args(annotation) for section in inner_sections(argument)]


@pytest.mark.parametrize("section", sections(Config)[1:], ids=lambda section: section.__name__)
def test_every_section_and_key_has_a_description(section: type[Section]) -> None:
    assert section.__doc__
    for name, field in section.model_fields.items():
        assert field.description, name


# --- the reference ----------------------------------------------------------------------------------------------------


def test_the_reference_in_docs_is_the_one_that_the_command_prints(root: Path) -> None:
    text = (root / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert text == reference.markdown(), "run: moodroom schema --markdown > docs/configuration.md"


def test_the_reference_lists_every_key_of_every_section() -> None:
    tables = reference.markdown().split("| Key | Type | Default | Meaning |")[1:]
    listed = [re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) for table in tables]
    expected = [list(section.model_fields) for section in sections(Config)[1:]]
    assert sorted(listed) == sorted(expected)


@pytest.mark.parametrize(
    "row",
    [
        "| `stuck_after` | duration | `10s` |",
        "| `refresh` | duration (at least 1h) or `null` | `null` |",
        "| `rotate` | `0`, `90`, `180` or `270` | `0` |",
        "| `cpu_budget` | number, more than 0, up to 4 | `0.1` |",
        "| `clusters` | whole number (2 to 7) or `null` | `null` |",
        '| `protocol` | `"5"` or `"3.1.1"` | `"5"` |',
        "| `camera_view` | `true` or `false` | `false` |",
        "| `begins` | time of day | required |",
    ],
)
def test_the_reference_shows_type_range_and_default(row: str) -> None:
    assert row in reference.markdown()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20s", 20),
        ("5m", 300),
        ("2h", 7200),
        ("7d", 604800),
        ("300ms", 0.3),
        ("1.5h", 5400),
        (" 3 s ", 3),
        (4, 4),
        (0.5, 0.5),
        ("0s", 0),
    ],
)
def test_durations_have_units_or_are_plain_seconds(text: object, seconds: float) -> None:
    assert MoodConfig(min_dwell=text).min_dwell == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s",
        "5",
        "5 parsecs",
        "-5s",
        "1h30m",
        "1e3s",
        "1,5s",
        True,
        None,
        [5],
        -1,
        "367d",
        float("inf"),
        float("nan"),
        10**400,
    ],
)
def test_invalid_durations_are_refused(text: object) -> None:
    with pytest.raises(ValidationError):
        MoodConfig(min_dwell=text)


@pytest.mark.parametrize(
    ("link", "uri"),
    [
        ("https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M", "spotify:playlist:37i9dQZF1DXcBWIGoYBM5M"),
        ("https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy?si=0123abcd", "spotify:album:4aawyAB9vmqN3uQ7FjRGTy"),
        (
            "https://open.spotify.com/intl-de/track/4uLU6hMCjMI75M1A2tKUQC?si=x&y=z",
            "spotify:track:4uLU6hMCjMI75M1A2tKUQC",
        ),
        (" spotify:artist:4tZwfgrHOc3mvqYlEYSvVi ", "spotify:artist:4tZwfgrHOc3mvqYlEYSvVi"),
        ("mpd:Jazz/Quiet", "mpd:Jazz/Quiet"),
        ("library:happy", "library:happy"),
        ("nothing", "nothing"),
    ],
)
def test_links_become_addresses(link: str, uri: str) -> None:
    assert Choice(play=link).play == uri
    assert Choice.model_validate(link) == Choice(play=link)


@pytest.mark.parametrize(
    "link",
    [
        "", "something", "mpd", "spotify:", "spotify:playlist:", "spotify:user:abc", "spotify:track:a b",
        "https://open.spotify.com/user/somebody", "https://example.com/playlist/37i9dQZF1DXcBWIG", "Nothing", None,
        "library:", "library:hapy", "library:Happy", "library:default", "mpd:", " mpd: ",
    ],
)  # fmt: skip
def test_unknown_addresses_are_refused(link: object) -> None:
    with pytest.raises(ValidationError):
        Choice(play=link)


def test_a_camera_may_be_named_by_its_number() -> None:
    assert CameraConfig(source=0).source == "0"


def test_values_cannot_change_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Config().camera.fps = 5


def test_the_default_profile_has_music_for_every_expression_and_nothing_else() -> None:
    profile = Config().music.profiles["everyday"]
    assert set(profile) == {*EXPRESSIONS, "default"}
    assert profile["default"].play == "nothing"
    assert len({choice.play for choice in profile.values()}) == len(profile)


# --- the schema -------------------------------------------------------------------------------------------------------

SCHEMA: dict[str, Any] = json.loads(json.dumps(reference.json_schema()))
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
NOTES = {"title", "description", "default", "format", "$defs"}


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Validate against the keywords of JSON Schema that this schema uses; an unknown keyword is an error."""
    for word, operand in schema.items():
        if word in NOTES:
            continue
        if word == "$ref":
            good = fits(value, SCHEMA["$defs"][operand.removeprefix("#/$defs/")])
        elif word == "type":
            good = isinstance(value, TYPES[operand]) and not (isinstance(value, bool) and operand != "boolean")
        elif word == "anyOf":
            good = any(fits(value, member) for member in operand)
        elif word == "enum":
            good = value in operand
        elif word == "const":
            good = value == operand
        elif word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            least = {
                "minimum": "__ge__",
                "maximum": "__le__",
                "exclusiveMinimum": "__gt__",
                "exclusiveMaximum": "__lt__",
            }
            good = not isinstance(value, (int, float)) or getattr(float(value), least[word])(float(operand))
        elif word == "items":
            good = not isinstance(value, list) or all(fits(item, operand) for item in value)
        elif word in ("minItems", "maxItems"):
            good = not isinstance(value, list) or (
                len(value) >= operand if word == "minItems" else len(value) <= operand
            )
        elif word in ("minLength", "minProperties"):
            good = not isinstance(value, str if word == "minLength" else dict) or len(value) >= operand
        elif word == "maxLength":
            good = not isinstance(value, str) or len(value) <= operand
        elif word == "pattern":
            good = not isinstance(value, str) or re.search(operand, value) is not None
        elif word == "required":
            good = not isinstance(value, dict) or set(operand) <= set(value)
        elif word == "properties":
            good = not isinstance(value, dict) or all(fits(value[k], operand[k]) for k in operand if k in value)
        elif word == "propertyNames":
            good = not isinstance(value, dict) or all(fits(key, operand) for key in value)
        elif word == "additionalProperties":
            more = set(value) - set(schema.get("properties", {})) if isinstance(value, dict) else set()
            good = not more if operand is False else operand is True or all(fits(value[key], operand) for key in more)
        else:
            raise AssertionError(f"the schema uses {word}, which this test doesn't know")
        if not good:
            return False
    return True


def test_the_schema_accepts_the_shipped_file(root: Path) -> None:
    assert fits(yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8")), SCHEMA)


@pytest.mark.parametrize(
    "tree",
    [
        {"colour": {}}, {"camera": {"fsp": 3}}, {"camera": {"fps": 0}}, {"camera": {"rotate": 45}},
        {"mood": {"min_dwell": "soon"}}, {"mood": {"min_dwell": "in 20s or so"}}, {"camera": 7},
        {"mqtt": {"port": "x"}}, {"music": {"switch": "later"}},
        {"music": {"profiles": {"e": {"hapy": "nothing"}}}}, {"mqtt": {"port": True}},
    ],
)  # fmt: skip
def test_the_schema_refuses_what_the_program_refuses(tree: dict[str, Any]) -> None:
    assert not fits(tree, SCHEMA)
    with pytest.raises(ValidationError):
        Config.model_validate(tree)


@pytest.mark.parametrize(
    "tree",
    [{}, {"camera": {"source": 0}}, {"mood": {"min_dwell": "300ms"}}, {"mood": {"min_dwell": 2}},
     {"mqtt": {"host": None}},
     {"music": {"profiles": {"everyday": {"happy": "mpd:Jazz", "sad": {"play": "nothing", "name": "Silence"}}}}}],
)  # fmt: skip
def test_the_schema_accepts_what_the_program_accepts(tree: dict[str, Any]) -> None:
    assert fits(tree, SCHEMA)
    Config.model_validate(tree)


@given(st.floats(0, 1e5), st.sampled_from(["ms", "s", "m", "h", "d"]))
def test_any_duration_in_range_is_read_as_written(number: float, unit: str) -> None:
    seconds = float(f"{number:.3f}") * {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
    if seconds <= 366 * 86400:
        assert MoodConfig(min_dwell=f"{number:.3f}{unit}").min_dwell == pytest.approx(seconds)


@pytest.mark.parametrize("name", [r"a\e[31m", r"half\ud83d", r"nul\0", r"\u202eoverride"])
def test_names_that_would_drive_a_terminal_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=r"device\.name: must be (text without control characters|a valid string)"):
        config_file.parse(f'device: {{name: "{name}"}}')
    with pytest.raises(ConfigError, match="must be text without control characters"):
        config_file.parse(f'music: {{profile: "{name}", profiles: {{"{name}": {{}}}}}}')
