"""The wheel that people install: built, installed into an environment of its own, and run."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from edge.vision.yunet import SHA256
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
DETECTOR = "edge/models/face_detection_yunet_2023mar.onnx"


def build(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Build the wheel into `folder` as pip does."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOODROOM_")}
    return subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--wheel-dir", folder, ROOT],
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE * 10,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, yunet_folder: Path) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = build(folder, MOODROOM_MODELS=str(yunet_folder))
    assert done.returncode == 0, done.stderr
    (file,) = folder.glob("moodroom-*.whl")
    return file


def test_each_extra_that_is_asked_for_exists_by_its_own_name() -> None:
    """Debian 12's pip knows an extra by its normalised name only, with hyphens, and goes on without another."""
    _, _, section = (ROOT / "pyproject.toml").read_text().partition("[project.optional-dependencies]\n")
    extras = set(re.findall(r"^([\w-]+) = \[", section.partition("\n[")[0], re.MULTILINE))
    assert all(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name) for name in extras)
    scripts = [path for path in (ROOT / "scripts").iterdir() if path.is_file()]
    texts = [
        *scripts,
        ROOT / "homeassistant/addon/Dockerfile",
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "edge").rglob("*.py"),
    ]
    asked = [name for text in texts for name in re.findall(r"(?:moodroom|whl\))\[([\w,-]+)", text.read_text())]
    asked += re.findall(r"^extras=(.*)$", (ROOT / "scripts/install").read_text(), re.MULTILINE)
    asked += re.findall(r"^make_environment \.venv (\S+)", (ROOT / "scripts/run").read_text(), re.MULTILINE)
    names = {name for names in asked for name in names.split(",")}
    assert {"music-assistant", "library", "audio", "web", "mpd"} <= names <= extras


def test_an_installed_device_needs_no_pip() -> None:
    """What a command or the page asks for, the system's pip refuses to install."""
    runtime = {"backup", "metrics", "mpd", "music-assistant", "web"}
    script = re.search(r"^extras=(.*)$", (ROOT / "scripts/install").read_text(), re.MULTILINE)
    package = re.search(r"whl\)\[([\w,-]+)\$\{with", (ROOT / "scripts/package").read_text())
    assert script is not None and package is not None
    assert set(script[1].split(",")) == set(package[1].split(",")) == runtime
    for name in ("numpy1", "tested"):
        versions = (ROOT / f"constraints/{name}.txt").read_text()
        # cryptography comes with cffi, and cffi with pycparser.
        assert {"cryptography", "cffi", "pycparser"} <= set(re.findall(r"^([\w-]+)==", versions, re.MULTILINE))


@pytest.mark.slow
def test_the_wheel_contains_the_detector_and_its_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert hashlib.sha256(archive.read(DETECTOR)).hexdigest() == SHA256
        assert "Copyright (c) 2020 Shiqi Yu" in archive.read("edge/models/LICENSE-yunet.txt").decode()
        assert "edge/models/tflite/fer_int8.tflite" in archive.namelist()
        languages = {path.name for path in (ROOT / "edge" / "web" / "languages").iterdir()}
        assert (
            {"de.po", "ja.po"}
            <= languages
            == {Path(name).name for name in archive.namelist() if name.startswith("edge/web/languages/")}
        )


@pytest.mark.slow
def test_an_installed_wheel_replays_the_demo_clip_with_yunet(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True, timeout=PATIENCE * 4)
    python = tmp_path / "env/bin/python"
    # The packages that moodroom needs come from the tests' own environment; moodroom itself doesn't.
    target = next((tmp_path / "env/lib").glob("python3*")) / "site-packages"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-deps", "--quiet", "--target", target, wheel],
        check=True,
        timeout=PATIENCE * 4,
    )
    libraries = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    (target / "libraries.pth").write_text(f"import sys; sys.path.append({str(libraries)!r})\n")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "STATE_DIRECTORY": str(tmp_path / "state")}
    where = "import edge.vision.detector as d; from edge.vision.pipeline import BASE; print(d.find_yunet(BASE))"
    found = subprocess.run([python, "-c", where], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert str(target) in found.stdout, found.stdout + found.stderr
    done = subprocess.run(
        [python, "-m", "edge", "run", "--once", "--fast", "--json"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE * 10,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"mood": "happy"' in done.stdout
    assert "Haar" not in done.stderr


@pytest.mark.slow
def test_a_build_without_a_detector_must_be_asked_for(tmp_path: Path) -> None:
    # Nothing listens at this proxy, so the download fails at once.
    away = dict.fromkeys(("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"), "http://127.0.0.1:9")
    code = f"""
import os, sys
os.environ.update({away!r})
os.environ.pop("MOODROOM_MODELS", None)
sys.path.insert(0, {str(ROOT / "scripts")!r})
from pathlib import Path
from wheel_hook import DetectorHook
hook = DetectorHook({str(tmp_path)!r}, {{}}, None, None, str(Path.cwd()), "wheel")
hook.initialize("standard", {{"force_include": {{}}}})
"""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/fetch_models").write_bytes((ROOT / "scripts/fetch_models").read_bytes())
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert "the face detector's file is needed in the wheel" in done.stderr and done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    damaged = tmp_path / "models/face_detection_yunet_2023mar.onnx"
    damaged.parent.mkdir()
    damaged.write_bytes(b"half of it")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert f"{damaged} isn't the right file" in done.stderr and done.stderr.count("\n") == 1
    asked = code.replace("import os, sys", "import os, sys\nos.environ['MOODROOM_WITHOUT_DETECTOR'] = '1'")
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
