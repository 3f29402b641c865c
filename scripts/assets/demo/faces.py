"""FER2013 training faces on which the taggers agree, aligned by the eyes and with normalised light."""

from __future__ import annotations

import zipfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]

LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
VOTE_COLUMNS = {"neutral": 0, "happy": 1, "surprise": 2, "sad": 3, "angry": 4, "disgust": 5, "fear": 6}

TILE = 192
"""Side of one face, in pixels."""
EYE_LINE, EYE_GAP = 80.0, 50.0
"""Position of the eyes in a tile: height of their line and distance between them, in pixels."""

_SOURCE, _PAD, _ENLARGE = 48, 14, 5
_TRAINING = 0
_LEAST_SHARE, _LEAST_VOTES, _CANDIDATES = 0.5, 8, 260


class DataError(Exception):
    """The data set, the detector or the sheet cannot be used; the message is one plain sentence."""


def training_faces(data: Path) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return training pictures (n, 48, 48) with certain votes, one of each group of duplicates, and votes (n, 10)."""
    try:
        with np.load(data) as arrays:
            usable = (arrays["split"] == _TRAINING) & arrays["row_index_certain"]
            group = arrays["dup_group"]
            first = np.zeros(len(group), bool)
            first[np.unique(np.where(group < 0, -1 - np.arange(len(group)), group), return_index=True)[1]] = True
            usable &= first
            return arrays["images"][usable], arrays["ferplus_votes"][usable].astype(np.float64)
    except FileNotFoundError:
        raise DataError(f"there is no data set at {data}") from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        raise DataError(f"{data} is not an npz file of FER2013 with the FER+ votes") from None


def agreed(votes: NDArray[np.float64], label: str) -> NDArray[np.intp]:
    """Return indices of the pictures that most taggers called `label`, the most unanimous first."""
    total = votes.sum(1)
    share = votes[:, VOTE_COLUMNS[label]] / np.maximum(total, 1)
    order = np.argsort(-share, kind="stable")
    chosen: NDArray[np.intp] = order[(share[order] >= _LEAST_SHARE) & (total[order] >= _LEAST_VOTES)]
    return chosen[:_CANDIDATES]


def detector(yunet: Path, size: tuple[int, int] | None = None, surety: float = 0.6) -> cv2.FaceDetectorYN:
    """Return YuNet for pictures of `size` (width, height), by default for the enlarged, padded ones."""
    if not yunet.is_file():
        raise DataError(f"there is no YuNet model at {yunet}")
    side = (_SOURCE + 2 * _PAD) * _ENLARGE
    try:
        return cv2.FaceDetectorYN.create(str(yunet), "", size or (side, side), surety)
    except cv2.error:
        raise DataError(f"OpenCV cannot read {yunet} as a YuNet model") from None


def aligned(images: NDArray[np.uint8], finder: cv2.FaceDetectorYN) -> tuple[Grey, Grey]:
    """Return frontal faces as tiles (m, TILE, TILE), and masks that are 1 inside the photograph."""
    pictures, points = [], []
    for image in images:
        picture = cv2.copyMakeBorder(image, _PAD, _PAD, _PAD, _PAD, cv2.BORDER_REPLICATE)
        picture = cv2.resize(picture, None, fx=_ENLARGE, fy=_ENLARGE, interpolation=cv2.INTER_CUBIC)
        landmarks = _landmarks(picture, finder)
        if landmarks is not None:
            pictures.append(picture)
            points.append(landmarks)
    if not points:
        return np.empty((0, TILE, TILE), np.float32), np.empty((0, TILE, TILE), np.float32)
    eyes = np.array([[TILE / 2 - EYE_GAP / 2, EYE_LINE], [TILE / 2 + EYE_GAP / 2, EYE_LINE]])
    by_eyes = [_moved(landmarks, _similarity(landmarks[:2], eyes)) for landmarks in points]
    shape = _symmetric(np.median(by_eyes, axis=0))
    border = _PAD * _ENLARGE
    photograph = np.zeros(pictures[0].shape, np.float32)
    photograph[border:-border, border:-border] = 1
    faces, inside = [], []
    for picture, landmarks in zip(pictures, points, strict=True):
        matrix = _similarity(landmarks, shape)
        tile = cv2.warpAffine(
            picture.astype(np.float32), matrix, (TILE, TILE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
        )
        mask = cv2.warpAffine(photograph, matrix, (TILE, TILE))
        tile = _evenly_lit(tile.astype(np.float32))
        faces += [tile, tile[:, ::-1]]
        inside += [mask, mask[:, ::-1]]
    return np.stack(faces), np.stack(inside)


def _landmarks(picture: NDArray[np.uint8], finder: cv2.FaceDetectorYN) -> NDArray[np.float64] | None:
    """Return five points (5, 2) of the most certain frontal face: the eyes, the nose and the corners of the mouth, left
    to right.
    """
    _, found = finder.detect(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
    if found is None:
        return None
    # YuNet sometimes returns boxes that are not finite.
    found = found[np.isfinite(found).all(1)]
    if not len(found):
        return None
    points = found[found[:, 14].argmax(), 4:14].reshape(5, 2).astype(np.float64)
    eyes, gap = points[:2].mean(0), np.linalg.norm(points[1] - points[0])
    across = (points[1] - points[0]) / max(gap, 1e-6)
    turned = abs((points[2] - eyes) @ across) / max(gap, 1e-6)
    tilt = abs(np.degrees(np.arctan2(across[1], across[0])))
    return points if turned < 0.14 and tilt < 20 and gap > 14 * _ENLARGE else None


def _symmetric(shape: NDArray[np.float64]) -> NDArray[np.float64]:
    mirrored = shape[[1, 0, 2, 4, 3]] * (-1, 1) + (TILE, 0)
    return (shape + mirrored) / 2


def _similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the 2x3 matrix of the least-squares rotation, scale and shift from `source` to `target`, both (n, 2)."""
    rows, values = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, -y, 1, 0], [y, x, 0, 1]]
        values += [u, v]
    a, b, c, d = np.linalg.lstsq(np.array(rows), np.array(values), rcond=None)[0]
    return np.array([[a, -b, c], [b, a, d]])


def _moved(points: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return points @ matrix[:, :2].T + matrix[:, 2]


def oval(across: float, down: float, softness: float) -> Grey:
    """Return a soft-edged oval around the centre of the face, 1 inside; half axes and edge in pixels."""
    y, x = np.mgrid[:TILE, :TILE].astype(np.float32)
    distance = np.hypot((x - TILE / 2) / across, (y - EYE_LINE - 0.45 * EYE_GAP) / down)
    mask: Grey = np.clip((1 - distance) * min(across, down) / softness + 0.5, 0, 1).astype(np.float32)
    return mask


def _evenly_lit(tile: Grey) -> Grey:
    """Normalise to mean 0 and deviation 1 inside the face, and remove the light's gradient across it."""
    weight = oval(56, 76, 6)
    y, x = np.mgrid[-1 : 1 : TILE * 1j, -1 : 1 : TILE * 1j]
    plane = np.stack([np.ones_like(x), x, y], -1).reshape(-1, 3)
    root = np.sqrt(weight).reshape(-1, 1)
    slope = np.linalg.lstsq(plane * root, tile.reshape(-1, 1) * root, rcond=None)[0]
    flat = tile - (plane @ slope).reshape(tile.shape)
    deviation = np.sqrt((weight * flat**2).sum() / weight.sum())
    return np.asarray(flat / max(deviation, 1e-3), np.float32)
