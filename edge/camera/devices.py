"""Which cameras this machine has."""

from __future__ import annotations

import shutil
from pathlib import Path

# The driver's name of a Tegra's video input, whose raw pictures only GStreamer can use.
TEGRA_DRIVER = "vi-output"
# A Pi has many video devices that are no cameras; a camera's driver has none of these in its name.
NOT_A_CAMERA = ("codec", "isp", "unicam", "rp1-cfe", "rpi-hevc", "-dec", "-enc", TEGRA_DRIVER)
# The drivers of a Pi's camera ports.
PI_PORTS = ("unicam", "rp1-cfe")


def find_camera() -> str | None:
    """The source for this machine's camera: picamera2, jetson or v4l2; None without a camera."""
    if has_pi_camera():
        return "picamera2"
    if has_jetson_camera():
        return "jetson"
    return "v4l2" if first_video_device() is not None else None


def first_video_device() -> str | None:
    """The lowest-numbered /dev/videoN that is a camera, or None."""
    return next((path for path, _ in video_devices()), None)


def video_devices() -> list[tuple[str, str]]:
    """All /dev/videoN that are cameras, the lowest number first, with the names that their drivers give."""
    devices = sorted(Path("/dev").glob("video*"), key=lambda path: (len(path.name), path.name))
    return [(str(path), _driver_name(path.name)) for path in devices if path.name[5:].isdigit() and _is_camera(path)]


def pi_camera_port() -> bool:
    """Whether a ribbon camera may be connected: picamera2 is installed, and a driver of a Pi's camera port runs.

    Unlike `has_pi_camera` it doesn't load libcamera.
    """
    import importlib.util

    if importlib.util.find_spec("picamera2") is None:
        return False
    return any(word in _driver_name(path.name) for path in Path("/dev").glob("video*") for word in PI_PORTS)


def has_pi_camera() -> bool:
    """True if picamera2 is installed and libcamera finds a camera."""
    import importlib.util

    if importlib.util.find_spec("picamera2") is None:
        return False
    try:
        from picamera2 import Picamera2

        return bool(Picamera2.global_camera_info())
    except Exception:  # a third-party library may fail to start in any way; then there is no usable camera
        return False


def has_jetson_camera() -> bool:
    """True if a Tegra's video input has a sensor and GStreamer is installed."""
    devices = Path("/dev").glob("video*")
    return shutil.which("gst-launch-1.0") is not None and any(TEGRA_DRIVER in _driver_name(d.name) for d in devices)


def _is_camera(device: Path) -> bool:
    name = _driver_name(device.name)
    return not any(word in name for word in NOT_A_CAMERA)


def _driver_name(device: str) -> str:
    """The driver's name for /dev/videoN in lower case; empty if it can't be read."""
    try:
        return Path("/sys/class/video4linux", device, "name").read_text().lower()
    except OSError:
        return ""
