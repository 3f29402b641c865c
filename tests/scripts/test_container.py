"""The files for a container: what they name exists, and the container gets no more than it needs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_the_container_may_do_little() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["moodroom"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not {"privileged", "cap_add", "network_mode", "pid"} & set(service)
    assert [volume for volume in service["volumes"] if not volume.endswith(":ro")] == ["state:/var/lib/moodroom"]


def test_the_health_check_is_the_image_s() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["moodroom"]
    text = (ROOT / "Containerfile").read_text()
    found = re.search(r"HEALTHCHECK .*\n\s+CMD (\[.*\])", text)
    assert found is not None
    assert ["CMD", *json.loads(found[1])] == service["healthcheck"]["test"]
    assert re.search(r"^USER moodroom$", text, re.MULTILINE)


def test_the_build_sees_what_the_package_is_made_from_and_no_secrets() -> None:
    ignored = (ROOT / ".containerignore").read_text()
    assert ignored == (ROOT / "Containerfile.dockerignore").read_text()
    lines = ignored.splitlines()
    assert lines[0] == "*"
    for line in lines[1:]:
        assert line == "**/__pycache__" or (ROOT / line.removeprefix("!")).exists(), line
