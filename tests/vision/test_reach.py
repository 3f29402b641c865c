"""People at the far end of a room."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

import reach
import scenes
from edge.config import Config
from edge.values import Box, Frame, Grey
from edge.vision.detector import YUNET_FILE
from edge.vision.pipeline import BASE, Pipeline
from edge.vision.region import TILE_HEIGHT_PX, TILE_WIDTH_PX, WIDE_HEIGHT_PX, WIDE_WIDTH_PX, wide_part, wide_parts
from edge.vision.yunet import YuNet


@pytest.fixture(autouse=True)
def _yunet(yunet_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOODROOM_MODELS", str(yunet_folder))


def far_person(width: int, height: int, head_px: int, moved_px: int = 0) -> Grey:
    """A room with somebody at its far end, in the right half, who moved to the right by `moved_px`."""
    near = list(scenes.Scene("one", 3.0, (scenes.Visit(0, 9, ((0.0, "happy"),), restless=0, size=130),)).frames())[25]
    person = cv2.resize(
        near.grey[90:400, 210:430], None, fx=head_px / 130, fy=head_px / 130, interpolation=cv2.INTER_AREA
    )
    room = cv2.resize(scenes.draw_room(np.random.default_rng(1)), (width, height), interpolation=cv2.INTER_AREA)
    y, x = round(height * 0.55), round(width * 0.7) + moved_px
    room[y : y + person.shape[0], x : x + person.shape[1]] = person
    return np.asarray(room, np.uint8)


@pytest.mark.parametrize("shape", [(480, 640), (240, 320), (720, 1280), (1080, 1920), (2160, 3840), (640, 480)])
def test_the_parts_of_a_far_search_cover_the_frame(shape: tuple[int, int]) -> None:
    seen = np.zeros(shape, np.uint8)
    for turn in range(wide_parts(shape)):
        part = wide_part(seen, turn)
        enlarged = part.enlarged()
        height, width = enlarged.shape
        assert height <= WIDE_HEIGHT_PX and width <= WIDE_WIDTH_PX
        tiled = np.zeros((height, width), np.uint8)
        for tile, x, y in part.tiles():
            assert tile.shape[0] <= TILE_HEIGHT_PX and tile.shape[1] <= TILE_WIDTH_PX
            tiled[y : y + tile.shape[0], x : x + tile.shape[1]] = 1
        assert tiled.all()
        part.grey[:] = 1
        assert np.shares_memory(part.grey, seen) and seen[part.y, part.x] == 1
    assert seen.all()
    again = wide_part(seen, wide_parts(shape))
    assert (again.x, again.y) == (0, 0) and again.grey.shape == wide_part(seen, 0).grey.shape


@pytest.mark.parametrize(("width", "height"), [(640, 480), (1280, 720)])
def test_most_faces_of_eighteen_pixels_are_found_and_nothing_else(width: int, height: int, yunet_folder: Path) -> None:
    detector, random = YuNet(yunet_folder / YUNET_FILE, min_score=0.7, min_face=14), np.random.default_rng(4)
    found = false = total = 0
    for (face,) in scenes.composites().values():
        for _ in range(2):
            room, truth = reach.picture(face, (width, height), 18, random)
            every = [far for turn in range(wide_parts(room.shape)) for far in detector.find_far(room, turn)]
            hits = [far for far in every if far.box.overlap(truth) > reach.OVERLAP_MIN]
            total, found, false = total + 1, found + bool(hits), false + len(every) - len(hits)
    assert found >= 0.85 * total and not false


def test_a_far_search_needs_hardly_more_memory_than_the_usual_one(yunet_folder: Path) -> None:
    """A network for larger parts would take 18 MB."""
    code = f"""
import pathlib, numpy as np
from edge.values import Box
from edge.vision.yunet import YuNet
def resident():
    lines = pathlib.Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:")) / 1024
detector = YuNet(pathlib.Path({str(yunet_folder / YUNET_FILE)!r}), min_score=0.7, min_face=28)
room = np.zeros((480, 640), np.uint8)
detector.find(room), detector.find_near(room, Box(100, 100, 60, 60))
before = resident()
for turn in range(4):
    detector.find_far(room, turn)
print(resident() - before)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert float(done.stdout) < 6


def test_a_face_where_two_tiles_meet_is_found_once(yunet_folder: Path) -> None:
    detector, random = YuNet(yunet_folder / YUNET_FILE, min_score=0.7, min_face=14), np.random.default_rng(4)
    (face,) = scenes.composites()["happy"]
    room = cv2.resize(scenes.draw_room(random), (1280, 720), interpolation=cv2.INTER_AREA)
    # The tiles of the first part overlap from 256 to 320 and from 176 to 240.
    room[198:222, 276:300] = cv2.resize(face, (24, 24), interpolation=cv2.INTER_AREA)
    (found,) = detector.find_far(np.asarray(room, np.uint8), 0)
    assert found.box.overlap(Box(276, 198, 24, 24)) > 0.2


def watched(pictures: dict[int, Grey]) -> list[tuple[float, bool]]:
    """When a room was looked at for a minute in which somebody sways, and whether anybody was present then.

    pictures: by how many pixels the person has moved, -2..2.
    """
    random = np.random.default_rng(1)
    grain = [random.normal(0, 1.5, pictures[0].shape) for _ in range(4)]
    pipeline = Pipeline(Config(), base=BASE, nominal=True)
    present: list[tuple[float, bool]] = []
    for seq in range(5 * 60):
        sways = round(2 * math.sin(seq / 5))
        noisy = np.clip(pictures[sways] + grain[seq % 4], 0, 255).astype(np.uint8)
        if (reading := pipeline.process(Frame(seq, seq / 5, noisy))) is not None:
            present.append((reading.at, reading.present))
    return present


@pytest.mark.parametrize(("width", "height"), [(640, 480), (1280, 720)])
def test_somebody_at_four_metres_is_present_and_stays_so(width: int, height: int) -> None:
    """A head of 26 pixels, whose face is 19 wide; searches at the usual size don't see it."""
    present = watched({moved: far_person(width, height, 26, moved) for moved in range(-2, 3)})
    first = next(at for at, is_present in present if is_present)
    assert first < 45
    assert all(is_present for at, is_present in present if at >= first)


def test_a_picture_on_the_wall_hides_nobody_far_away() -> None:
    """The usual search finds the picture in every look, and the head of 26 pixels in none."""
    (portrait,) = (faces[0] for name, faces in scenes.composites().items() if name == "happy")
    portrait = np.asarray(cv2.resize(portrait, (110, 110), interpolation=cv2.INTER_CUBIC), np.uint8)
    pictures = {moved: far_person(640, 480, 26, moved) for moved in range(-2, 3)}
    for picture in pictures.values():
        picture[150:280, 90:220] = 90
        picture[160:270, 100:210] = portrait
    present = watched(pictures)
    assert present[-1][1], "somebody is present"
    assert next(at for at, is_present in present if is_present) < 50


def test_a_room_with_somebody_near_is_never_searched_far() -> None:
    visit = scenes.Visit(0.0, 60.0, ((0.0, "happy"),), restless=0.15)
    pipeline = Pipeline(Config(), base=BASE, nominal=True)
    for frame in scenes.Scene("near", 20.0, (visit,)).frames():
        pipeline.process(frame)
        if frame.at == 3:
            before = pipeline.cpu_seconds["far"]
    assert pipeline.cpu_seconds["far"] == before
