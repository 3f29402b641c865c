"""The unit file: systemd accepts it, and it fits the program and the installer."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "systemd" / "moodroom.service"
SAFE = 2.0

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze isn't here; apt install systemd"
)


def output_of(*command: str | Path) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def values(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)


@needs_systemd
def test_systemd_calls_the_unit_safe() -> None:
    output = output_of("systemd-analyze", "security", "--offline=true", "--no-pager", UNIT)
    found = re.search(r"exposure level for moodroom.service: ([\d.]+)", output)
    assert found is not None, output
    print(f"systemd-analyze security: {found[1]}")
    assert float(found[1]) <= SAFE


@needs_systemd
@pytest.mark.parametrize("extra", [None, "jetson.conf"])
def test_systemd_understands_every_line(tmp_path: Path, extra: str | None) -> None:
    # A program that exists, so that systemd reports nothing else.
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text(), flags=re.MULTILINE)
    text = text.replace("file:///opt/moodroom", "https://example.org")
    if extra is not None:
        text = text.replace("[Install]", (ROOT / "systemd" / extra).read_text() + "\n[Install]")
    unit = tmp_path / "moodroom.service"
    unit.write_text(text)
    output = output_of("systemd-analyze", "verify", unit)
    assert "moodroom.service:" not in output, output


@needs_systemd
def test_a_broken_line_would_be_found(tmp_path: Path) -> None:
    unit = tmp_path / "moodroom.service"
    unit.write_text(UNIT.read_text().replace("WatchdogSec=15s", "WatchdogSec=soon"))
    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert re.search(r"moodroom.service:\d+: .*soon", done.stderr), done.stderr


def test_the_unit_is_the_program_s() -> None:
    install = (ROOT / "scripts" / "install").read_text()
    assert values("ExecStart") == ["/opt/moodroom/current/bin/moodroom run --config /etc/moodroom/config.yaml"]
    assert values("User") == values("Group") == values("StateDirectory") == ["moodroom"]
    assert "user=moodroom" in install
    assert values("Type") == ["notify"]
    # A service does not start if a group is missing; sysusers creates them.
    made = re.findall(r"^m moodroom (\w+)$", (ROOT / "systemd" / "moodroom.sysusers.conf").read_text(), re.MULTILINE)
    assert values("SupplementaryGroups") == [" ".join(made)]


def test_the_network_is_no_condition() -> None:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(UNIT.read_text())
    assert not {"after", "wants", "requires", "bindsto", "requisite"} & set(parser["Unit"])


def test_each_secret_has_an_optional_credential() -> None:
    asked: set[str] = set()
    for path in (ROOT / "edge").rglob("*.py"):
        asked |= set(re.findall(r"\bsecret\(\s*\"(\w+)\"", path.read_text()))
    assert asked >= {"mqtt_password", "mpd_password"}
    loaded = dict(value.split(":", 1) for value in values("LoadCredential"))
    assert set(loaded) == asked
    assert all(path == f"/etc/moodroom/credentials/{name}" for name, path in loaded.items())
    # Without these, a missing file fails the start.
    assert {value.split(":")[0] for value in values("SetCredential")} == asked


def test_devices_are_kinds_or_single_paths() -> None:
    assert values("DevicePolicy") == ["closed"]
    named = [value.split()[0] for value in values("DeviceAllow")]
    assert {"char-video4linux", "char-media", "char-dma_heap"} <= set(named)
    # systemd allows wildcards in device classes only.
    assert not [name for name in named if name.startswith("/") and set("*?[") & set(name)]


def test_a_jetson_s_devices_are_open() -> None:
    """Combined like systemd does: an empty line resets those before, and `auto` with any device left is still
    closed."""
    text = UNIT.read_text() + (ROOT / "systemd" / "jetson.conf").read_text()
    allowed: list[str] = []
    for value in re.findall(r"^DeviceAllow=(.*)$", text, re.MULTILINE):
        allowed = [*allowed, value] if value else []
    assert re.findall(r"^DevicePolicy=(.*)$", text, re.MULTILINE)[-1] == "auto"
    assert allowed == []


def test_each_exception_is_explained() -> None:
    text = UNIT.read_text()
    tail = text[text.index("# Exceptions") : text.index("[Install]")]
    for key in ("DevicePolicy", "RestrictAddressFamilies", "ProcSubset"):
        before = tail[: tail.index(f"{key}=")]
        assert "# - " in before
    assert "libcamera" in tail
    assert "vcgencmd" in tail
