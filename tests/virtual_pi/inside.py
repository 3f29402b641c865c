"""Runs inside the root: the device's camera adapter on the real picamera2. The first argument says what to run.

camera       all that the adapter does, in one process; prints one JSON object
...          anything else is passed to the command `moodroom`
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

# With this `stuck_after` the adapter waits one second for a frame.
CONFIG = CameraConfig(source="picamera2", fps=10, stuck_after=2)


@contextmanager
def opened(config: CameraConfig = CONFIG) -> Iterator[PiCamera]:
    camera = PiCamera(config)
    try:
        yield camera
    finally:
        camera.close()


def frames() -> dict[str, Any]:
    """Grey frames; the large picture only on request, and of the same moment."""
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
    """The sensor's frame duration follows the request, without a stop."""
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
    """A rest stops the sensor; the next read starts the same camera at the requested rate."""
    with opened() as camera:
        camera.adapt(FrameRequest(calm=True))
        camera.read()
        before = camera._camera
        camera.rest()
        at_rest = before.frames
        time.sleep(0.5)
        came, started = before.frames - at_rest, before.started
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


def end_stall_on_stop(camera: Any) -> None:
    """Make frames come again after a stop, as if the driver had hung."""
    stop = camera.stop

    def stop_and_recover() -> None:
        stop()
        SENSOR.stalled.clear()

    camera.stop = stop_and_recover


def stalls() -> dict[str, Any]:
    """A short stall is fixed by stop and start; a long one is a CameraError, after which the camera opens again."""
    with opened() as camera:
        camera.read()
        end_stall_on_stop(camera._camera)
        SENSOR.stalled.set()
        seqs = [camera.read().seq]
        while not camera._camera.stop_count:
            # Frames that were already in the queue.
            seqs.append(camera.read().seq)
        restarts = camera._camera.stop_count
        del camera._camera.stop
        SENSOR.stalled.set()
        message = ""
        while not message:
            started = time.monotonic()
            try:
                camera.read()
            except CameraError as error:
                message = str(error)
        took = time.monotonic() - started
    SENSOR.stalled.clear()
    with opened() as camera:
        again = camera.read().seq
    return {"seqs": seqs, "restarts": restarts, "message": message, "took": took, "again": again}


def leaks() -> dict[str, Any]:
    """Opening and closing leaks neither threads nor descriptors."""

    def in_use() -> tuple[int, int]:
        return threading.active_count(), len(os.listdir("/proc/self/fd"))

    def once() -> None:
        with opened() as camera:
            camera.read()

    once()
    before = in_use()
    for _ in range(4):
        once()
    return {"before": before, "after": in_use()}


def main() -> None:
    if sys.argv[1] == "camera":
        parts: tuple[Callable[[], dict[str, Any]], ...] = (frames, rates, resting, stalls, leaks)
        print(json.dumps({part.__name__: part() for part in parts}), flush=True)
        return
    from edge.cli.main import main as moodroom

    moodroom()


main()
