"""Checks of the camera, the detector and the model, each used as the device would."""

from __future__ import annotations

import hashlib
import time

from edge.config import Config
from edge.errors import ConfigError
from edge.health.check.result import Passed

# Mean grey level (0..255) below which nobody can be seen in a picture.
DARK_GREY_LEVEL = 12
MODEL_RUNS = 20


def camera(config: Config) -> Passed:
    """One frame from the camera."""
    from edge.camera.opening import open_camera, resolve_source
    from edge.camera.source import AUTO, CAMERA, DEMO, source_kind

    source = resolve_source(config.camera.source)
    camera = open_camera(config.camera.model_copy(update={"source": source}), wait=time.sleep)
    try:
        frame = camera.read()
    finally:
        camera.close()
    if frame is None:
        raise ConfigError(f"camera.source: {source} delivered no frame; check the file, or set another source")
    height, width = frame.grey.shape
    kind = source_kind(source)
    is_dark = frame.grey.mean() < DARK_GREY_LEVEL
    text = f"{camera.name}, {width}x{height}"
    if config.camera.source == AUTO and kind == DEMO:
        text = "no camera was found; the service waits for one, and `moodroom run` shows the demo clip (source: demo)"
    elif kind != CAMERA:
        text = f"no camera is used: {'the demo clip' if kind == DEMO else 'a film'} is shown (source: {kind}), {text}"
    if is_dark:
        text = f"{text}; the picture is very dark, check that the lens isn't covered"
    return Passed(text, warning=bool(kind == DEMO or is_dark))


def detector(config: Config) -> Passed:
    """Which detector is used."""
    from edge.vision.detector import open_detector
    from edge.vision.pipeline import BASE
    from edge.vision.yunet import how_to_get

    detector = open_detector(config.vision, base=BASE)
    if detector.name == "haar" and config.vision.detector == "auto":
        return Passed(f"haar; {how_to_get()} to get YuNet, which is faster and more reliable", warning=True)
    return Passed(detector.name)


def model(config: Config) -> Passed:
    """Whether the model matches its sidecar and reads a face."""
    import numpy as np

    from edge.vision.classifier import Classifier
    from edge.vision.pipeline import BASE, find_model

    path = find_model(config.vision.model, BASE)
    model = Classifier(path)
    face = np.full((model.size, model.size), 128, np.uint8)
    started = time.thread_time()
    for _ in range(MODEL_RUNS):
        model.classify(face)
    ms_per_face = 1000 * (time.thread_time() - started) / MODEL_RUNS
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Passed(f"{path.name}, {ms_per_face:.2f} ms a face, SHA-256 {digest[:12]}... matches its sidecar")
