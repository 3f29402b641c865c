"""Which board this is: from the device tree, or a PC's DMI."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.health.board import MAX_CHARS, board


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"Raspberry Pi 5 Model B Rev 1.0\x00", "Raspberry Pi 5 Model B Rev 1.0"),
        (b"NVIDIA Jetson Orin Nano Developer Kit\x00", "NVIDIA Jetson Orin Nano Developer Kit"),
        (b"Board\x1b[31m\nX\x00rest", "Board\ufffd[31m X"),
        (b"\xff\xfe board", "\ufffd\ufffd board"),
        (b"\x00", None),
        (b"", None),
    ],
)
def test_the_device_tree_names_the_board(tmp_path: Path, raw: bytes, name: str | None) -> None:
    file = tmp_path / "model"
    file.write_bytes(raw)
    assert board(file, tmp_path / "no") == name


def test_a_huge_name_is_cut(tmp_path: Path) -> None:
    file = tmp_path / "model"
    file.write_bytes(b"x" * 1_000_000)
    assert len(board(file, tmp_path) or "") == MAX_CHARS


@pytest.mark.parametrize(
    ("maker", "product", "name"),
    [
        ("LENOVO\n", "20XW\n", "LENOVO 20XW"),
        ("HP", "HP EliteDesk 800", "HP EliteDesk 800"),
        ("To Be Filled By O.E.M.", "N100DC", "N100DC"),
        ("QEMU", "System Product Name", None),
        ("Default string", "Default string", None),
        (None, None, None),
    ],
)
def test_a_pc_is_named_by_its_maker(tmp_path: Path, maker: str | None, product: str | None, name: str | None) -> None:
    for file, text in (("sys_vendor", maker), ("product_name", product)):
        if text is not None:
            (tmp_path / file).write_text(text)
    assert board(tmp_path / "no", tmp_path) == name
