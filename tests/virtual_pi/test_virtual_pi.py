"""The Pi's camera with the real picamera2 and libcamera, whose virtual camera shows the demo clip."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.virtual_pi import root
from tests.waiting import PATIENCE

pytestmark = pytest.mark.slow
# The happy scene of the demo clip.
HAPPY_SCENE_S = (13.0, 20.0)


@pytest.fixture(scope="module")
def folder() -> Path:
    reason = root.reason_to_skip()
    if reason is not None:
        pytest.skip(f"no root with libcamera and picamera2: {reason}")
    try:
        return root.make()
    except RuntimeError as error:
        pytest.skip(f"no root with libcamera and picamera2: {error}")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/scratch inside: the frames of the virtual camera, the happy scene in video range as from a Pi."""
    place = tmp_path_factory.mktemp("virtual-pi")
    frames = place / "frames"
    frames.mkdir()
    clip = cv2.VideoCapture(str(root.PROJECT / "edge/demo/demo.webm"))
    rate = clip.get(cv2.CAP_PROP_FPS)
    for number, seconds in enumerate(np.linspace(*HAPPY_SCENE_S, 12)):
        clip.set(cv2.CAP_PROP_POS_FRAMES, round(seconds * rate))
        ok, picture = clip.read()
        assert ok
        limited = (16 + picture.astype(np.float32) * 219 / 255).round().astype(np.uint8)
        assert cv2.imwrite(str(frames / f"{number}.jpg"), limited, [cv2.IMWRITE_JPEG_QUALITY, 95])
    clip.release()
    return place


@pytest.fixture(scope="module")
def results(folder: Path, scratch: Path) -> dict[str, Any]:
    """The results of the adapter's functions in one process inside."""
    done = subprocess.run(
        root.command(folder, scratch, "/project/tests/virtual_pi/inside.py", "camera"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    values: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return values


def test_frames_are_full_range_luma_and_the_large_picture_comes_on_request(results: dict[str, Any]) -> None:
    frames = results["frames"]
    assert frames["shapes"] == [[480, 640]] * 3 and frames["in_order"] == [0, 1, 2, 3, 4]
    assert frames["without"] and frames["detail"] == [960, 1280]
    assert frames["apart"] < 3, "both pictures are of one moment"
    assert frames["darkest"] <= 8 and frames["lightest"] >= 240, "video range was stretched"


def test_the_sensor_s_rate_follows_the_request_without_a_stop(results: dict[str, Any]) -> None:
    rates = results["rates"]
    assert (rates["quick"], rates["again"], rates["stopped"]) == (0.1, 0.1, 0)
    assert rates["calm"] == 0.2 and rates["gap"] > 0.12


def test_a_rest_stops_the_sensor_and_a_read_starts_it_again(results: dict[str, Any]) -> None:
    resting = results["resting"]
    assert (resting["came"], resting["ran"]) == (0, False)
    assert (resting["same"], resting["configured"], resting["seq"]) == (True, 1, 1)
    assert resting["period"] == 0.2, "the requested rate is kept over a rest"


def test_a_stall_is_fixed_or_an_error_and_the_camera_opens_again(results: dict[str, Any]) -> None:
    stalls = results["stalls"]
    assert stalls["seqs"] == list(range(1, 1 + len(stalls["seqs"]))) and stalls["restarts"] == 1
    assert stalls["message"].startswith("camera: the Pi's camera delivers no frame (")
    assert 2 <= stalls["took"] < 60 and stalls["again"] == 0


def test_closing_and_opening_leaks_neither_threads_nor_descriptors(results: dict[str, Any]) -> None:
    assert results["leaks"]["after"] == results["leaks"]["before"]


def test_the_daemon_reads_the_demo_clip_s_mood_through_picamera2(folder: Path, scratch: Path) -> None:
    (scratch / "config.yaml").write_text("camera: {source: auto}\nvision: {detector: haar}\nmusic: {player: dry_run}\n")
    arguments = ("/project/tests/virtual_pi/inside.py", "run", "--json", "--config", "/scratch/config.yaml")
    process = subprocess.Popen(
        root.command(folder, scratch, *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stderr is not None
    log_lines: list[str] = []
    listener = threading.Thread(target=lambda: log_lines.extend(process.stderr), daemon=True)
    listener.start()
    limit = threading.Timer(PATIENCE, process.kill)
    limit.start()
    moods = []
    try:
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "mood_changed":
                moods.append(event["mood"]["mood"])
            if moods and moods[-1] == "happy":
                break
        process.terminate()
        code = process.wait(PATIENCE)
    finally:
        limit.cancel()
        process.kill()
        listener.join(PATIENCE)
        process.stdout.close()
        process.stderr.close()
    assert moods and moods[-1] == "happy", "".join(log_lines)[-3000:]
    assert code == 0, "".join(log_lines)[-3000:]
    assert not any("demo clip" in line for line in log_lines), "the camera was found automatically"
