"""Whether the clock is known to be right."""

from __future__ import annotations

import ctypes
from pathlib import Path
from types import SimpleNamespace

import pytest

from edge.system import clock


def test_the_file_of_timesyncd_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "TIMESYNCD_FILE", tmp_path / "synchronized")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    assert not clock.synchronised()
    (tmp_path / "synchronized").touch()
    assert clock.synchronised()


@pytest.mark.parametrize(
    ("state", "status", "right"), [(0, 0x2001, True), (5, 0x40, False), (0, 0x40, False), (-1, 0, False)]
)
def test_the_kernel_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: int, status: int, right: bool
) -> None:
    def adjtimex(reference: object) -> int:
        reference._obj.status = status  # type: ignore[attr-defined]
        return state

    monkeypatch.setattr(clock, "TIMESYNCD_FILE", tmp_path / "none")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(adjtimex=adjtimex))
    assert clock.synchronised() is right


def test_the_real_kernel_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "TIMESYNCD_FILE", tmp_path / "none")
    assert clock.synchronised() in (True, False)
