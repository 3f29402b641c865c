"""The configuration's values: defaults, durations, addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.config import CameraConfig, Choice, Config, MoodConfig, Section
from edge.config import file as config_file
from edge.values import EXPRESSIONS


def keys(model: type[Section]) -> dict[str, Any]:
    return {name: field.annotation for name, field in model.model_fields.items()}


def test_the_file_that_comes_with_the_project_is_the_default_key_by_key(root: Path) -> None:
    shipped = config_file.load(root / "config.yaml").model_dump()
    for section, values in Config().model_dump().items():
        for key, value in values.items():
            assert shipped[section][key] == value, f"{section}.{key}"


@pytest.mark.parametrize("section", keys(Config))
def test_the_file_that_comes_with_the_project_shows_every_key(root: Path, section: str) -> None:
    shown = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    assert list(shown[section]) == list(keys(Config)[section].model_fields)


@pytest.mark.parametrize("section", keys(Config))
def test_every_key_says_what_it_is(section: str) -> None:
    for name, field in keys(Config)[section].model_fields.items():
        assert field.description, name


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
    assert MoodConfig(min_dwell=text).min_dwell == pytest.approx(seconds)  # type: ignore[arg-type]


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
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValidationError):
        MoodConfig(min_dwell=text)  # type: ignore[arg-type]


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
def test_addresses_and_links_become_addresses(link: str, uri: str) -> None:
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
def test_what_no_player_understands_is_refused(link: object) -> None:
    with pytest.raises(ValidationError):
        Choice(play=link)  # type: ignore[arg-type]


def test_a_camera_may_be_named_by_its_number() -> None:
    assert CameraConfig(source=0).source == "0"  # type: ignore[arg-type]


def test_values_cannot_change_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Config().camera.fps = 5  # type: ignore[misc]


def test_the_built_in_profile_has_music_for_every_expression_and_none_for_the_rest() -> None:
    profile = Config().music.profiles["everyday"]
    assert set(profile) == {*EXPRESSIONS, "default"}
    assert profile["default"].play == "nothing"
    assert len({choice.play for choice in profile.values()}) == len(profile)


# --- the schema -------------------------------------------------------------------------------------------------------

SCHEMA: dict[str, Any] = json.loads(json.dumps(config_file.schema()))
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
    """JSON Schema, as much of it as this schema uses; a keyword that isn't known here is an error."""
    for word, told in schema.items():
        if word in NOTES:
            continue
        if word == "$ref":
            good = fits(value, SCHEMA["$defs"][told.removeprefix("#/$defs/")])
        elif word == "type":
            good = isinstance(value, TYPES[told]) and not (isinstance(value, bool) and told != "boolean")
        elif word == "anyOf":
            good = any(fits(value, one) for one in told)
        elif word == "enum":
            good = value in told
        elif word == "const":
            good = value == told
        elif word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            least = {
                "minimum": "__ge__",
                "maximum": "__le__",
                "exclusiveMinimum": "__gt__",
                "exclusiveMaximum": "__lt__",
            }
            good = not isinstance(value, (int, float)) or getattr(float(value), least[word])(float(told))
        elif word == "items":
            good = not isinstance(value, list) or all(fits(one, told) for one in value)
        elif word in ("minItems", "maxItems"):
            good = not isinstance(value, list) or (len(value) >= told if word == "minItems" else len(value) <= told)
        elif word in ("minLength", "minProperties"):
            good = not isinstance(value, str if word == "minLength" else dict) or len(value) >= told
        elif word == "maxLength":
            good = not isinstance(value, str) or len(value) <= told
        elif word == "pattern":
            good = not isinstance(value, str) or re.search(told, value) is not None
        elif word == "required":
            good = not isinstance(value, dict) or set(told) <= set(value)
        elif word == "properties":
            good = not isinstance(value, dict) or all(fits(value[k], told[k]) for k in told if k in value)
        elif word == "propertyNames":
            good = not isinstance(value, dict) or all(fits(key, told) for key in value)
        elif word == "additionalProperties":
            more = set(value) - set(schema.get("properties", {})) if isinstance(value, dict) else set()
            good = not more if told is False else told is True or all(fits(value[key], told) for key in more)
        else:
            raise AssertionError(f"the schema uses {word}, which this test doesn't know")
        if not good:
            return False
    return True


def test_the_schema_accepts_the_file_that_comes_with_the_project(root: Path) -> None:
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
        assert MoodConfig(min_dwell=f"{number:.3f}{unit}").min_dwell == pytest.approx(seconds)  # type: ignore[arg-type]
