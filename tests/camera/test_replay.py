"""Replaying videos and folders."""

from __future__ import annotations

import itertools
import os
import struct
import time
import zlib
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.camera import replay
from edge.camera.replay import open_replay
from edge.config import CameraConfig
from edge.errors import SourceError
from edge.values import Frame
from tests.conftest import Film

CONFIG = CameraConfig()


def never(_: float) -> None:
    raise AssertionError("a fast replay doesn't wait")


def frames(path: Path, config: CameraConfig = CONFIG) -> list[Frame]:
    """All frames of a fast replay."""
    camera = open_replay(path, config, wait=never, fast=True, loop=False)
    replayed = list(iter(camera.read, None))
    assert camera.read() is None, "the end is final"
    camera.close()
    return replayed


def times(replayed: Iterable[Frame]) -> list[float]:
    return [round(frame.at, 3) for frame in replayed]


def levels(replayed: Iterable[Frame]) -> list[int]:
    return [round(float(frame.grey.mean())) for frame in replayed]


def save(folder: Path, **pictures: int) -> Path:
    """Save plain grey .jpg files: name=level."""
    folder.mkdir(exist_ok=True)
    for name, level in pictures.items():
        assert cv2.imwrite(str(folder / f"{name.lstrip('_')}.jpg"), np.full((60, 80, 3), level, np.uint8))
    return folder


# --- videos -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
def test_all_frames_of_a_video_have_its_own_times(film: Film, name: str) -> None:
    replayed = frames(film(name, range(0, 200, 20), fps=5))
    assert [frame.seq for frame in replayed] == list(range(10))
    assert times(replayed) == [pytest.approx(n / 5, abs=0.002) for n in range(10)]
    assert levels(replayed) == [pytest.approx(level, abs=4) for level in range(0, 200, 20)]
    assert all(frame.grey.shape == (120, 160) and frame.grey.dtype == np.uint8 for frame in replayed)


@pytest.mark.skipif(
    not hasattr(cv2, "imwriteanimation") or not cv2.haveImageWriter("a.gif"), reason="this OpenCV can't write a GIF"
)
def test_an_animated_gif_is_a_video(tmp_path: Path) -> None:
    animation = cv2.Animation()
    animation.frames = [np.full((60, 80, 3), level, np.uint8) for level in (0, 100, 200)]
    animation.durations = [200, 200, 200]
    assert cv2.imwriteanimation(str(tmp_path / "a.gif"), animation)
    replayed = frames(tmp_path / "a.gif")
    assert levels(replayed)[:3] == [pytest.approx(level, abs=4) for level in (0, 100, 200)]
    assert times(replayed)[:3] == [0.0, 0.2, 0.4]


def test_two_fast_replays_are_the_same(film: Film) -> None:
    path = film("a.webm")
    one, two = frames(path), frames(path)
    assert times(one) == times(two)
    assert all(np.array_equal(a.grey, b.grey) for a, b in zip(one, two, strict=True))


def test_a_looped_video_continues_in_time_and_number(film: Film) -> None:
    camera = open_replay(film("a.mp4", range(0, 100, 20)), CONFIG, wait=never, fast=True, loop=True)
    replayed = list(itertools.islice(iter(camera.read, None), 13))
    assert [frame.seq for frame in replayed] == list(range(13))
    assert times(replayed) == [pytest.approx(n / 10, abs=0.002) for n in range(13)]
    assert levels(replayed)[5:10] == levels(replayed)[:5]
    camera.close()
    assert camera.read() is None, "a closed replay doesn't start again"


def test_a_truncated_video_ends_early(film: Film) -> None:
    path = film("a.webm", [n * 37 % 250 for n in range(60)])
    count = len(frames(path))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    replayed = frames(path)
    assert 0 < len(replayed) < count
    assert times(replayed) == sorted(times(replayed))


@pytest.mark.parametrize(
    ("turn", "shape", "corner"),
    [(0, (120, 160), (0, 0)), (90, (160, 120), (0, -1)), (180, (120, 160), (-1, -1)), (270, (160, 120), (-1, 0))],
)
def test_pictures_are_rotated_clockwise(
    tmp_path: Path, turn: int, shape: tuple[int, int], corner: tuple[int, int]
) -> None:
    picture = np.zeros((120, 160), np.uint8)
    picture[:20, :20] = 255
    cv2.imwrite(str(tmp_path / "a.png"), picture)
    grey = frames(tmp_path, CameraConfig(rotate=turn))[0].grey
    assert grey.shape == shape and grey[corner] == 255 and np.count_nonzero(grey) == 400


def test_a_large_picture_is_reduced(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.full((1200, 2560), 90, np.uint8))
    grey = frames(tmp_path)[0].grey
    assert grey.shape == (600, 1280) and set(np.unique(grey)) == {90}


# --- real time --------------------------------------------------------------------------------------------------------


def test_in_real_time_a_frame_comes_when_it_is_due(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    waits: list[float] = []
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def wait(seconds: float) -> None:
        waits.append(round(seconds, 3))
        clock[0] += seconds

    camera = open_replay(film("a.mp4", range(0, 100, 20)), CONFIG, wait=wait, fast=False, loop=False)
    clock[0] += 7  # The time until the first read doesn't count.
    first, second = camera.read(), camera.read()
    clock[0] += 0.15  # After a delay one frame is due immediately, the next one sooner.
    third, fourth = camera.read(), camera.read()
    assert first and second and third and fourth
    assert times([first, second, third, fourth]) == [1007.0, 1007.1, 1007.2, 1007.3]
    assert waits == [0.1, 0.05]


# --- folders ----------------------------------------------------------------------------------------------------------


def test_a_few_pictures_are_shown_for_two_seconds_each_in_natural_order(tmp_path: Path) -> None:
    replayed = frames(save(tmp_path, _10=200, _2=100, _1=0), CameraConfig(fps=4))
    assert levels(replayed) == [0] * 8 + [100] * 8 + [200] * 8
    assert times(replayed) == [n / 4 for n in range(24)]


def test_many_pictures_are_a_video(tmp_path: Path) -> None:
    replayed = frames(save(tmp_path, **{f"p{n}": n * 2 for n in range(61)}), CameraConfig(fps=20))
    assert levels(replayed) == [pytest.approx(n * 2, abs=1) for n in range(61)]
    assert times(replayed) == [n / 20 for n in range(61)]


def test_a_damaged_picture_is_skipped(tmp_path: Path) -> None:
    save(tmp_path, a=0, c=200)
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8 not a picture")
    (tmp_path / "notes.txt").write_text("not a picture either")
    (tmp_path / "d.jpg").mkdir()
    replayed = frames(tmp_path, CameraConfig(fps=1))
    assert levels(replayed) == [0, 0, 200, 200]
    assert times(replayed) == [0, 1, 2, 3]


def test_any_names_can_be_sorted(tmp_path: Path) -> None:
    names = ["²1", "1²2", "٣", "10", "9", "x", "X1"]
    save(tmp_path, **{f"_{name}": 50 for name in names})
    assert len(frames(tmp_path, CameraConfig(fps=0.5))) == len(names)


# --- errors -----------------------------------------------------------------------------------------------------------


def error_of(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        open_replay(path, CONFIG, wait=never, fast=True, loop=False)
    sentence = str(caught.value)
    assert sentence.startswith(str(path)) and len(sentence.splitlines()) == 1
    return sentence


def test_an_unusable_source_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("Once upon a time\n" * 99)
    (tmp_path / "nothing").mkdir()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "a.jpg").write_text("not a picture")
    assert "there is no such file or folder" in error_of(tmp_path / "none.mp4")
    assert "is empty" in error_of(tmp_path / "empty.mp4")
    assert "isn't a video that can be read" in error_of(tmp_path / "text.mp4")
    assert "contains no pictures" in error_of(tmp_path / "nothing")
    assert "none of its pictures can be read" in error_of(tmp_path / "damaged")
    assert "can't be read: File name too long" in error_of(tmp_path / ("a" * 300))


def test_an_unreadable_folder_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> list[Path]:
        raise PermissionError(13, "Permission denied")

    # Root may read everything.
    monkeypatch.setattr(replay, "_list_pictures", refuse)
    assert "can't be read: Permission denied" in error_of(tmp_path)


def test_a_looped_replay_whose_source_is_gone_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "shots"
    folder.mkdir()
    cv2.imwrite(str(folder / "1.png"), np.full((48, 64), 100, np.uint8))
    camera = open_replay(folder, CONFIG, wait=never, fast=True, loop=True)
    assert camera.read() is not None
    (folder / "1.png").unlink()
    folder.rmdir()
    with pytest.raises(SourceError, match="put it back"):
        for _ in range(100):
            camera.read()
    camera.close()


def test_a_name_that_is_not_utf_8_is_one_sentence_or_skipped(tmp_path: Path, film: Film) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.webm"))
    film("a.webm").rename(odd)
    with pytest.raises(SourceError, match="UTF-8"):
        frames(odd)
    for name in (b"/\xff.png", b"/1.png"):
        Path(os.fsdecode(os.fsencode(tmp_path) + name)).write_bytes(
            cv2.imencode(".png", np.full((48, 64), 100, np.uint8))[1].tobytes()
        )
    assert len(frames(tmp_path)) == 20


def test_a_picture_that_claims_to_be_huge_is_skipped(tmp_path: Path) -> None:
    made = bytearray(cv2.imencode(".png", np.full((48, 64), 100, np.uint8))[1].tobytes())
    (tmp_path / "2.png").write_bytes(made)
    made[16:24] = struct.pack(">II", 70000, 70000)
    made[29:33] = struct.pack(">I", zlib.crc32(made[12:29]))
    (tmp_path / "1.png").write_bytes(made)
    assert len(frames(tmp_path)) == 20
