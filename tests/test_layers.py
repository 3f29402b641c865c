"""The rooms of the house: values, thinking, touching; the imports keep them apart."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

EDGE = Path(__file__).parent.parent / "edge"
VALUES = {"errors", "values", "config", "songs"}
THINKING = {
    "absence",
    "analysis",
    "basis",
    "choices",
    "director",
    "evaluation",
    "goals",
    "homeassistant",
    "hours",
    "learning",
    "level",
    "lift",
    "limits",
    "manners",
    "meaning",
    "messages",
    "mood",
    "ours",
    "room",
    "schedule",
    "sorting",
    "stage",
    "tracks",
    "underway",
    "verdicts",
}
# Thinking that lies within a touching package.
THINKING_WITHIN = ("health/verdicts.py", "health/wall_clock.py", "journal/budget.py", "journal/entry.py")
STANDARD_AND_PURE = {
    "__future__",
    "collections",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "itertools",
    "math",
    "random",
    "re",
    "typing",
    "unicodedata",
    "zoneinfo",
}
FOREIGN = {
    "ai_edge_litert",
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
    "sklearn",
    "spotipy",
    "starlette",
    "tenacity",
    "tflite_runtime",
    "threadpoolctl",
    "typer",
    "uvicorn",
    "yaml",
}
# Which foreign library may be imported where.
DOORS = {
    "cv2": {"camera", "vision", "confusion_png", "evaluate", "plane_png", "plot", "analyze"},
    "paho": {"mqtt_client", "mqtt_link"},
    "picamera2": {"camera"},
    "spotipy": {"players"},
    "mpd": {"players"},
    "librosa": {"library"},
    "requests": {"players", "library"},
    "yaml": {"yaml_lines"},
    "pydantic": {"config", "config_file"},
    "scipy": {"library"},
    "sklearn": {"library"},
    "threadpoolctl": {"library"},
    "prometheus_client": {"web"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "tenacity": {"worker", "library"},
    "rich": {"judge_model", "bench", "library", "history", "show_learning", "show_analysis"},
    "typer": {"cli", "library_cli", "history_cli"},
}


def imports(path: Path) -> set[str]:
    """Dotted names that a file imports."""
    tree = ast.parse(path.read_text())
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" if node.module == "edge" else node.module for alias in node.names}
    return found


def modules() -> list[Path]:
    return sorted(path for path in EDGE.rglob("*.py"))


def room_of(path: Path) -> str:
    part = path.relative_to(EDGE).parts[0]
    return part.removesuffix(".py")


def in_rooms(rooms: set[str]) -> list[Path]:
    """The modules of these rooms; each room has one at least."""
    found = [path for path in modules() if room_of(path) in rooms]
    assert {room_of(path) for path in found} == rooms
    return found


def thinking() -> list[Path]:
    return in_rooms(THINKING) + [EDGE / name for name in THINKING_WITHIN]


@pytest.mark.parametrize("path", in_rooms(VALUES), ids=lambda path: str(path.relative_to(EDGE)))
def test_values_import_nothing_but_numpy_pydantic_and_each_other(path: Path) -> None:
    for imported in imports(path):
        top = imported.split(".")[0]
        inside = top == "edge" and imported.split(".")[1] in VALUES
        assert inside or top in STANDARD_AND_PURE | {"numpy", "pydantic"}, f"{path} imports {imported}"


@pytest.mark.parametrize("path", thinking(), ids=lambda path: str(path.relative_to(EDGE)))
def test_thinking_touches_nothing(path: Path) -> None:
    for imported in imports(path):
        top = imported.split(".")[0]
        inside = top == "edge" and imported.split(".")[1] in VALUES | THINKING
        assert inside or top in STANDARD_AND_PURE | {"numpy"}, f"{path} imports {imported}"


@pytest.mark.parametrize("path", thinking(), ids=lambda path: str(path.relative_to(EDGE)))
def test_thinking_reads_no_clock_and_no_file(path: Path) -> None:
    tree = ast.parse(path.read_text())
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"open", "print", "input"}
    touched = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not touched & {"now", "utcnow", "today", "monotonic", "read_text", "write_text"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(EDGE)))
def test_each_foreign_library_has_one_door(path: Path) -> None:
    for imported in imports(path):
        top = imported.split(".")[0]
        if top in DOORS:
            assert room_of(path) in DOORS[top], f"{path.name} imports {imported}"


def test_only_the_command_line_and_check_know_the_composition_root() -> None:
    for path in modules():
        if "edge.daemon" in imports(path):
            assert path.name in {"cli.py", "daemon.py"}, path


@pytest.mark.parametrize(
    "library", ["cv2", "paho", "spotipy", "mpd", "requests", "ai_edge_litert", "starlette", "uvicorn"]
)
def test_a_pi_pays_for_no_library_before_it_is_used(library: str) -> None:
    code = f"import sys, edge.cli, edge.config_file; raise SystemExit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_modules_stay_small() -> None:
    long = {path.name: n for path in modules() if (n := len(path.read_text().splitlines())) > 400}
    assert not long


def test_the_list_of_foreign_libraries_is_whole() -> None:
    known = FOREIGN | {"edge", "numpy"} | set(sys.stdlib_module_names)
    for path in modules():
        assert {name.split(".")[0] for name in imports(path)} <= known, path
