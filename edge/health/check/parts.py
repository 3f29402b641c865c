"""Camera, detector, model and broker: each tried as the device would use it."""

from __future__ import annotations

import hashlib
import threading
import time

from edge.config import Config
from edge.errors import ConfigError
from edge.health.check.result import Said
from edge.system.secrets import secret

# Mean grey, 0..255, of a picture in which nobody can be seen.
DARK = 12


def camera(config: Config) -> Said:
    """One frame from the camera."""
    from edge.camera.opening import open_camera, settle
    from edge.camera.source import AUTO, DEMO

    source = settle(config.camera.source)
    camera = open_camera(config.camera.model_copy(update={"source": source}), wait=time.sleep)
    try:
        frame = camera.read()
    finally:
        camera.close()
    if frame is None:
        raise ConfigError(f"camera.source: {source} gave no frame")
    height, width = frame.grey.shape
    none = config.camera.source == AUTO and source == DEMO
    dark = frame.grey.mean() < DARK
    text = f"{camera.name}, {width}x{height}"
    if none:
        text = f"none was found; the service waits for one, `moodroom run` replays the demo clip ({text})"
    return Said(f"{text}; the picture is very dark: is the lens covered?" if dark else text, bool(none or dark))


def detector(config: Config) -> Said:
    """Which one there is."""
    from edge.vision.detector import open_detector
    from edge.vision.pipeline import BASE

    found = open_detector(config.vision, base=BASE)
    if found.name == "haar" and config.vision.detector == "auto":
        return Said("haar; scripts/fetch_models brings YuNet, which is quicker and surer", warning=True)
    return Said(found.name)


def model(config: Config) -> Said:
    """Its file is the one that its sidecar describes, and it reads a face."""
    import numpy as np

    from edge.vision.classifier import Classifier
    from edge.vision.pipeline import BASE, find_model

    path = find_model(config.vision.model, BASE)
    model = Classifier(path)
    face = np.full((model.size, model.size), 128, np.uint8)
    started = time.thread_time()
    for _ in range(20):
        model.classify(face)
    spent = time.thread_time() - started
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Said(f"{path.name}, {spent * 50:.2f} ms a face, SHA-256 {digest[:12]}... as its sidecar says")


def broker(config: Config) -> Said:
    """Whether it accepts us, under a name of its own so that a device that runs now isn't thrown out."""
    mqtt = config.mqtt
    if mqtt.host is None:
        return Said("none is set (mqtt.host), so nothing is published")
    from edge.mqtt.device import MqttDevice

    password = secret("mqtt_password", mqtt.password_file) if mqtt.username is not None else None
    said: list[str] = []
    heard = threading.Event()

    def problem(text: str | None) -> None:
        if text:
            said.append(text)
        heard.set()

    client = MqttDevice(
        mqtt,
        device=f"{config.device.id}-check",
        password=password,
        on_command=lambda _: None,
        on_problem=problem,
        silent=True,
    )
    try:
        client.start()
        heard.wait(8)
        if client.wait_connected(0.5 if heard.is_set() else 0.0):
            return Said(f"{mqtt.host}:{mqtt.port} accepts us")
    finally:
        client.stop()
    raise ConfigError(said[0] if said else f"mqtt.host: {mqtt.host}:{mqtt.port} doesn't answer")
