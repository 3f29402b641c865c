"""Seven composite faces: each the mean of many FER2013 training faces of one expression.

The aligned faces that show the expression most clearly are averaged together with their mirror images, warped towards
that average by dense optical flow, and averaged again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from demo import faces as source
from demo.faces import EYE_GAP, EYE_LINE, LABELS, TILE, DataError, Grey, oval

BACKGROUND = 96
"""Grey level around the faces of the sheet."""

_KEPT, _FEWEST = 40, 30


@dataclass(frozen=True)
class Look:
    """How the faces of one expression are chosen and their average is finished."""

    exaggeration: float
    """Multiplier of the difference from the average of all seven; 1 keeps the average."""
    calm_jaw: float = 2.0
    """Weight of the similarity to a neutral face's jaw: excludes hands in front of the mouth."""
    distinct: float = 3.0
    """Weight of being more similar to this expression than to any other."""


LOOKS = {
    "angry": Look(1.35, calm_jaw=1.5),
    "disgust": Look(1.3),
    "fear": Look(1.7, calm_jaw=4.0, distinct=5.0),
    "happy": Look(1.1),
    "sad": Look(1.3, calm_jaw=4.0, distinct=1.0),
    "surprise": Look(1.1),
    "neutral": Look(1.0),
}


@dataclass(frozen=True)
class Sheet:
    """The finished faces and the number of people in each."""

    faces: dict[str, NDArray[np.uint8]]
    people: dict[str, int]


def build(data: Path, yunet: Path) -> Sheet:
    """The seven composites, each (TILE, TILE) grey levels, from the data set at `data`."""
    images, votes = source.training_faces(data)
    finder = source.detector(yunet)
    aligned = {label: source.aligned(images[source.agreed(votes, label)], finder) for label in LABELS}
    for label, (faces, _) in aligned.items():
        if len(faces) < 2 * _FEWEST:
            raise DataError(f"too few usable faces for '{label}': {len(faces) // 2}, {_FEWEST} are needed")
    averages = {label: _average(*aligned[label]) for label in LABELS}
    means, people = {}, {}
    for label in LABELS:
        means[label], people[label] = _congealed(*_typical(*aligned[label], label, averages))
    common = np.mean(list(means.values()), axis=0)
    return Sheet(
        {label: _finish(common + LOOKS[label].exaggeration * (means[label] - common)) for label in LABELS}, people
    )


def join(faces: dict[str, NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """The tiles side by side in the order of `LABELS`: (TILE, 7 * TILE)."""
    return np.hstack([faces[label] for label in LABELS])


def split(sheet: NDArray[np.uint8]) -> dict[str, NDArray[np.uint8]]:
    """Split a sheet made by `join`."""
    if sheet.shape != (TILE, TILE * len(LABELS)):
        raise DataError(f"the sheet of faces has to be {TILE * len(LABELS)} x {TILE} pixels, not {sheet.shape[::-1]}")
    return dict(zip(LABELS, np.hsplit(sheet, len(LABELS)), strict=True))


def _typical(faces: Grey, inside: Grey, label: str, averages: dict[str, Grey]) -> tuple[Grey, Grey]:
    """Return the faces that show `label` most clearly and similarly.

    Each face is scored by its similarity to the average of its expression, to all faces, to a neutral face's jaw, and
    by how much more it differs from all faces in the direction of its own expression than of any other. The list is
    thinned in steps, each measured against the remaining faces, so that these agree on one kind of mouth.
    """
    look = LOOKS[label]
    whole, inner = oval(56, 76, 6), oval(34, 60, 6)
    jaw = whole * np.clip((np.arange(TILE, dtype=np.float32)[:, None] - EYE_LINE - 0.5 * EYE_GAP) / 10, 0, 1)
    anybody = np.mean(list(averages.values()), axis=0).astype(np.float32)
    ways = {name: average - anybody for name, average in averages.items()}

    def score(face: Grey) -> float:
        own = {name: _correlation(face - anybody, way, inner) for name, way in ways.items()}
        distinct = own[label] - max(value for name, value in own.items() if name != label)
        calm = _correlation(face, averages["neutral"], jaw)
        return _correlation(face, anybody, whole) + look.calm_jaw * calm + look.distinct * distinct

    scores = np.array([score(face) for face in faces])
    kept = max(_FEWEST, min(_KEPT, int(0.6 * len(faces) / 2)))
    for people in np.geomspace(len(faces) / 2, kept, 6)[1:].round().astype(int):
        mean = _average(faces, inside)
        likeness = np.array([_correlation(face, mean, whole) for face in faces]) + scores
        # A face and its mirror image are neighbours in the list and are kept or dropped together.
        pairs = np.argsort(-likeness.reshape(-1, 2).sum(1), kind="stable")[:people]
        keep = (pairs[:, None] * 2 + [0, 1]).ravel()
        faces, inside, scores = faces[keep], inside[keep], scores[keep]
    return faces, inside


def _congealed(faces: Grey, inside: Grey) -> tuple[Grey, int]:
    """Return the average after warping each face towards it, and the number of people in it."""
    mean = _average(faces, inside)
    for smoothness in (9.0, 6.0, 4.0):
        warped = [_warped(face, mask, mean, smoothness) for face, mask in zip(faces, inside, strict=True)]
        mean = _average(np.stack([w[0] for w in warped]), np.stack([w[1] for w in warped]))
    return mean, len(faces) // 2


def _average(faces: Grey, inside: Grey) -> Grey:
    """Return the mean over the pixels inside the photographs; elsewhere the nearest known levels."""
    weight = inside.mean(0)
    total = (faces * inside).mean(0)
    known = np.where(weight > 0.15, 1.0, 0.0).astype(np.float32)
    mean = np.where(known > 0, total / np.maximum(weight, 1e-3), 0).astype(np.float32)
    spread = cv2.GaussianBlur(mean * known, (0, 0), 12) / np.maximum(cv2.GaussianBlur(known, (0, 0), 12), 1e-4)
    mean = np.where(known > 0, mean, spread)
    return ((mean + mean[:, ::-1]) / 2).astype(np.float32)


def _correlation(face: Grey, mean: Grey, weight: Grey) -> float:
    a = face - (face * weight).sum() / weight.sum()
    b = mean - (mean * weight).sum() / weight.sum()
    return float((weight * a * b).sum() / np.sqrt((weight * a * a).sum() * (weight * b * b).sum() + 1e-9))


def _warped(face: Grey, mask: Grey, mean: Grey, smoothness: float) -> tuple[Grey, Grey]:
    """Return `face` and `mask` warped so that eyes, brows and mouth lie where the average has them."""
    # OpenCV's stubs do not know that `flow` may be None.
    optical_flow: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow = optical_flow.calc(_levels(mean), _levels(face), None)
    flow = cv2.GaussianBlur(np.clip(flow, -12, 12), (0, 0), smoothness)
    y, x = np.mgrid[:TILE, :TILE].astype(np.float32)
    at_x, at_y = x + flow[..., 0], y + flow[..., 1]
    bent = cv2.remap(face, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return bent.astype(np.float32), cv2.remap(mask, at_x, at_y, cv2.INTER_LINEAR).astype(np.float32)


def _levels(face: Grey) -> NDArray[np.uint8]:
    return np.clip(128 + 45 * face, 0, 255).astype(np.uint8)


def _finish(face: Grey) -> NDArray[np.uint8]:
    """Return the face sharpened and with its contrast restored after averaging: grey levels."""
    fine, coarse = (face - cv2.GaussianBlur(face, (0, 0), blur) for blur in (2.0, 8.0))
    sharp = face + 0.9 * fine + 0.35 * coarse
    weight = oval(56, 76, 6)
    mean = (sharp * weight).sum() / weight.sum()
    deviation = np.sqrt((weight * (sharp - mean) ** 2).sum() / weight.sum())
    levels = np.clip(146 + 40 * (sharp - mean) / deviation, 8, 247)
    edge = oval(72, 92, 18)
    return np.asarray(edge * levels + (1 - edge) * BACKGROUND, np.uint8)
