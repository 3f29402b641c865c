"""The camera's step: which cameras there are, and pictures for aiming one."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from edge.camera.devices import pi_camera_port, video_devices
from edge.errors import ConfigError
from edge.vision.preview import AimedPicture

ROTATIONS = (0, 90, 180, 270)
# Pictures come for a minute after somebody has agreed, at most twice a second.
AIMING_LASTS_S, PICTURE_EVERY_S = 60.0, 0.4


class Aiming:
    """Pictures while somebody aims the camera. `now` is seconds of a monotonic clock."""

    def __init__(self, aim: Callable[[int], AimedPicture | None], *, rotate: int) -> None:
        """aim: the next picture, turned by so many quarters. rotate: how the frames are turned already, degrees."""
        self._aim, self._rotate = aim, rotate
        self._until, self._last = 0.0, float("-inf")

    def agree(self, now: float) -> None:
        """Allow pictures for a minute: everybody in the room has agreed."""
        self._until = now + AIMING_LASTS_S

    def left(self, now: float) -> float:
        """Seconds for which pictures are allowed."""
        return max(0.0, self._until - now)

    def wait(self, now: float) -> float:
        """Seconds until the next picture is allowed."""
        return max(0.0, self._last + PICTURE_EVERY_S - now)

    def picture(self, now: float, rotate: int) -> dict[str, Any]:
        """A picture as JSON; raises ConfigError if the camera delivers none. rotate: clockwise, degrees."""
        self._last = now
        found = self._aim((rotate - self._rotate) % 360 // 90)
        if found is None:
            raise ConfigError("the camera delivered no picture; it may be switched off")
        return {
            "picture": base64.b64encode(found.jpeg).decode(),
            "faces": [[round(number, 4) for number in box] for box in found.faces],
            "verdict": verdict(found.widths, found.enough),
            "left": round(self.left(now)),
        }


def verdict(widths: list[float], enough: float) -> str:
    """`none`, `large`, or `small`: whether every face can be read. widths: of the faces in pixels of the frame."""
    return "none" if not widths else "large" if min(widths) >= enough else "small"


def cameras(current: str) -> list[dict[str, str]]:
    """The sources that may be chosen: {"source", "name"}. current: the configured one, which is always among them."""
    found = [{"source": "auto", "name": ""}]
    if pi_camera_port():
        found.append({"source": "picamera2", "name": "Raspberry Pi camera"})
    found += [{"source": path, "name": name} for path, name in video_devices()]
    if current not in [one["source"] for one in found]:
        # An address may contain a password.
        found.append({"source": current, "name": current.rpartition("@")[2] if "://" in current else current})
    return found
