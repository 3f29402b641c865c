"""Tests of the installed ffmpeg's options, with programs that know as few as other versions do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from edge.camera.films.ffmpeg import every_picture, program


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, *known: str) -> None:
    """An ffmpeg that knows these options only."""
    path = folder / "ffmpeg"
    cases = "|".join((*known, "-v", "-version"))
    path.write_text(f"#!/bin/sh\nfor one; do case $one in {cases}) ;; -*) exit 8 ;; esac; done\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


@pytest.mark.parametrize(("known", "option"), [(("-vsync",), "-vsync"), (("-fps_mode",), "-fps_mode")])
def test_old_and_new_versions_keep_every_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: tuple[str, ...], option: str
) -> None:
    install(tmp_path, monkeypatch, *known)
    assert every_picture() == (option, "passthrough")


def test_the_installed_one_takes_the_option() -> None:
    ffmpeg = program()
    assert ffmpeg is not None
    source = ("-f", "lavfi", "-i", "testsrc=duration=0.1", *every_picture(), "-f", "null", "-")
    subprocess.run([ffmpeg, "-v", "error", *source], check=True, stdin=subprocess.DEVNULL)


def test_where_there_is_none_it_is_told_as_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program() is None
    assert every_picture() == ("-fps_mode", "passthrough")
