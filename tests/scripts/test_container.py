"""The files for a container: what they name exists, and the container gets no more than it needs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.waiting import PATIENCE

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


@pytest.mark.skipif(shutil.which("buildah") is None or os.geteuid() != 0, reason="needs buildah, and root to build")
def test_an_image_built_as_the_file_says_keeps_the_health_check(tmp_path: Path) -> None:
    text = (ROOT / "Containerfile").read_text()
    told = re.search(r"^#   podman build (--format \w+) -t moodroom", text, re.MULTILINE)
    assert told is not None
    # What follows the installation, on an empty base: nothing is fetched or run.
    (tmp_path / "Containerfile").write_text("FROM scratch\n" + text[text.index("USER moodroom") :])
    store = ["--storage-driver", "vfs", "--root", tmp_path / "store", "--runroot", tmp_path / "run"]
    build = ["bud", "--isolation", "chroot", *told[1].split(), "--tag", "tried", tmp_path]
    subprocess.run(["buildah", *store, *build], check=True, capture_output=True, timeout=PATIENCE)
    inspect = ["buildah", *store, "inspect", "--type", "image", "tried"]
    done = subprocess.run(inspect, check=True, capture_output=True, text=True, timeout=PATIENCE)
    image = json.loads(json.loads(done.stdout)["Config"])["config"]
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["moodroom"]
    assert image["Healthcheck"]["Test"] == service["healthcheck"]["test"]
    assert image["User"] == "moodroom"


def test_the_build_sees_what_the_package_is_made_from_and_no_secrets() -> None:
    ignored = (ROOT / ".containerignore").read_text()
    assert ignored == (ROOT / "Containerfile.dockerignore").read_text()
    lines = ignored.splitlines()
    assert lines[0] == "*"
    for line in lines[1:]:
        assert line == "**/__pycache__" or (ROOT / line.removeprefix("!")).exists(), line
