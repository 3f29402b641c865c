"""The training split: it contains no picture of a test split, and duplicates stay together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fer.data import PUBLIC, TRAIN, DataError, load

SPLITS = [0, 0, 0, 0, 0, 0, 1, 2]
# The second equals the public test's picture, the third nearly the private one's; the last two are duplicates.
GROUPS = [-1, -1, 7, -1, 4, 4, -1, 7]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Write eight pictures, of which the fourth is blank."""
    images = np.random.default_rng(1).integers(0, 255, (8, 48, 48)).astype(np.uint8)
    images[1], images[3] = images[6], 0
    votes = np.zeros((8, 10), np.uint8)
    votes[:, 1] = 10
    path = tmp_path / "faces.npz"
    np.savez(
        path,
        images=images,
        labels=np.full(8, 3, np.uint8),
        split=np.array(SPLITS, np.uint8),
        ferplus_votes=votes,
        dup_group=np.array(GROUPS, np.int32),
        row_index_certain=np.ones(8, bool),
    )
    return path


def test_what_a_test_split_holds_is_not_learned_from(table: Path) -> None:
    held = np.load(table)["images"]
    assert (load(table, TRAIN).images == held[[0, 4, 5]]).all()
    assert (load(table, PUBLIC).images == held[[6]]).all()


def test_twins_are_in_one_part(table: Path) -> None:
    train = load(table, TRAIN)
    for count in range(2, 9):
        parts = train.folds(count)
        assert parts[1] == parts[2]
        assert set(parts) <= set(range(count))


def test_parts_are_of_one_size_and_always_the_same(table: Path) -> None:
    train = load(table, TRAIN)
    many = train.where(np.zeros(9000, int))
    many.twins[:] = np.arange(9000)
    parts = many.folds(3)
    assert np.bincount(parts).tolist() == [3000, 3000, 3000]
    assert (parts == many.folds(3)).all()


def test_some_of_them_keep_what_belongs_together(table: Path) -> None:
    train = load(table, TRAIN)
    last = train.where(np.array([False, False, True]))
    assert len(last) == 1
    assert (last.images[0] == train.images[2]).all()
    assert last.twins.tolist() == [4]


@pytest.mark.parametrize("content", [None, b"", b"not a table", b"PK\x03\x04 cut off", "votes missing"])
def test_another_file_gets_one_sentence(tmp_path: Path, content: bytes | str | None) -> None:
    path = tmp_path / "faces.npz"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        np.savez(path, images=np.zeros((1, 48, 48), np.uint8), labels=np.zeros(1), split=np.zeros(1))
    with pytest.raises(DataError, match=r"^\S+faces\.npz: (there is no such file|isn't fer2013\.npz)"):
        load(path, TRAIN)
