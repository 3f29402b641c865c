"""The layers of `edge`: values, pure modules and adapters, kept apart by what they may import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

EDGE = Path(__file__).parent.parent / "edge"
# Packages, modules, or modules within a package; a package is named as a whole.
VALUES = {"errors", "values", "events", "config", "songs", "times", "text", "sentences", "validation"}
# These modules of `config` read and write the file, so they are neither.
CONFIG_READERS = {
    "config.elsewhere",
    "config.file",
    "config.validating",
    "config.validation_errors",
    "config.writing",
    "config.yaml_lines",
}
PURE = {
    "room",
    "music",
    "messages",
    "circumplex",
    "median",
    "budget",
    "analysis.film",
    "analysis.metrics",
    "health.findings",
    "health.machine_rules",
    "health.readings",
    "health.rules",
    "health.wall_clock",
    "journal.entry",
    "library.placement",
    "mqtt.broker.limits",
    "mqtt.broker.refusals",
    "mqtt.discovery",
    "mqtt.entities",
    "mqtt.ownership",
    "mqtt.reasons",
    "mqtt.rooms.payload",
    "mqtt.topics",
    "players.errors",
    "players.fade",
    "players.go_librespot.errors",
    "players.go_librespot.messages",
    "players.go_librespot.origin",
    "players.go_librespot.playback",
    "players.mpd.own_songs",
    "players.mpd.progress",
    "players.mpd.stall_watch",
    "players.music_assistant.errors",
    "players.music_assistant.messages",
    "players.music_assistant.own_queue",
    "players.music_assistant.matching",
    "players.music_assistant.playback",
    "players.music_assistant.reporting",
    "players.music_assistant.speakers",
    "players.music_assistant.state",
    "players.kept_wish",
    "players.notices",
    "players.player_base",
    "players.settling_volume",
    "players.song_end",
    "players.spotify.catalogue.pictures",
    "players.spotify.commands",
    "players.spotify.errors",
    "players.spotify.fade",
    "players.spotify.limits.backoff",
    "players.spotify.pending",
    "players.spotify.plan",
    "players.spotify.playback",
    "players.spotify.speakers",
    "players.start_watch",
    "players.wishes",
    "vision.pace",
    "vision.faces.facing",
    "vision.faces.pose",
    "vision.scheduler",
    "vision.tracks",
}
STANDARD_AND_PURE = {
    "__future__",
    "collections",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "functools",
    "inspect",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "random",
    "re",
    "statistics",
    "typing",
    "unicodedata",
    "zoneinfo",
}
FOREIGN = {
    "ai_edge_litert",
    "cryptography",
    "cv2",
    "librosa",
    "mpd",
    "paho",
    "picamera2",
    "prometheus_client",
    "pydantic",
    "pydantic_core",
    "requests",
    "rich",
    "scipy",
    "segno",
    "sklearn",
    "spotipy",
    "starlette",
    "tenacity",
    "tflite_runtime",
    "threadpoolctl",
    "typer",
    "urllib3",
    "uvicorn",
    "websockets",
    "yaml",
}
# Where each foreign library may be imported; the others may be imported anywhere.
IMPORTED_IN = {
    "cv2": {"camera", "vision", "analysis.look_at_film", "analysis.dataset", "commands.charts"},
    "paho": {"mqtt.bounded_client", "mqtt.broker", "mqtt.callbacks", "mqtt.client", "mqtt.connection", "mqtt.delivery"},
    "picamera2": {"camera.pi", "camera.devices"},
    "spotipy": {"players.spotify.spotipy_module"},
    "mpd": {"players.mpd"},
    "websockets": {"players.websocket_link"},
    "librosa": {"library.audio"},
    "requests": {"system.requests_module"},
    "urllib3": {"system.requests_module"},
    "yaml": {"config.yaml_lines", "config.writing"},
    # The sections take its names from `basis`, so that a running device does without it.
    "pydantic": {"config.basis", "config.reference", "config.validating", "config.validation_errors"},
    "pydantic_core": {"config.validation_errors"},
    "scipy": {"library"},
    "sklearn": {"library"},
    "threadpoolctl": {"library"},
    "prometheus_client": {"web.metrics"},
    "segno": {"web.setup.notice"},
    "starlette": {"web"},
    "uvicorn": {"web.uvicorn_module"},
    "cryptography": {"backup"},
    "tenacity": {"system.threads", "library"},
    "rich": {"commands"},
    "typer": {"cli"},
}


def imports(path: Path) -> set[str]:
    """Return the dotted names of the imported modules; `from edge.system import state` imports `edge.system.state`."""
    tree = ast.parse(path.read_text())
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in NAMES else node.module)
    return found


def name_of(path: Path) -> str:
    """edge/room/mood.py -> room.mood; a package's own file is named as the package."""
    return ".".join(path.relative_to(EDGE).with_suffix("").parts).removesuffix(".__init__")


def modules() -> list[Path]:
    return sorted(path for path in EDGE.rglob("*.py"))


NAMES = {f"edge.{name_of(path)}" for path in modules()}


def within(name: str, packages: set[str]) -> bool:
    """Return whether a module is one of these packages or modules, or is within one."""
    parts = name.split(".")
    return any(".".join(parts[:n]) in packages for n in range(1, len(parts) + 1))


def modules_of(packages: set[str]) -> list[Path]:
    """Return the modules of these packages; each must have at least one."""
    found = [path for path in modules() if within(name_of(path), packages)]
    assert not [package for package in packages if not any(within(name_of(path), {package}) for path in found)]
    return found


def values() -> list[Path]:
    return [path for path in modules_of(VALUES) if not within(name_of(path), CONFIG_READERS)]


def inside(imported: str, packages: set[str]) -> bool:
    name = imported.removeprefix("edge.")
    return imported.startswith("edge.") and within(name, packages) and not within(name, CONFIG_READERS)


@pytest.mark.parametrize("path", values(), ids=lambda path: str(path.relative_to(EDGE)))
def test_values_import_nothing_but_numpy_pydantic_and_each_other(path: Path) -> None:
    for imported in imports(path):
        top = imported.split(".")[0]
        assert inside(imported, VALUES) or top in STANDARD_AND_PURE | {"numpy", "pydantic"}, (
            f"{path} imports {imported}"
        )


@pytest.mark.parametrize("path", modules_of(PURE), ids=lambda path: str(path.relative_to(EDGE)))
def test_pure_modules_import_only_pure_modules(path: Path) -> None:
    for imported in imports(path):
        top = imported.split(".")[0]
        assert inside(imported, VALUES | PURE) or top in STANDARD_AND_PURE | {"numpy"}, f"{path} imports {imported}"


@pytest.mark.parametrize("path", modules_of(PURE), ids=lambda path: str(path.relative_to(EDGE)))
def test_pure_modules_read_no_clock_and_no_file(path: Path) -> None:
    tree = ast.parse(path.read_text())
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"open", "print", "input"}
    touched = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not touched & {"now", "utcnow", "today", "monotonic", "read_text", "write_text"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(EDGE)))
def test_each_foreign_library_is_imported_only_where_it_belongs(path: Path) -> None:
    for imported in imports(path):
        top = imported.split(".")[0]
        if top in IMPORTED_IN:
            assert within(name_of(path), IMPORTED_IN[top]), f"{name_of(path)} imports {imported}"


def test_only_the_configuration_validates_values() -> None:
    """Sections of a running device aren't pydantic's, and have only what `config/plain` has."""
    for path in modules():
        if not within(name_of(path), {"config"}):
            used = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
            found = {name for name in used if name.startswith("model_") and hasattr(BaseModel, name)}
            assert found <= {"model_copy", "model_dump", "model_fields_set"}, path


def test_only_the_command_line_imports_the_composition_root() -> None:
    for path in modules():
        if any(within(imported, {"edge.daemon"}) for imported in imports(path)):
            assert within(name_of(path), {"cli", "daemon"}), path


@pytest.mark.parametrize(
    "library", ["cv2", "paho", "spotipy", "mpd", "requests", "ai_edge_litert", "starlette", "uvicorn"]
)
def test_the_command_line_imports_no_large_library_at_the_start(library: str) -> None:
    code = f"import sys, edge.cli.main, edge.config.file; raise SystemExit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_modules_stay_small() -> None:
    long = {path.name: n for path in modules() if (n := len(path.read_text().splitlines())) > 400}
    assert not long


def test_the_list_of_foreign_libraries_is_complete() -> None:
    known = FOREIGN | {"edge", "numpy"} | set(sys.stdlib_module_names)
    for path in modules():
        assert {name.split(".")[0] for name in imports(path)} <= known, path


def test_no_folder_is_crowded() -> None:
    folders: dict[Path, int] = {}
    for path in modules():
        if path.name != "__init__.py":
            folders[path.parent] = folders.get(path.parent, 0) + 1
    assert max(folders.values()) <= 20, folders
