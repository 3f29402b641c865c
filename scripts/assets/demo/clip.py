"""The clip: when the person is in the room, with which expression, and the frames."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from demo import room
from demo.faces import LABELS
from demo.person import HALF_WIDTH, Bust, Pose

FPS = 10
FADE = 0.7
"""Seconds of a transition between two expressions."""
NOISE = 0.3
"""Standard deviation of the sensor noise, in grey levels; more of it doubles the file's size."""

_ENTER, _LEAVE = 1.6, 1.6
_OUTSIDE = room.WIDTH + HALF_WIDTH + 20


@dataclass(frozen=True)
class Scene:
    """Seconds from `start` to `end` with one expression, or with nobody."""

    start: float
    end: float
    expression: str | None


def _story() -> tuple[Scene, ...]:
    lengths: list[tuple[str | None, float]] = [(None, 4.0), ("neutral", 8.6), ("happy", 7.8), ("surprise", 7.8)]
    lengths += [("angry", 8.0), ("sad", 8.0), ("disgust", 8.0), ("fear", 9.8), (None, 13.0)]
    scenes, start = [], 0.0
    for expression, length in lengths:
        scenes.append(Scene(round(start, 3), round(start + length, 3), expression))
        start += length
    return tuple(scenes)


STORY = _story()
DURATION = STORY[-1].end
_CAME, _GONE = STORY[0].end, STORY[-1].start


def write(faces: dict[str, NDArray[np.uint8]], video: Path, timeline: Path, seed: int) -> None:
    """The clip and its timeline. Raises OSError where OpenCV cannot write the video."""
    codec = cv2.VideoWriter.fourcc(*"VP90")
    writer = cv2.VideoWriter(str(video), cv2.CAP_FFMPEG, codec, FPS, (room.WIDTH, room.HEIGHT))
    if not writer.isOpened():
        raise OSError(f"this OpenCV cannot write {video}")
    for frame in _frames(faces, seed):
        writer.write(frame)
    writer.release()
    timeline.write_text(json.dumps(_timeline(), indent=1) + "\n")


def pose(second: float) -> Pose | None:
    """Return the person's pose at this second; None in an empty room."""
    if not _CAME <= second < _GONE:
        return None
    sway = 9 * math.sin(0.9 * second) + 4 * math.sin(2.1 * second + 1)
    step = -64 * _eased(second, 24, 1.6) + 116 * _eased(second, 38, 1.8) - 40 * _eased(second, 52, 1.6)
    x = 318 + sway + step
    # Enters from the right and leaves to the right.
    away = (1 - _eased(second, _CAME, _ENTER)) + _eased(second, _GONE - _LEAVE, _LEAVE)
    x += away * (_OUTSIDE - x)
    y = 214 + 2.5 * math.sin(1.7 * second) + 1.5 * math.sin(3.3 * second) - 4 * away * math.sin(9 * second)
    nearer = 0.08 * _eased(second, 16, 2) - 0.14 * _eased(second, 32, 2) + 0.10 * _eased(second, 46, 2)
    tilt = 2.4 * math.sin(0.8 * second + 0.5)
    # OpenCV's encoder has no bit rate setting: whole pixels and coarse steps keep the file small.
    return Pose(round(x), round(y), round((0.98 + nearer) / 0.02) * 0.02, round(tilt / 1.2) * 1.2)


def face(second: float, faces: dict[str, NDArray[np.uint8]]) -> NDArray[np.float32]:
    """Return the tile at this second: one expression, or a blend of two during a transition."""
    occupied = [scene for scene in STORY if scene.expression]
    mixed = faces[occupied[0].expression or "neutral"].astype(np.float32)
    for scene in occupied[1:]:
        share = _eased(second, scene.start - FADE / 2, FADE)
        mixed = (1 - share) * mixed + share * faces[scene.expression or "neutral"]
    return mixed


def _frames(faces: dict[str, NDArray[np.uint8]], seed: int) -> Iterator[NDArray[np.uint8]]:
    """Yield every frame, (HEIGHT, WIDTH, 3), blue, green, red."""
    random = np.random.default_rng(seed)
    empty, bust = room.draw(), Bust()
    for index in range(round(DURATION * FPS)):
        second = index / FPS
        now = pose(second)
        frame = empty if now is None else bust.put(empty, face(second, faces), now)
        noise = random.normal(0, NOISE, frame.shape[:2])[..., None]
        yield np.clip(np.rint(frame + noise), 0, 255).astype(np.uint8)


def _timeline() -> dict[str, object]:
    scenes: list[dict[str, object]] = []
    for scene in STORY:
        entry: dict[str, object] = {"start": scene.start, "end": scene.end}
        entry |= {"people": 0 if scene.expression is None else 1, "expression": scene.expression}
        middle = pose((scene.start + scene.end) / 2)
        if middle is not None:
            entry["box"] = list(middle.box())
        scenes.append(entry)
    return {
        "fps": FPS,
        "width": room.WIDTH,
        "height": room.HEIGHT,
        "duration": DURATION,
        "labels": list(LABELS),
        "scenes": scenes,
    }


def _eased(second: float, start: float, length: float) -> float:
    """0 before `start`, 1 from `start` + `length` on, smooth between."""
    share = min(max((second - start) / length, 0.0), 1.0)
    return share * share * (3 - 2 * share)
