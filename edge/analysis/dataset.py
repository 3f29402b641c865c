"""Runs a classifier over a labelled set of faces in a NumPy archive and judges it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.analysis.metrics import Evaluation, judge
from edge.errors import DataError
from edge.values import EXPRESSIONS, Grey

SIZE = 48
SPLITS = {"training": 0, "public": 1, "private": 2}
ALL = "all"
# The columns of `ferplus_votes` that are EXPRESSIONS, in their order; contempt, unknown and not-a-face are left over.
VOTE_COLUMNS = (4, 5, 6, 1, 3, 2, 0)
VOTES = 10

# One (48, 48) face -> for each head (7,) probabilities in the order of EXPRESSIONS.
Classify = Callable[[Grey], Mapping[str, NDArray[Any]]]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Faces and what they are said to show.

    images: (n, 48, 48) uint8 grey levels. labels: (n,) 0..6 in the order of EXPRESSIONS.
    top: (n,) what most of the ten taggers saw, -1 where that isn't one of the seven or isn't known; None without votes.
    agreed: (n,) True where more than half of the ten saw it; None without votes.
    """

    images: Grey
    labels: NDArray[np.int64]
    top: NDArray[np.int64] | None = None
    agreed: NDArray[np.bool_] | None = None

    def targets(self, against: str) -> NDArray[np.int64]:
        """(n,) what a head is compared with, -1 where it isn't; `against` is labels, majority or agreed."""
        if against == "labels":
            return self.labels
        if against not in ("majority", "agreed"):
            raise DataError(f"{against}: faces are judged against labels, majority or agreed")
        if self.top is None or self.agreed is None:
            raise DataError(f"the set has no array ferplus_votes, so nothing can be judged against {against}")
        return self.top if against == "majority" else np.where(self.agreed, self.top, -1)


def evaluate(
    data: Path,
    classify: Classify,
    *,
    head: str,
    split: str = ALL,
    against: str | None = None,
    step: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Judge one head on one split of the archive; raises DataError.

    split: training, public, private or all.
    against: labels, majority or agreed; where it is None, the head `expression` is judged against the taggers' majority
    if the set has votes, and everything else against the labels.
    step: told (done, total) after each face, for a progress bar.
    """
    faces = read(data, split)
    if against is None:
        against = "majority" if head == "expression" and faces.top is not None else "labels"
    targets = faces.targets(against)
    chances = predict(faces.images[targets >= 0], classify, step)
    if head not in chances:
        raise DataError(f"{head}: the model has no such head; it has {', '.join(chances)}")
    return judge(chances[head], targets[targets >= 0])


def evaluate_all(
    data: Path,
    classify: Classify,
    *,
    split: str = ALL,
    step: Callable[[int, int], None] | None = None,
) -> dict[str, Evaluation]:
    """Every figure that the set allows, in one pass over it; raises DataError.

    With votes these are fer2013 (against the labels), expression_majority and expression_agreed; without them both
    heads are judged against the labels, and are called as they are.
    """
    faces = read(data, split)
    chances = predict(faces.images, classify, step)
    if faces.top is None:
        return {head: judge(found, faces.labels) for head, found in chances.items()}
    plan = {
        "fer2013": ("fer2013", "labels"),
        "expression_majority": ("expression", "majority"),
        "expression_agreed": ("expression", "agreed"),
    }
    figures = {}
    for name, (head, against) in plan.items():
        targets = faces.targets(against)
        if head in chances and (targets >= 0).any():
            figures[name] = judge(chances[head][targets >= 0], targets[targets >= 0])
    return figures


def predict(
    images: Grey, classify: Classify, step: Callable[[int, int], None] | None = None
) -> dict[str, NDArray[np.float64]]:
    """(n, 48, 48) faces -> for each head (n, 7) probabilities; raises DataError where there are no faces."""
    if len(images) == 0:
        raise DataError("the set holds no faces that can be judged")
    rows: dict[str, list[NDArray[Any]]] = {}
    for done, face in enumerate(images, 1):
        for head, found in classify(face).items():
            rows.setdefault(head, []).append(found)
        if step is not None:
            step(done, len(images))
    return {head: np.asarray(found, np.float64) for head, found in rows.items()}


def read(data: Path, split: str = ALL) -> Labelled:
    """Read and check the archive; raises DataError in one sentence that names the file and the array."""
    arrays = _arrays(data)
    images = _array(data, arrays, "images")
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (SIZE, SIZE):
        raise DataError(f"{data}: images must be (n, {SIZE}, {SIZE}) uint8, not {images.shape} {images.dtype}")
    count = len(images)
    labels = _whole_numbers(data, _array(data, arrays, "labels"), "labels", (count,), len(EXPRESSIONS) - 1)
    keep = _rows(data, arrays, split, count)
    if not keep.any():
        raise DataError(f"{data}: holds no faces of the split {split}")
    if "ferplus_votes" not in arrays:
        return Labelled(images[keep], labels[keep])
    votes = _whole_numbers(data, arrays["ferplus_votes"], "ferplus_votes", (count, 10), VOTES)
    certain = np.ones(count, np.bool_)
    if "row_index_certain" in arrays:
        known = _whole_numbers(data, arrays["row_index_certain"], "row_index_certain", (count,), 1)
        certain = known.astype(np.bool_)
    top, agreed = _taggers(votes, certain)
    return Labelled(images[keep], labels[keep], top[keep], agreed[keep])


def _taggers(votes: NDArray[np.int64], certain: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The first choice of the taggers and whether more than half of them made it; the first of equals wins."""
    meaning = np.full(votes.shape[1], -1)
    meaning[list(VOTE_COLUMNS)] = np.arange(len(EXPRESSIONS))
    top = np.where(certain & (votes.max(1) > 0), meaning[votes.argmax(1)], -1)
    return top, (top >= 0) & (votes.max(1) > VOTES / 2)


def _arrays(data: Path) -> dict[str, NDArray[Any]]:
    wanted = ("images", "labels", "split", "ferplus_votes", "row_index_certain")
    try:
        # Opened here, since NumPy leaves a broken archive open.
        with data.open("rb") as file, np.load(file) as table:
            arrays = {name: table[name] for name in wanted if name in table.files}
    except FileNotFoundError:
        raise DataError(f"{data}: there is no such file") from None
    except PermissionError:
        raise DataError(f"{data}: can't be read; let this user read it") from None
    except MemoryError:
        raise DataError(f"{data}: doesn't fit into this machine's memory, or is damaged") from None
    except Exception:  # a damaged archive fails in NumPy, zipfile, zlib, lzma or tokenize, each in its own way
        raise DataError(f"{data}: isn't a NumPy archive (.npz) of faces, or is damaged") from None
    for name, values in arrays.items():
        # NumPy gives a member that doesn't begin as an array does as bytes.
        if not isinstance(values, np.ndarray):
            raise DataError(f"{data}: {name} isn't a NumPy array (.npy)")
    return arrays


def _array(data: Path, arrays: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
    if name not in arrays:
        raise DataError(f"{data}: has no array {name}; it needs images (n, 48, 48) and labels (n,)")
    return arrays[name]


def _whole_numbers(data: Path, values: NDArray[Any], name: str, shape: tuple[int, ...], most: int) -> NDArray[np.int64]:
    """The array as int64, checked to have this shape and to lie in 0..most."""
    if values.shape != shape or values.dtype.kind not in "iub":
        raise DataError(f"{data}: {name} must be {shape} whole numbers, not {values.shape} {values.dtype}")
    if values.size and not (values.min() >= 0 and values.max() <= most):
        raise DataError(f"{data}: {name} must lie in 0..{most}, and go from {values.min()} to {values.max()}")
    return values.astype(np.int64)


def _rows(data: Path, arrays: Mapping[str, NDArray[Any]], split: str, count: int) -> NDArray[np.bool_]:
    if split == ALL:
        return np.ones(count, np.bool_)
    if split not in SPLITS:
        raise DataError(f"{split}: the splits are {', '.join(SPLITS)} and {ALL}")
    if "split" not in arrays:
        raise DataError(f"{data}: has no array split, so only the split {ALL} can be judged")
    splits = _whole_numbers(data, arrays["split"], "split", (count,), max(SPLITS.values()))
    return np.equal(splits, SPLITS[split])
