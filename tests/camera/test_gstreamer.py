"""The GStreamer camera, with Debian's GStreamer and its test source."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from edge.camera import frame_process
from edge.camera.gstreamer import GStreamerCamera, frame_bytes, pipeline
from edge.camera.opening import open_camera
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.values import FrameRequest
from tests.waiting import wait_for

CONFIG = CameraConfig(width=322, height=242, fps=20)
LIVE = "videotestsrc is-live=true ! video/x-raw,width=640,height=480,framerate=30/1"
gst = pytest.mark.skipif(
    shutil.which("gst-launch-1.0") is None, reason="gst-launch-1.0 isn't here; apt install gstreamer1.0-tools"
)
Open = Callable[..., GStreamerCamera]


@pytest.fixture
def start() -> Iterator[Open]:
    """start(source): opens a camera, which is closed at the end."""
    cameras: list[GStreamerCamera] = []

    def opened(source: str = LIVE, config: CameraConfig = CONFIG) -> GStreamerCamera:
        cameras.append(GStreamerCamera(source, config))
        return cameras[-1]

    yield opened
    for camera in cameras:
        camera.close()


def child(camera: GStreamerCamera) -> int:
    """The child's process id."""
    assert camera._child is not None
    return camera._child._process.pid


def descriptors() -> set[tuple[str, str]]:
    """The number and the target of each open file; pipes and sockets have targets of their own."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):
            found.add((number, os.readlink(f"/proc/self/fd/{number}")))
    return found


def gone(pid: int) -> bool:
    """True if the process has ended, even if nobody has waited for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


# --- frames -----------------------------------------------------------------------------------------------------------


@gst
@pytest.mark.parametrize("size", [(640, 480), (322, 242), (321, 241)])
def test_frames_have_the_configured_size_and_no_padding(start: Open, size: tuple[int, int]) -> None:
    config = CONFIG.model_copy(update={"width": size[0], "height": size[1]})
    camera = start("gst:videotestsrc is-live=true pattern=gradient", config)
    before = time.monotonic()
    frames = [camera.read() for _ in range(3)]
    assert [frame.seq for frame in frames] == [0, 1, 2]
    assert before <= frames[0].at <= frames[2].at <= time.monotonic()
    for frame in frames:
        assert frame.grey.shape == (size[1], size[0]) and frame.grey.dtype == np.uint8
        # From dark to light downwards, each line of one grey: nothing is shifted.
        lines = frame.grey.astype(int)
        assert (np.ptp(lines, axis=1) <= 2).all() and (np.diff(lines.mean(axis=1)) > -2).all()
        assert lines[0].mean() < 10 and lines[-1].mean() > 245


@gst
@pytest.mark.parametrize("form", ["I420,colorimetry=bt601", "I420,colorimetry=1:4:0:0", "RGB", "YUY2", "GRAY8"])
@pytest.mark.parametrize(("pattern", "level"), [("white", 255), ("black", 0)])
def test_luma_has_full_range_for_any_source(start: Open, form: str, pattern: str, level: int) -> None:
    camera = start(f"videotestsrc is-live=true pattern={pattern} ! video/x-raw,format={form}")
    assert camera.read().grey.mean() == pytest.approx(level, abs=2)


@gst
def test_a_quick_source_is_slowed_to_the_configured_rate(start: Open) -> None:
    camera = start(LIVE, CONFIG.model_copy(update={"fps": 5.0}))
    times = [camera.read().at for _ in range(16)]
    # 3 s; half a second at the source's own rate. A busy machine may read the first one late.
    assert times[-1] - times[0] > 1.5


@gst
def test_pictures_are_rotated(start: Open) -> None:
    camera = start("videotestsrc is-live=true pattern=gradient", CONFIG.model_copy(update={"rotate": 180}))
    grey = camera.read().grey
    assert grey[0].mean() > 245 and grey[-1].mean() < 10


@gst
def test_a_pipeline_can_be_configured_as_a_source() -> None:
    camera = open_camera(CONFIG.model_copy(update={"source": LIVE}), wait=time.sleep)
    camera.adapt(FrameRequest(calm=True))
    frame = camera.read()
    camera.close()
    assert frame is not None and frame.grey.shape == (242, 322) and camera.name == "videotestsrc ! ..."


# --- ends -------------------------------------------------------------------------------------------------------------


@gst
def test_a_child_that_dies_is_one_sentence_and_the_next_read_starts_another(start: Open) -> None:
    camera = start()
    camera.read()
    first = child(camera)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(CameraError, match=r"camera: videotestsrc ! \.\.\. has ended; it is started again"):
        for _ in range(1000):
            camera.read()
    assert camera.read().grey.shape == (242, 322)
    assert child(camera) != first and gone(first)


@gst
def test_a_child_that_hangs_is_one_sentence_and_is_ended(start: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_process, "FRAME_TIMEOUT_S", 0.3)
    monkeypatch.setattr(frame_process, "END_TIMEOUT_S", 0.3)
    camera = start()
    camera.read()
    silent = child(camera)
    os.kill(silent, signal.SIGSTOP)
    with pytest.raises(CameraError, match="has delivered no frame for"):
        for _ in range(1000):
            camera.read()
    # A stopped process ignores SIGINT.
    assert gone(silent)


@gst
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("gst:nosuchelement", 'no element "nosuchelement"'),
        ("filesrc location=/nowhere/hunter2 ! decodebin", "has ended"),
        ("gst:videotestsrc is-live=true nosuch=hunter2", "has ended"),
    ],
)
def test_a_broken_pipeline_is_one_sentence(start: Open, source: str, reason: str) -> None:
    camera = start(source)
    with pytest.raises(CameraError) as caught:
        camera.read()
    sentence = str(caught.value)
    assert reason in sentence and sentence.startswith("camera: ") and "hunter2" not in sentence and "\n" not in sentence


@gst
def test_a_source_with_an_end_ends(start: Open) -> None:
    camera = start("gst:videotestsrc num-buffers=3 is-live=true")
    with pytest.raises(CameraError, match="has ended"):
        for _ in range(10):
            camera.read()


@gst
def test_no_child_and_no_descriptor_is_left_behind(start: Open) -> None:
    before = descriptors()
    children = []
    for _ in range(3):
        camera = start()
        camera.read()
        children.append(child(camera))
        camera.close()
        camera.close()
    assert all(gone(pid) for pid in children)
    # What earlier tests left behind may be closed meanwhile.
    assert descriptors() <= before


@gst
def test_a_rest_ends_the_child_and_a_read_starts_one(start: Open) -> None:
    camera = start()
    first, seq = child(camera), camera.read().seq
    camera.rest()
    camera.rest()
    assert gone(first) and camera._child is None
    assert camera.read().seq == seq + 1


@gst
def test_a_child_does_not_outlive_a_daemon_that_was_killed(tmp_path: Path) -> None:
    code = (
        "from edge.camera.gstreamer import GStreamerCamera\nfrom edge.config import CameraConfig\n"
        f"camera = GStreamerCamera({LIVE!r}, CameraConfig())\ncamera.read()\n"
        "print(camera._child._process.pid, flush=True)\n"
        "import time\ntime.sleep(60)\n"
    )
    daemon = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert daemon.stdout is not None
    pid = int(daemon.stdout.readline())
    assert not gone(pid)
    daemon.kill()
    daemon.wait()
    daemon.stdout.close()
    wait_for(lambda: gone(pid))


# --- arguments of gst-launch-1.0 --------------------------------------------------------------------------------------


def test_a_jetson_s_camera_is_converted_by_its_own_hardware() -> None:
    words = pipeline("jetson", CameraConfig(width=640, height=480, fps=7.5), out=9)
    assert " ".join(words) == (
        "nvarguscamerasrc ! video/x-raw(memory:NVMM) ! videorate drop-only=true max-rate=8 ! nvvidconv ! "
        "video/x-raw,format=I420,width=640,height=480 ! queue leaky=downstream max-size-buffers=1 ! "
        "fdsink fd=9 sync=false"
    )


@pytest.mark.parametrize("source", ["gst:a ! b", "a ! b", "a ! b ! appsink", "gst:a ! b ! appsink name=x drop=true"])
def test_prefix_and_appsink_are_removed(source: str) -> None:
    words = pipeline(source, CONFIG, out=5)
    assert words[:5] == ["a", "!", "b", "!", "videorate"] and "fd=5" in words
    assert not any(word.startswith("appsink") for word in words)


def test_quoted_words_stay_together() -> None:
    assert pipeline("gst:a caps='x, y=1' ! b", CONFIG, out=5)[:4] == ["a", "caps=x, y=1", "!", "b"]
    with pytest.raises(CameraError, match="an unmatched quotation mark"):
        pipeline("gst:a 'b", CONFIG, out=5)
    with pytest.raises(CameraError, match="needs a pipeline's beginning"):
        pipeline("gst:", CONFIG, out=5)


def test_frame_sizes_match_gstreamer_s() -> None:
    assert frame_bytes(640, 480) == (640, 640 * 480 * 3 // 2)
    # Lines are padded to multiples of 4 bytes; heights are even.
    assert frame_bytes(322, 241) == (324, 324 * 242 + 164 * 242)


def test_without_gstreamer_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(CameraError, match=r"gst-launch-1\.0 is missing; run: sudo apt install gstreamer1\.0-tools"):
        GStreamerCamera("jetson", CONFIG)
