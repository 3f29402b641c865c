"""Video files of many makes, made with ffmpeg from the demo clip."""

from __future__ import annotations

import random
import re
import shutil
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.camera.films import decoder
from edge.camera.films.conversion import BLACK_LUMA, CONVERTS_NOT_ALL
from edge.camera.films.film import PIXELS_MAX
from edge.camera.replay import Replay, open_replay
from edge.config import CameraConfig
from edge.errors import SourceError
from edge.values import Frame
from tests.conftest import ROOT

DEMO = Path(__file__).parents[3] / "edge" / "demo" / "demo.webm"
X264 = ("-c:v", "libx264", "-preset", "ultrafast")


def make(path: Path, *arguments: str, start: float = 10.0, seconds: float = 4.0) -> Path:
    """A part of the demo clip, written by ffmpeg with these arguments."""
    command = ["ffmpeg", "-v", "error", "-y", "-ss", str(start), "-t", str(seconds), "-i", str(DEMO), *arguments]
    subprocess.run([*command, str(path)], check=True, capture_output=True)
    return path


def read(path: Path, config: CameraConfig | None = None) -> tuple[list[Frame], Replay]:
    replay = open_replay(path, config or CameraConfig(), wait=lambda _: None, fast=True, loop=False)
    frames = list(iter(replay.read, None))
    replay.close()
    return frames, replay


def unlike(frame: Frame, second: float) -> float:
    """Mean grey levels by which a frame differs from the demo clip's at this second."""
    capture = cv2.VideoCapture(str(DEMO))
    capture.set(cv2.CAP_PROP_POS_MSEC, second * 1000)
    ok, picture = capture.read()
    capture.release()
    assert ok
    size = (frame.grey.shape[1], frame.grey.shape[0])
    grey = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), size)
    return float(np.abs(grey.astype(float) - frame.grey).mean())


# --- interlaced -------------------------------------------------------------------------------------------------------


INTERLACED = {
    "a.mpg": ("-vf", "fps=25,scale=720:576,interlace", "-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-b:v", "4M"),
    "a.avi": ("-vf", "fps=50,scale=720:576,interlace", "-c:v", "dvvideo", "-pix_fmt", "yuv420p", "-aspect", "4:3"),
    "a.mts": ("-vf", "fps=50,scale=960:720,interlace", *X264, "-x264opts", "tff=1"),
}


@pytest.mark.parametrize("name", INTERLACED)
def test_interlaced_films_are_read(tmp_path: Path, name: str) -> None:
    frames, replay = read(make(tmp_path / name, *INTERLACED[name], seconds=2.0))
    assert frames[-1].at == pytest.approx(2.0, abs=0.2) and not replay.notes
    assert unlike(frames[len(frames) // 2], 11.0) < 8
    height, width = frames[0].grey.shape
    assert width / height == pytest.approx(4 / 3, abs=0.02)


def turned(path: Path, degrees: int) -> Path:
    """An MP4 that says by how much its pictures are turned clockwise, as phones do (`tkhd` in ISO/IEC 14496-12)."""
    data = bytearray(path.read_bytes())
    matrix = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[degrees]
    right, down, left, up = (value << 16 for value in matrix)
    at = data.index(b"tkhd") + 44
    data[at : at + 36] = struct.pack(">9i", right, down, 0, left, up, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("degrees", "interlaced"), [(90, False), (270, False), (90, True), (180, True)])
def test_a_film_taken_on_its_side_is_shown_upright(tmp_path: Path, degrees: int, interlaced: bool) -> None:
    code = INTERLACED["a.mts"] if interlaced else ("-vf", "scale=320:480,setsar=2", *X264)
    frames, _ = read(turned(make(tmp_path / "a.mp4", *code, seconds=1.0), degrees))
    frame = next(frame for frame in frames if frame.at >= 0.5)
    back = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}[degrees]
    upright = np.asarray(cv2.rotate(frame.grey, back), np.uint8)
    assert upright.shape[1] / upright.shape[0] == pytest.approx(4 / 3, abs=0.01)
    assert unlike(replace(frame, grey=upright), 10.5) < 8


def test_an_interlaced_film_that_is_cut_off_or_has_gaps_is_told_as_others_are(tmp_path: Path) -> None:
    gap = make(
        tmp_path / "gap.mkv", "-vf", "fps=25,scale=960:720,interlace,setpts='if(gte(N,10),PTS+300/TB,PTS)'",
        "-fps_mode", "passthrough", *X264, "-x264opts", "tff=1",
    )  # fmt: skip
    frames, replay = read(gap)
    assert frames[-1].at == pytest.approx(303.9, abs=0.2)
    assert "a gap without pictures, 300" in replay.notes[0]
    short = make(tmp_path / "short.mkv", *INTERLACED["a.mts"])
    short.write_bytes(short.read_bytes()[: short.stat().st_size // 2])
    assert "of 4.0 s; the file is incomplete or damaged" in read(short)[1].notes[-1]


def turning(path: Path) -> Path:
    """2 s of progressive pictures, then 2 s of interlaced ones, as a recording of television has."""
    shape = "fps=25,scale=960:720"
    first = make(path.with_suffix(".1.ts"), "-vf", shape, *X264, seconds=2.0)
    then = make(
        path.with_suffix(".2.ts"), "-vf", "fps=50,scale=960:720,interlace", *X264, "-x264opts", "tff=1",
        "-output_ts_offset", "2", start=20.0, seconds=2.0,
    )  # fmt: skip
    path.write_bytes(first.read_bytes() + then.read_bytes())
    return path


def test_a_film_that_turns_interlaced_in_its_middle_is_read_to_its_end(tmp_path: Path) -> None:
    frames, _ = read(turning(tmp_path / "a.ts"))
    assert len(frames) == 100
    assert unlike(frames[20], 10.8) < 8 and unlike(frames[-5], 21.8) < 8


def test_without_ffmpeg_it_is_told_from_when_on_a_film_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not CONVERTS_NOT_ALL:
        pytest.skip("this OpenCV reads interlaced films")
    path = turning(tmp_path / "a.ts")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    frames, replay = read(path)
    assert 50 <= len(frames) < 90
    assert re.search(r"from 2\.\d s on its pictures are interlaced, .*; install ffmpeg", replay.notes[0])


def test_without_ffmpeg_an_interlaced_film_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(tmp_path / "a.mts", *INTERLACED["a.mts"], seconds=1.0)
    if not CONVERTS_NOT_ALL:
        pytest.skip("this OpenCV reads interlaced films")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(SourceError, match=r"interlaced.*install ffmpeg"):
        read(path)


@pytest.mark.parametrize("level", [0, 16, 128, 255])
def test_a_still_picture_is_no_interlaced_film(tmp_path: Path, level: int) -> None:
    path = tmp_path / "still.mp4"
    colour = f"color=c=0x{level:02x}{level:02x}{level:02x}:s=320x240:r=10:d=1"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", colour, *X264, path], check=True)
    frames, _ = read(path)
    assert len(frames) == 10 and float(frames[5].grey.mean()) == pytest.approx(level, abs=BLACK_LUMA)


# --- the shape of pictures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shape"),
    [("a.mp4", "scale=320:480,setsar=2"), ("a.mkv", "scale=320:480,setsar=2"), ("a.avi", "scale=720:480,setsar=8/9")],
)
def test_pixels_that_are_not_square_are_stretched(tmp_path: Path, name: str, shape: str) -> None:
    code = ("-c:v", "mpeg4", "-q:v", "3") if name.endswith("avi") else X264
    frames, _ = read(make(tmp_path / name, "-vf", shape, *code, seconds=1.0))
    height, width = frames[0].grey.shape
    assert width / height == pytest.approx(4 / 3, abs=0.01)
    assert unlike(frames[5], 10.5) < 8


def test_the_aspect_can_be_configured(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", "-vf", "scale=320:480,setsar=1", *X264, seconds=1.0)
    assert read(path)[0][0].grey.shape == (480, 320)
    assert read(path, CameraConfig(aspect="4:3"))[0][0].grey.shape == (480, 640)
    assert read(path, CameraConfig(aspect="4:3", rotate=90))[0][0].grey.shape == (640, 480)


# --- what is missing --------------------------------------------------------------------------------------------------


def damage(path: Path, begin: float, end: float) -> Path:
    """Overwrite a part of a file with noise. begin, end: shares of its length."""
    data, noise = bytearray(path.read_bytes()), random.Random(1)
    for at in range(int(len(data) * begin), int(len(data) * end)):
        data[at] = noise.randrange(256)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.webm", "a.avi"])
def test_a_film_goes_on_after_pictures_that_cannot_be_decoded(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    code = {
        "a.avi": ("-c:v", "mjpeg", "-q:v", "4"),
        "a.webm": ("-c:v", "libvpx", "-deadline", "realtime", "-b:v", "1M"),
    }.get(name, X264)
    frames, replay = read(damage(make(tmp_path / name, *code, seconds=10.0), 0.35, 0.48))
    assert frames[-1].at > 8.0 and 60 <= len(frames) < 95
    assert len(replay.notes) == 1 and replay.notes[0] in caplog.text
    assert any(words in replay.notes[0] for words in ("could not be decoded", "without pictures", "incomplete"))


def test_a_truncated_film_is_mentioned(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mkv", *X264, seconds=10.0)
    assert read(path)[1].notes == []
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    (note,) = read(path)[1].notes
    assert note.startswith(str(path)) and "of 10.0 s; the file is incomplete" in note


def test_a_gif_that_is_cut_off_or_damaged_is_mentioned(tmp_path: Path) -> None:
    path = make(tmp_path / "a.gif", "-vf", "fps=5,scale=320:-2", seconds=4.0)
    whole = path.read_bytes()
    assert read(path)[1].notes == []
    damage(path, 0.5, 0.55)
    assert len(read(path)[1].notes) == 1 and "copy it again" in read(path)[1].notes[0]
    path.write_bytes(whole[: len(whole) * 6 // 10])
    (note,) = read(path)[1].notes
    assert re.search(r"a\.gif: is cut off or damaged after \d+ of its \d+ bytes; copy it again", note)


def test_a_transport_stream_that_lost_a_second_is_mentioned(tmp_path: Path) -> None:
    gap = "setpts='if(gte(N,20),PTS+1.2/TB,PTS)'"
    frames, replay = read(make(tmp_path / "a.ts", "-vf", gap, "-fps_mode", "vfr", *X264))
    assert len(frames) == 40
    assert "a gap without pictures, 1.3 s in total, the first at 1.9 s" in replay.notes[0]


@pytest.mark.parametrize(
    ("name", "part", "words"),
    [
        ("a.mp4", 0.7, r"is incomplete: its index \(moov\) is missing, .*; copy it again"),
        ("a.mov", 0.2, r"is incomplete: its index \(moov\) is missing"),
        ("start.mp4", 0.02, r"is cut off: \d+ of its \d+ bytes are missing; copy it again"),
        ("a.mkv", 0.005, r"is cut off: \d+ of its \d+ bytes are missing"),
        ("a.avi", 0.005, r"is cut off: \d+ of its \d+ bytes are missing"),
    ],
)
def test_a_film_that_is_cut_off_so_early_that_it_cannot_be_read_is_told(
    tmp_path: Path, name: str, part: float, words: str
) -> None:
    options = ("-movflags", "+faststart") if name == "start.mp4" else ()
    path = make(tmp_path / name, *X264, *options, seconds=4.0)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    with pytest.raises(SourceError, match=words):
        read(path)


def test_what_is_no_video_at_all_is_not_called_cut_off(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"RIFX" + bytes(5000))
    with pytest.raises(SourceError, match="isn't a video that can be read"):
        read(tmp_path / "a.mp4")


def test_a_broken_picture_in_a_folder_is_mentioned_once_however_often_it_is_replayed(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.jpg"), np.full((48, 64), 100, np.uint8))
    (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:200])
    replay = open_replay(tmp_path, CameraConfig(), wait=lambda _: None, fast=True, loop=True)
    assert all(replay.read() is not None for _ in range(70))
    assert replay.notes == [f"{tmp_path}: 1 picture couldn't be read, the first of them b.jpg; the others were"]


# --- time -------------------------------------------------------------------------------------------------------------


def test_time_passes_in_a_gap_and_between_pictures_that_are_far_apart(tmp_path: Path) -> None:
    gap = make(tmp_path / "gap.mkv", "-vf", "setpts='if(gte(N,20),PTS+300/TB,PTS)'", "-fps_mode", "vfr", *X264)
    frames, replay = read(gap)
    assert len(frames) == 40 and frames[-1].at == pytest.approx(303.9, abs=0.1)
    assert "a gap without pictures, 300.1 s in total, the first at 1.9 s" in replay.notes[0]
    lapse = make(tmp_path / "lapse.mp4", "-vf", "fps=5,setpts=N*70/TB", "-fps_mode", "vfr", "-frames:v", "20", *X264)
    frames, replay = read(lapse)
    assert [round(frame.at) for frame in frames] == [70 * n for n in range(20)] and not replay.notes


def test_a_film_of_very_many_pictures_a_second_keeps_its_length(tmp_path: Path) -> None:
    frames, replay = read(make(tmp_path / "a.mp4", "-vf", "fps=10000,scale=64:48", *X264, seconds=0.2))
    assert len(frames) == pytest.approx(2000, abs=2) and not replay.notes
    assert frames[-1].at == pytest.approx(0.2, abs=0.01)


def test_a_dvd_for_wide_screens_has_its_shape(tmp_path: Path) -> None:
    wide = ("-vf", "scale=720:576,setdar=16/9", "-c:v", "mpeg2video", "-r", "25", "-q:v", "4")
    frames, _ = read(make(tmp_path / "a.mpg", *wide, seconds=1.0))
    height, width = frames[0].grey.shape
    assert width / height == pytest.approx(16 / 9, abs=0.01)


# --- memory -----------------------------------------------------------------------------------------------------------


LARGE = "need too much memory.*make it smaller first"


def test_a_film_of_8k_is_read_smaller_and_needs_less_memory_than_the_service_may_use(tmp_path: Path) -> None:
    path = make(tmp_path / "a.avi", "-vf", "fps=5,scale=7680:4320", "-c:v", "mjpeg", "-q:v", "5", seconds=1.0)
    assert PIXELS_MAX < 7680 * 4320
    code = """
import sys, pathlib, resource
from edge.camera.replay import video
from edge.config import CameraConfig
print(*(f"{at:.1f} {grey.shape}" for at, grey in video(pathlib.Path(sys.argv[1]), CameraConfig())), sep=", ")
status = pathlib.Path("/proc/self/status").read_text()
own = int(status.partition("VmHWM:")[2].split()[0])
print((own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1000)
"""
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True, cwd=ROOT)
    shown, memory_mb = done.stdout.splitlines()
    assert shown.startswith("0.0 (960, 1280), 0.2 (") and shown.count("(") == 5
    assert float(memory_mb) < 450


def test_a_damaged_film_of_8k_is_read_on_after_the_damage_which_is_told(tmp_path: Path) -> None:
    path = make(tmp_path / "a.avi", "-vf", "fps=5,scale=7680:4320", "-c:v", "mjpeg", "-q:v", "5", seconds=1.6)
    content = bytearray(path.read_bytes())
    third = [at for at in range(len(content)) if content.startswith(b"\xff\xd8\xff", at)][2]
    content[third : third + 600] = bytes(600)
    path.write_bytes(content)
    frames, replay = read(path)
    assert [round(frame.at, 1) for frame in frames] == [0.0, 0.2, 0.6, 0.8, 1.0, 1.2, 1.4]
    (note,) = replay.notes
    # ffmpeg may drop the picture before the damage, too.
    words = r"from 0\.[24] s on pictures of 7680 x 4320 pixels need too much memory or are damaged, so only key"
    assert re.search(words, note)


@pytest.mark.slow
def test_of_a_film_that_needs_more_memory_only_the_key_pictures_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = ("-c:v", "libx264", "-preset", "fast", "-g", "4", "-sc_threshold", "0")
    path = make(tmp_path / "a.mp4", "-vf", "fps=5,scale=7680:4320", *code, seconds=1.6)
    frames, replay = read(path)
    assert [round(frame.at, 1) for frame in frames] == [0.0, 0.8]
    assert "so only key pictures were read" in replay.notes[0]
    monkeypatch.setattr(decoder, "MEMORY_MAX_BYTES", 50_000_000)
    with pytest.raises(SourceError, match=LARGE):
        read(path)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(SourceError, match=LARGE):
        read(path)


def test_a_name_with_a_colon_is_a_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "a.mp4", *X264, seconds=1.0).rename(tmp_path / "20:15.mp4")
    monkeypatch.chdir(tmp_path)
    assert len(read(Path("20:15.mp4"))[0]) == 10
