"""Reads and checks a labelled set of faces in a NumPy archive."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.errors import DataError
from edge.system.reading import require_regular
from edge.values import EXPRESSIONS, Grey

FACE_SIZE_PX = 48
SPLITS = {"training": 0, "public": 1, "private": 2}
ALL = "all"
# The columns of `ferplus_votes` that are EXPRESSIONS, in their order; contempt, unknown and not-a-face are left out.
VOTE_COLUMNS = (4, 5, 6, 1, 3, 2, 0)
VOTES_PER_FACE = 10
# Three times FER2013 with its votes. A few kilobytes can be packed so that they fill all memory.
UNPACKED_MAX_BYTES = 256 * 2**20
# Those that NumPy writes; the others unpack without a limit.
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, eq=False)
class LabelledFaces:
    """Faces with their labels.

    images: (n, 48, 48) uint8 grey levels. labels: (n,) 0..6 in the order of EXPRESSIONS.
    top: (n,) the label with most of the ten taggers' votes, -1 if it isn't one of the seven or is uncertain.
    agreed: (n,) True if more than half of the taggers voted for it. Both are None without votes.
    """

    images: Grey
    labels: NDArray[np.int64]
    top: NDArray[np.int64] | None = None
    agreed: NDArray[np.bool_] | None = None

    def targets(self, against: str) -> NDArray[np.int64]:
        """(n,) what a head is compared with, -1 for faces that are left out. against: labels, majority or agreed."""
        if against == "labels":
            return self.labels
        if against not in ("majority", "agreed"):
            raise DataError(f"{against}: faces can be compared against labels, majority or agreed")
        if self.top is None or self.agreed is None:
            raise DataError(f"the set has no array ferplus_votes, so nothing can be compared against {against}")
        return self.top if against == "majority" else np.where(self.agreed, self.top, -1)


def read(data: Path, split: str = ALL) -> LabelledFaces:
    """Read and check the archive; raises DataError that names the file and the array."""
    arrays = _arrays(data)
    images = _array(data, arrays, "images")
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (FACE_SIZE_PX, FACE_SIZE_PX):
        raise DataError(
            f"{data}: images must be (n, {FACE_SIZE_PX}, {FACE_SIZE_PX}) uint8, not {images.shape} {images.dtype}"
        )
    count = len(images)
    labels = _whole_numbers(data, _array(data, arrays, "labels"), "labels", (count,), len(EXPRESSIONS) - 1)
    keep = _rows(data, arrays, split, count)
    if not keep.any():
        raise DataError(f"{data}: contains no faces of the split {split}")
    if "ferplus_votes" not in arrays:
        return LabelledFaces(images[keep], labels[keep])
    votes = _whole_numbers(data, arrays["ferplus_votes"], "ferplus_votes", (count, VOTES_PER_FACE), VOTES_PER_FACE)
    certain = np.ones(count, np.bool_)
    if "row_index_certain" in arrays:
        known = _whole_numbers(data, arrays["row_index_certain"], "row_index_certain", (count,), 1)
        certain = known.astype(np.bool_)
    top, agreed = _majority(votes, certain)
    return LabelledFaces(images[keep], labels[keep], top[keep], agreed[keep])


def _majority(votes: NDArray[np.int64], certain: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The label with most votes, and whether more than half of the votes are for it; of equals the first."""
    label_of_column = np.full(votes.shape[1], -1)
    label_of_column[list(VOTE_COLUMNS)] = np.arange(len(EXPRESSIONS))
    top = np.where(certain & (votes.max(1) > 0), label_of_column[votes.argmax(1)], -1)
    return top, (top >= 0) & (votes.max(1) > VOTES_PER_FACE / 2)


def _arrays(data: Path) -> dict[str, NDArray[Any]]:
    names = ("images", "labels", "split", "ferplus_votes", "row_index_certain")
    try:
        require_regular(data)
        # Opened here, because NumPy leaves a broken archive open.
        with data.open("rb") as file, np.load(file) as members:
            wanted = [name for name in names if name in members.files]
            _require_small(data, members.zip, wanted)
            arrays = {name: members[name] for name in wanted}
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(f"{data}: there is no such file; name the .npz archive") from None
    except PermissionError:
        raise DataError(f"{data}: can't be read; let this user read it") from None
    except MemoryError:
        raise DataError(f"{data}: doesn't fit into this machine's memory, or is damaged") from None
    except Exception:  # a damaged archive raises errors of NumPy, zipfile, zlib, lzma or tokenize
        raise DataError(f"{data}: isn't a NumPy archive (.npz) of faces, or is damaged") from None
    for name, values in arrays.items():
        # NumPy returns a member that isn't an array as bytes.
        if not isinstance(values, np.ndarray):
            raise DataError(f"{data}: {name} isn't a NumPy array (.npy)")
    return arrays


def _require_small(data: Path, archive: zipfile.ZipFile, names: Sequence[str]) -> None:
    """Raises DataError for arrays that take too much memory; zipfile unpacks no more than an entry declares."""
    entries = [entry for entry in archive.infolist() if entry.filename.removesuffix(".npy") in names]
    if any(entry.compress_type not in _COMPRESSIONS for entry in entries):
        raise DataError(f"{data}: isn't packed as NumPy does, or is damaged; write it with numpy.savez_compressed")
    if (unpacked := sum(entry.file_size for entry in entries)) > UNPACKED_MAX_BYTES:
        raise DataError(
            f"{data}: takes {unpacked / 2**20:,.0f} MiB unpacked, more than {UNPACKED_MAX_BYTES // 2**20}; "
            "name a set with fewer faces"
        )


def _array(data: Path, arrays: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
    if name not in arrays:
        raise DataError(f"{data}: has no array {name}; it needs images (n, 48, 48) and labels (n,)")
    return arrays[name]


def _whole_numbers(
    data: Path, values: NDArray[Any], name: str, shape: tuple[int, ...], maximum: int
) -> NDArray[np.int64]:
    """The array as int64; raises DataError unless it has this shape and lies in 0..maximum."""
    if values.shape != shape or values.dtype.kind not in "iub":
        raise DataError(f"{data}: {name} must be {shape} whole numbers, not {values.shape} {values.dtype}")
    if values.size and not (values.min() >= 0 and values.max() <= maximum):
        raise DataError(f"{data}: {name} must lie in 0..{maximum}, but go from {values.min()} to {values.max()}")
    return values.astype(np.int64)


def _rows(data: Path, arrays: Mapping[str, NDArray[Any]], split: str, count: int) -> NDArray[np.bool_]:
    if split == ALL:
        return np.ones(count, np.bool_)
    if split not in SPLITS:
        raise DataError(f"{split}: the splits are {', '.join(SPLITS)} and {ALL}")
    if "split" not in arrays:
        raise DataError(f"{data}: has no array split, so only the split {ALL} can be used")
    splits = _whole_numbers(data, arrays["split"], "split", (count,), max(SPLITS.values()))
    return np.equal(splits, SPLITS[split])
