"""Which steps of the set-up are done, and who accepted the notice about the camera; kept over restarts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.system import state
from edge.text import parse_json

FILE_NAME = "setup"
STEPS = ("privacy", "camera", "speaker", "spotify", "music", "home", "done")
OPEN, DONE, SKIPPED = "open", "done", "skipped"
NAME_MAX_CHARS = 80


@dataclass(frozen=True)
class Accepted:
    """Who accepted the notice. at: when, as UTC text. words: the sentence that is kept."""

    name: str
    at: str
    words: str


class Progress:
    """The steps' states, in a file that is replaced as a whole, so that a power cut at any moment loses one step."""

    def __init__(self, folder: Path | None = None) -> None:
        """folder: None for the state directory."""
        self._folder = folder

    def steps(self) -> list[dict[str, str]]:
        """Each step's name and state, in their order."""
        states = self._read()["steps"]
        return [{"name": name, "state": states.get(name, OPEN)} for name in STEPS]

    def state(self, name: str) -> str:
        """A step's state."""
        return str(self._read()["steps"].get(name, OPEN))

    def set(self, name: str, step_state: str) -> bool:
        """Set a step's state; returns whether that is kept over a restart."""
        saved = self._read()
        saved["steps"][name] = step_state
        return self._write(saved)

    def accepted(self) -> Accepted | None:
        """Who accepted the notice last; None for nobody."""
        found = self._read()["accepted"]
        return Accepted(**found) if found else None

    def accept(self, name: str, at: str) -> bool:
        """Keep who accepted the notice, in words; returns whether that is kept over a restart."""
        saved = self._read()
        words = (
            f"{name} accepted on {at} that a camera reads the expressions of people in this room, and tells everybody "
            "who is in it. It isn't a workplace or a school."
        )
        saved["accepted"] = {"name": name, "at": at, "words": words}
        return self._write(saved)

    def _read(self) -> dict[str, Any]:
        try:
            saved = parse_json(state.read(FILE_NAME, self._folder) or "{}")
            steps = {str(name): str(one) for name, one in dict(saved.get("steps", {})).items()}
            found = saved.get("accepted")
            accepted = {key: str(found[key]) for key in ("name", "at", "words")} if found else None
        except (ValueError, TypeError, AttributeError, KeyError):
            steps, accepted = {}, None  # a damaged file: the steps are asked again
        known = {name: one for name, one in steps.items() if name in STEPS and one in (DONE, SKIPPED)}
        return {"steps": known, "accepted": accepted}

    def _write(self, saved: dict[str, Any]) -> bool:
        return state.write(FILE_NAME, json.dumps(saved, ensure_ascii=False), self._folder)
