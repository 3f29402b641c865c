"""Reading a labelled set: which archives are refused, and how."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.analysis.dataset import read
from edge.errors import DataError
from tests.analysis.faces import archive


@pytest.mark.parametrize(
    ("changes", "split", "words"),
    [
        ({"images": None}, "all", "has no array images"),
        ({"labels": None}, "all", "has no array labels"),
        ({"images": np.zeros((6, 64, 64), np.uint8)}, "all", "images must be"),
        ({"images": np.zeros((6, 48, 48), np.float32)}, "all", "images must be"),
        ({"labels": np.zeros(5, np.uint8)}, "all", "labels must be"),
        ({"labels": np.zeros(6)}, "all", "labels must be"),
        ({"labels": np.full(6, 7)}, "all", "labels must lie in 0..6"),
        ({"labels": np.full(6, -1)}, "all", "labels must lie in 0..6"),
        ({"labels": np.array(["happy"] * 6)}, "all", "labels must be"),
        ({"labels": np.array([None] * 6)}, "all", "isn't a NumPy archive"),
        ({"ferplus_votes": np.zeros((6, 8), np.uint8)}, "all", "ferplus_votes must be"),
        ({"ferplus_votes": np.full((6, 10), 200, np.uint8)}, "all", "ferplus_votes must lie in 0..10"),
        ({"row_index_certain": np.zeros(3, bool)}, "all", "row_index_certain must be"),
        ({"split": None}, "public", "has no array split"),
        ({"split": np.zeros(6, np.uint8)}, "public", "contains no faces of the split public"),
        ({}, "secret", "the splits are"),
    ],
)
def test_an_invalid_archive_is_one_sentence(tmp_path: Path, changes: dict[str, Any], split: str, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read(archive(tmp_path, **changes), split)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_archive_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "faces.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match="isn't a NumPy archive"):
        read(path)


def damaged(path: Path, kind: str) -> Path:
    """An archive that raises an error in the standard library."""
    good = archive(path.parent)
    with zipfile.ZipFile(good) as source:
        member = source.read("images.npy")
    members = {
        "header": member[:128].replace(b"}", b" ") + member[128:],
        "no array": b"plain text",
        "enormous": member.replace(b"(6, 48, 48)", b"(6" + b"0" * 12 + b", 48, 48)"),
    }
    compression = {"lzma": zipfile.ZIP_LZMA, "zlib": zipfile.ZIP_DEFLATED}.get(kind, zipfile.ZIP_STORED)
    with zipfile.ZipFile(path, "w", compression) as out:
        out.writestr("images" if kind == "no array" else "images.npy", members.get(kind, member))
        out.writestr("labels.npy", member)
    content = bytearray(path.read_bytes())
    first, entry = 30 + len("images.npy"), content.index(b"PK\x01\x02")
    if kind in ("lzma", "zlib"):
        # Nine bytes into the compressed data, after LZMA's properties.
        content[first + 9 : first + 40] = b"\xff" * 31
    if kind == "encrypted":
        content[6] |= 1
        content[entry + 8] |= 1
    if kind == "unknown compression":
        content[8] = content[entry + 10] = 77
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("lzma", "damaged"),
        ("zlib", "damaged"),
        ("header", "damaged"),
        ("encrypted", "damaged"),
        ("unknown compression", "damaged"),
        ("enormous", "memory"),
        ("no array", "images isn't a NumPy array"),
    ],
)
def test_a_damaged_archive_is_one_sentence(tmp_path: Path, kind: str, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read(damaged(tmp_path / "bad.npz", kind))
    assert str(caught.value).startswith(f"{tmp_path}/bad.npz: ") and "\n" not in str(caught.value)


def test_an_array_a_folder_and_a_missing_file_are_errors(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.zeros((6, 48, 48), np.uint8))
    with pytest.raises(DataError, match="isn't a NumPy archive"):
        read(tmp_path / "one.npy")
    with pytest.raises(DataError, match="isn't a NumPy archive"):
        read(tmp_path)
    with pytest.raises(DataError, match="there is no such file"):
        read(tmp_path / "none.npz")


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_an_archive_that_would_fill_the_memory_is_refused(tmp_path: Path, compression: int) -> None:
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(archive(tmp_path)) as good, zipfile.ZipFile(path, "w", compression) as bomb:
        bomb.writestr("labels.npy", good.read("labels.npy"))
        with bomb.open("images.npy", "w") as member:
            for _ in range(300):
                member.write(bytes(2**20))
    assert path.stat().st_size < 2**20
    words = "takes 300 MiB unpacked, more than 256" if compression == zipfile.ZIP_DEFLATED else "isn't packed as NumPy"
    with pytest.raises(DataError, match=words):
        read(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "faces.npz")
    with pytest.raises(DataError, match="isn't a NumPy archive"):
        read(tmp_path / "faces.npz")
