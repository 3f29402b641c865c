"""The simulated daemon's contract beside the specification itself, where that is at hand.

The specification isn't part of this repository. MOODROOM_GO_LIBRESPOT_SPEC names its file, api-spec.yml.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.librespot_server.contract import NULL, OPTIONAL, REQUESTS, STATUS, STATUSES, TRACK

SPEC = os.environ.get("MOODROOM_GO_LIBRESPOT_SPEC")
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list}
by_the_specification = pytest.mark.skipif(SPEC is None, reason="set MOODROOM_GO_LIBRESPOT_SPEC to api-spec.yml")


@pytest.fixture
def spec() -> Any:
    return yaml.safe_load(Path(SPEC or "").read_text())


def fields(spec: Any, name: str) -> dict[str, tuple[type, ...]]:
    schema = spec["components"]["schemas"][name]
    assert set(schema["required"]) == set(schema["properties"])
    found: dict[str, tuple[type, ...]] = {}
    for key, one in schema["properties"].items():
        kind = dict if "allOf" in one else TYPES[one["type"]]
        found[key] = (kind, NULL) if one.get("nullable") else (kind,)
    return found


@by_the_specification
def test_the_status_and_its_track(spec: Any) -> None:
    assert fields(spec, "status") == STATUS
    assert fields(spec, "track") == TRACK
    assert spec["components"]["schemas"]["status"]["properties"]["play_origin"]["description"].count('"go-librespot"')


@by_the_specification
@pytest.mark.parametrize(("method", "path"), [one for one in REQUESTS if not one[1].startswith("/web-api/")])
def test_each_request(spec: Any, method: str, path: str) -> None:
    operation = spec["paths"][path][method.lower()]
    assert set(operation["responses"]) <= STATUSES
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body is None:
        assert REQUESTS[method, path] == {}
        return
    schema = spec["components"]["schemas"][body["$ref"].rsplit("/", 1)[1]]
    required = schema.get("required", [])
    assert REQUESTS[method, path] == {
        key: (TYPES[one["type"]], "" if key in required else OPTIONAL) for key, one in schema["properties"].items()
    }


@by_the_specification
def test_other_paths_of_spotify_are_passed_on(spec: Any) -> None:
    assert "get" in spec["paths"]["/web-api/{path}"] and "get" in spec["paths"]["/events"]
