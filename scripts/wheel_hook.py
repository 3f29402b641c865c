"""Puts the YuNet face detector and its licence into the wheel; the repository itself doesn't contain its file.

The file comes from the folder that MOODROOM_MODELS names, from models/, or else by a download, and is verified by its
SHA-256. MOODROOM_WITHOUT_DETECTOR=1 builds a wheel without it, for whoever installs it separately.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DetectorHook(BuildHookInterface):  # type: ignore[type-arg]
    """Called by hatchling for each build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or os.environ.get("MOODROOM_WITHOUT_DETECTOR") == "1":
            return
        root = Path(self.root)
        fetch_models = _load(root / "scripts" / "fetch_models")
        file = self._file(root, fetch_models)
        target = f"edge/models/{fetch_models.NAME}"
        build_data["force_include"][str(file)] = target
        build_data["force_include"][str(root / "models" / "LICENSE-yunet.txt")] = "edge/models/LICENSE-yunet.txt"

    def _file(self, root: Path, fetch_models: ModuleType) -> Path:
        """The verified file, downloaded where no folder has it."""
        named = os.environ.get("MOODROOM_MODELS")
        wrong = ""
        for folder in [*([Path(named)] if named else []), root / "models"]:
            file = folder.resolve() / fetch_models.NAME
            if fetch_models.good(file):
                return file
            if os.path.lexists(file):
                wrong = wrong or f"{file} isn't the right file, and "
        self._folder = tempfile.TemporaryDirectory()
        try:
            fetch_models.fetch(fetch_models.URL, Path(self._folder.name))
        except fetch_models.FetchError as error:
            raise SystemExit(
                f"the face detector's file is needed in the wheel: {wrong}{error}; put {fetch_models.NAME} into the "
                "folder that MOODROOM_MODELS names, or set MOODROOM_WITHOUT_DETECTOR=1"
            ) from None
        return Path(self._folder.name) / fetch_models.NAME


def _load(file: Path) -> ModuleType:
    """The script as a module; its name has no suffix."""
    loader = SourceFileLoader("fetch_models", str(file))
    spec = importlib.util.spec_from_loader("fetch_models", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
