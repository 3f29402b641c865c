"""Who may read the journal's file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from edge.journal import tables as schema
from edge.journal.private import make_private

FILES = ["journal.db", "journal.db-shm", "journal.db-wal"]


@pytest.fixture(autouse=True)
def open_house() -> Iterator[None]:
    """New files are everybody's to read, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


def test_a_new_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    make_private(tmp_path / "journal.db")
    assert modes(tmp_path) == {"journal.db": 0o600}


def test_a_file_that_everybody_could_read_is_mended_with_its_log(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE library_songs (uri TEXT)")
        assert modes(tmp_path) == dict.fromkeys(FILES, 0o644)
        with closing(schema.open_for_writing(path)):
            assert modes(tmp_path) == dict.fromkeys(FILES, 0o600)


def test_the_owner_s_own_rights_stay(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.touch(0o444)
    make_private(path)
    assert modes(tmp_path) == {"journal.db": 0o400}
