"""FER2013 with the FER+ votes: splits without leakage, targets for both heads."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from pickle import UnpicklingError
from zipfile import BadZipFile

import numpy as np

LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
# Columns of `ferplus_votes` in the order of LABELS; contempt, unknown and not-a-face follow them.
VOTE_COLUMNS = (4, 5, 6, 1, 3, 2, 0)
TRAIN, PUBLIC, PRIVATE = 0, 1, 2


class DataError(Exception):
    """The data set can't be read; `str(error)` is one plain sentence."""


@dataclass(frozen=True)
class Faces:
    """One split, with the targets of both heads.

    images: (n, 48, 48) uint8 grey levels.
    labels: (n,) original labels, 0..6 in the order of LABELS.
    votes: (n, 7) the taggers' distribution over LABELS; rows sum to 1, or to 0 where nobody chose one of the seven.
    weight: (n,) 0..1, the share of the ten votes that fell on the seven; 0 where the votes can't be trusted.
    top: (n,) the taggers' first choice, or -1 where it isn't one of the seven or is unknown.
    agreed: (n,) True where more than half of the ten votes are for `top`.
    twins: (n,) the same number for pictures that are (near) copies of each other.
    """

    images: np.ndarray
    labels: np.ndarray
    votes: np.ndarray
    weight: np.ndarray
    top: np.ndarray
    agreed: np.ndarray
    twins: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def where(self, wanted: np.ndarray) -> Faces:
        """Return the faces for which `wanted`, (n,) bool, is true."""
        return Faces(**{field.name: getattr(self, field.name)[wanted] for field in fields(self)})

    def folds(self, count: int) -> np.ndarray:
        """(n,) 0..count-1: reproducible parts of about equal size, with twins in the same part."""
        names, place = np.unique(self.twins, return_inverse=True)
        return (np.random.default_rng(count).permutation(len(names)) % count)[place]


def load(path: Path, split: int) -> Faces:
    """Read one split of `fer2013.npz`; the training split excludes every picture that is also in a test split.

    Raises DataError.
    """
    try:
        with path.open("rb") as file, np.load(file) as table:
            images, labels = table["images"], table["labels"].astype(np.int64)
            splits, votes = table["split"], table["ferplus_votes"].astype(np.float32)
            groups, certain = table["dup_group"], table["row_index_certain"]
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file; --data must name fer2013.npz") from None
    # A plain array instead of an archive raises TypeError, before Python 3.11 AttributeError.
    except (OSError, KeyError, ValueError, TypeError, AttributeError, BadZipFile, UnpicklingError, EOFError):
        raise DataError(f"{path}: isn't fer2013.npz with its images, labels, split and votes") from None
    keep = splits == split
    if split == TRAIN:
        keep &= ~_leaks(images, groups, splits) & (images.std(axis=(1, 2)) > 0)
    raw = votes[keep]
    seven = raw[:, VOTE_COLUMNS]
    total = np.maximum(raw.sum(1), 1)
    first = raw.argmax(1)
    of_column = {column: index for index, column in enumerate(VOTE_COLUMNS)}
    top = np.array([of_column.get(int(c), -1) for c in first])
    top[~certain[keep]] = -1
    # A single vote of ten is usually a mistake (FER+, arXiv:1608.01041, drops them as well).
    clean = np.where(seven > 1, seven, 0)
    clean = np.where(clean.sum(1, keepdims=True) > 0, clean, seven)
    shares = clean / np.maximum(clean.sum(1, keepdims=True), 1)
    weight = np.where(certain[keep], seven.sum(1) / total, 0)
    return Faces(
        images=images[keep],
        labels=labels[keep],
        votes=shares.astype(np.float32),
        weight=weight.astype(np.float32),
        top=top,
        agreed=(top >= 0) & (raw.max(1) > 0.5 * total),
        twins=np.where(groups >= 0, groups, groups.max() + 1 + np.arange(len(groups)))[keep],
    )


def _leaks(images: np.ndarray, groups: np.ndarray, splits: np.ndarray) -> np.ndarray:
    """Return True for each training picture that shares its bytes or its duplicate group with a test split."""
    tests = splits != TRAIN
    bytes_seen = {image.tobytes() for image in images[tests]}
    groups_seen = set(groups[tests & (groups >= 0)].tolist())
    same = np.array([image.tobytes() in bytes_seen for image in images])
    return (splits == TRAIN) & (same | np.isin(groups, list(groups_seen)))
