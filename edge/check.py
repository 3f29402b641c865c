"""`moodroom check`: tries each part and says what works, what doesn't and how to mend it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from edge.config import Config
from edge.errors import ConfigError, MoodroomError, PlayerError
from edge.secret import secret


@dataclass(frozen=True)
class Finding:
    """One row of the table. good: False where it has to be mended before the device works as configured."""

    part: str
    good: bool
    text: str


def try_parts(config: Config, out: TextIO) -> int:
    """Try camera, detector, model, broker and player; gives the exit code."""
    parts: list[tuple[str, Callable[[Config], str]]] = [
        ("camera", _camera),
        ("detector", _detector),
        ("model", _model),
        ("broker", _broker),
        ("player", _player),
    ]
    findings = [_try(name, part, config) for name, part in parts]
    for finding in findings:
        print(f"{'ok  ' if finding.good else 'FAIL'}  {finding.part:<9} {finding.text}", file=out)
    return 0 if all(finding.good for finding in findings) else 1


def _try(name: str, part: Callable[[Config], str], config: Config) -> Finding:
    try:
        return Finding(name, True, part(config))
    except MoodroomError as error:
        return Finding(name, False, str(error))
    except Exception as error:  # the fence round foreign code: the other parts are still worth a try
        return Finding(name, False, f"{type(error).__name__}: {error}")


def _camera(config: Config) -> str:
    from edge.camera import open_camera, settle

    source = settle(config.camera.source)
    camera = open_camera(config.camera.model_copy(update={"source": source}), wait=time.sleep)
    try:
        frame = camera.read()
    finally:
        camera.close()
    if frame is None:
        raise ConfigError(f"camera.source: {source} gave no frame")
    height, width = frame.grey.shape
    dark = " (very dark; is the lens covered?)" if frame.grey.mean() < 12 else ""
    none = (
        "no camera found, the demo clip would be replayed, "
        if config.camera.source == "auto" and source == "demo"
        else ""
    )
    return f"{none}{camera.name}, {width}x{height}{dark}"


def _detector(config: Config) -> str:
    from edge.vision.detector import open_detector
    from edge.watch import BASE

    found = open_detector(config.vision, base=BASE)
    better = "; scripts/fetch_models brings YuNet, which is quicker and surer" if found.name == "haar" else ""
    return f"{found.name}{better}"


def _model(config: Config) -> str:
    import numpy as np

    from edge.vision.classifier import Classifier
    from edge.watch import BASE, find_model

    path = find_model(config.vision.model, BASE)
    model = Classifier(path)
    face = np.full((model.size, model.size), 128, np.uint8)
    started = time.thread_time()
    for _ in range(20):
        model.classify(face)
    return f"{path.name}, {(time.thread_time() - started) * 50:.2f} ms a face"


def _broker(config: Config) -> str:
    mqtt = config.mqtt
    if mqtt.host is None:
        return "none is set (mqtt.host), nothing is published"
    from edge.mqtt import Mqtt

    password = secret("mqtt_password", mqtt.password_file) if mqtt.username is not None else None
    said: list[str] = []
    heard = threading.Event()

    def problem(text: str | None) -> None:
        if text:
            said.append(text)
        heard.set()

    # A name of its own, so that a device that runs now isn't thrown out.
    client = Mqtt(
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
            return f"{mqtt.host}:{mqtt.port} accepts us"
    finally:
        client.stop()
    raise ConfigError(said[0] if said else f"mqtt.host: {mqtt.host}:{mqtt.port} doesn't answer")


def _player(config: Config) -> str:
    from edge.players import open_player

    player = open_player(config, clock=time.monotonic, demo=False)
    try:
        state = player.playback().state
        if state == "unavailable":
            raise PlayerError(f"{player.name}: the speaker isn't there now; `moodroom speakers` lists those that are")
        return f"{player.name}: {state}"
    finally:
        player.close()
