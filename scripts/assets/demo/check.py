"""Check that both face detectors find the clip's person, and nobody in the empty room."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from demo import clip
from demo.faces import detector

_SIZE = (320, 240)


def table(video: Path, yunet: Path) -> str:
    """Return a table of the faces found by each detector in each scene, on grey frames of 320x240."""
    finder = detector(yunet, _SIZE, 0.7)
    cascade = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"))
    counts = np.zeros((len(clip.STORY), 3), int)
    capture = cv2.VideoCapture(str(video))
    index = 0
    while True:
        more, frame = capture.read()
        if not more:
            break
        small = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), _SIZE, interpolation=cv2.INTER_AREA)
        _, faces = finder.detect(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR))
        boxes = cascade.detectMultiScale(small, 1.15, 5, minSize=(28, 28))
        place = next(i for i, scene in enumerate(clip.STORY) if index / clip.FPS < scene.end - 1e-6)
        counts[place] += (1, faces is not None and np.isfinite(faces).all(1).any(), len(boxes) > 0)
        index += 1
    capture.release()
    rows = [("scene", "frames", "YuNet", "Haar")]
    for scene, (frames, first, second) in zip(clip.STORY, counts.astype(str), strict=True):
        rows.append((scene.expression or "empty", frames, first, second))
    for name, empty in (("all occupied", False), ("all empty", True)):
        chosen = [(scene.expression is None) == empty for scene in clip.STORY]
        frames, first, second = counts[chosen].sum(0).astype(str)
        rows.append((name, frames, first, second))
    return "\n".join(f"{name:<14}{frames:>8}{first:>8}{second:>8}" for name, frames, first, second in rows)
