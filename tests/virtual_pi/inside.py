"""Runs in the root: the daemon's own camera adapter on the real picamera2, told what to do by its first argument.

camera       each thing that the adapter does, in one process; one JSON object on stdout
...          anything else goes to the command `moodroom`
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import stand_ins

SENSOR = stand_ins.install()

import numpy as np  # noqa: E402

from edge.camera.pi import PiCamera  # noqa: E402
from edge.config import CameraConfig  # noqa: E402
from edge.errors import CameraError  # noqa: E402
from edge.values import FrameRequest  # noqa: E402

# Waits a second for a frame.
CONFIG = CameraConfig(source="picamera2", fps=10, stuck_after=2)


@contextmanager
def opened(config: CameraConfig = CONFIG) -> Iterator[PiCamera]:
    camera = PiCamera(config)
    try:
        yield camera
    finally:
        camera.close()


def frames() -> dict[str, Any]:
    """Grey frames; the large picture only while it is wanted, and of the same moment."""
    with opened() as camera:
        plain = [camera.read() for _ in range(3)]
        camera.adapt(FrameRequest(detail=True))
        both = camera.read()
        assert both.detail is not None
        small = both.detail.reshape(480, 2, 640, 2).mean(axis=(1, 3))
        camera.adapt(FrameRequest())
        after = camera.read()
    return {
        "shapes": [list(frame.grey.shape) for frame in plain],
        "without": all(frame.detail is None for frame in [*plain, after]),
        "detail": list(both.detail.shape),
        "apart": float(np.abs(small - both.grey).mean()),
        "darkest": min(int(frame.grey.min()) for frame in plain),
        "lightest": max(int(frame.grey.max()) for frame in plain),
        "in_order": [frame.seq for frame in [*plain, both, after]],
    }


def rates() -> dict[str, Any]:
    """The sensor's frame duration follows what is wanted, without a stop."""
    with opened() as camera:
        camera.read()
        quick, stops = SENSOR.period, camera._camera.stop_count
        camera.adapt(FrameRequest(calm=True))
        for _ in range(5):
            camera.read()
        calm = SENSOR.period
        started = time.monotonic()
        for _ in range(5):
            camera.read()
        gap = (time.monotonic() - started) / 5
        camera.adapt(FrameRequest())
        for _ in range(5):
            camera.read()
        return {
            "quick": quick,
            "calm": calm,
            "gap": gap,
            "again": SENSOR.period,
            "stopped": camera._camera.stop_count - stops,
        }


def resting() -> dict[str, Any]:
    """A rest stops the sensor; the next read starts the same camera, at the rate that was wanted."""
    with opened() as camera:
        camera.adapt(FrameRequest(calm=True))
        camera.read()
        before = camera._camera
        camera.rest()
        asleep = before.frames
        time.sleep(0.5)
        came, started = before.frames - asleep, before.started
        camera.rest()
        seq = camera.read().seq
        return {
            "came": came,
            "ran": started,
            "same": camera._camera is before,
            "configured": before.configure_count,
            "seq": seq,
            "period": SENSOR.period,
        }


def mend(camera: Any) -> None:
    """Frames come again once the sensor was stopped, as where its cable's driver had hung."""
    stop = camera.stop

    def mended() -> None:
        stop()
        SENSOR.stalled.clear()

    camera.stop = mended


def stalls() -> dict[str, Any]:
    """A short stall is mended by stop and start, a long one is a CameraError, and the camera opens anew after it."""
    with opened() as camera:
        camera.read()
        mend(camera._camera)
        SENSOR.stalled.set()
        seqs = [camera.read().seq]
        while not camera._camera.stop_count:
            # What was on its way still came.
            seqs.append(camera.read().seq)
        mended = camera._camera.stop_count
        del camera._camera.stop
        SENSOR.stalled.set()
        told = ""
        while not told:
            started = time.monotonic()
            try:
                camera.read()
            except CameraError as error:
                told = str(error)
        took = time.monotonic() - started
    SENSOR.stalled.clear()
    with opened() as camera:
        again = camera.read().seq
    return {"seqs": seqs, "mended": mended, "told": told, "took": took, "again": again}


def losses() -> dict[str, Any]:
    """Closing and opening leaves neither threads nor descriptors behind."""

    def held() -> tuple[int, int]:
        return threading.active_count(), len(os.listdir("/proc/self/fd"))

    def once() -> None:
        with opened() as camera:
            camera.read()

    once()
    before = held()
    for _ in range(4):
        once()
    return {"before": before, "after": held()}


def main() -> None:
    if sys.argv[1] == "camera":
        parts: tuple[Callable[[], dict[str, Any]], ...] = (frames, rates, resting, stalls, losses)
        print(json.dumps({part.__name__: part() for part in parts}), flush=True)
        return
    from edge.cli.main import main as moodroom

    moodroom()


main()
