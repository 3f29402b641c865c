"""What the device played when it stopped, so that after a restart its own music isn't taken for somebody's."""

from __future__ import annotations

import json
from pathlib import Path

from edge.music.director import Director
from edge.system import state
from edge.values import Basis, Music

NAME = "playing"


def keep(director: Director, offset: float, folder: Path | None = None) -> None:
    """Write down what plays, at a stop. offset: wall clock minus the director's. folder: None, the state directory."""
    found = director.leaving()
    told = None
    if found is not None:
        music, basis = found
        ends = None if basis.ends is None else basis.ends + offset
        told = {"uri": music.uri, "name": music.name, "context": basis.context, "song": basis.song, "ends": ends}
    if told is not None or state.read(NAME, folder) not in (None, "null"):
        state.write(NAME, json.dumps(told, ensure_ascii=False), folder)


def recall(director: Director, offset: float, folder: Path | None = None) -> None:
    """Tell the director at the start; a file that makes no sense counts for nothing."""
    try:
        told = json.loads(state.read(NAME, folder) or "null")
        ends = None if told["ends"] is None else float(told["ends"]) - offset
        director.before = Music(str(told["uri"]), str(told["name"])), Basis(True, told["context"], told["song"], ends)
    except (ValueError, TypeError, KeyError):
        director.before = None
