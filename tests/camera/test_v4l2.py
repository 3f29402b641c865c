"""Choosing the mode of a USB camera, and the kernel's structures that list the modes."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.camera import v4l2
from edge.camera.v4l2 import Mode, choose, modes

WEBCAM = [
    Mode("YUYV", 640, 480, 30),
    Mode("YUYV", 320, 240, 30),
    Mode("YUYV", 1280, 720, 10),
    Mode("YUYV", 1920, 1080, 5),
    Mode("MJPG", 640, 480, 30),
    Mode("MJPG", 1280, 720, 30),
    Mode("MJPG", 1920, 1080, 30),
    Mode("H264", 640, 480, 30),
]


@pytest.mark.parametrize(
    ("target", "chosen"),
    [
        ((640, 480, 10), Mode("YUYV", 640, 480, 30)),
        ((600, 400, 10), Mode("YUYV", 640, 480, 30)),
        ((1280, 720, 10), Mode("YUYV", 1280, 720, 10)),
        ((1280, 720, 15), Mode("MJPG", 1280, 720, 30)),
        ((800, 600, 10), Mode("YUYV", 1280, 720, 10)),
        ((1280, 800, 10), Mode("MJPG", 1920, 1080, 30)),
        ((3840, 2160, 10), Mode("MJPG", 1920, 1080, 30)),
        ((640, 480, 60), Mode("YUYV", 640, 480, 30)),
    ],
)
def test_the_smallest_picture_that_fits_and_is_fast_enough_is_chosen(
    target: tuple[int, int, float], chosen: Mode
) -> None:
    width, height, fps = target
    assert choose(WEBCAM, width=width, height=height, fps=fps) == chosen


def test_a_camera_without_a_known_format_has_no_mode() -> None:
    assert choose([], width=640, height=480, fps=10) is None
    assert choose([Mode("H264", 640, 480, 30)], width=640, height=480, fps=10) is None


MODES = st.builds(
    Mode,
    st.sampled_from(["YUYV", "MJPG", "NV12"]),
    st.integers(1, 4000),
    st.integers(1, 4000),
    st.floats(0, 120),
)


@given(st.lists(MODES), st.integers(160, 3840), st.integers(120, 2160), st.floats(0.1, 60))
def test_no_smaller_mode_would_fit(offered: list[Mode], width: int, height: int, fps: float) -> None:
    chosen = choose(offered, width=width, height=height, fps=fps)
    known = [mode for mode in offered if mode.fourcc != "NV12"]
    assert (chosen is None) == (not known)
    if chosen is None:
        return
    fitting = [mode for mode in known if mode.width >= width and mode.height >= height]
    assert chosen in (fitting or known)
    better = [mode for mode in fitting if mode.fps >= fps]
    if better:
        assert chosen.fps >= fps
        assert chosen.width * chosen.height == min(mode.width * mode.height for mode in better)


def test_the_kernel_s_results_are_read(tmp_path: Path) -> None:
    """The structures of linux/videodev2.h, filled in as by a driver."""
    formats = [b"YUYV", b"MJPG"]

    def kernel(handle: int, request: int, request_data: bytearray) -> int:
        index = struct.unpack_from("=I", request_data)[0]
        if request == v4l2.ENUM_FMT:
            assert len(request_data) == 64 and struct.unpack_from("=I", request_data, 4)[0] == 1
            if index >= len(formats):
                raise OSError(22, "Invalid argument")
            request_data[12:44] = b"some name".ljust(32, b"\0")
            request_data[44:48] = formats[index]
        elif request == v4l2.ENUM_FRAMESIZES:
            assert len(request_data) == 44
            if request_data[4:8] == b"MJPG" and index == 0:
                struct.pack_into("=7I", request_data, 8, 3, 160, 1280, 8, 120, 720, 8)
            elif request_data[4:8] == b"YUYV" and index < 2:
                struct.pack_into("=3I", request_data, 8, 1, *[(640, 480), (1280, 720)][index])
            else:
                raise OSError(22, "Invalid argument")
        elif request == v4l2.ENUM_FRAMEINTERVALS:
            assert len(request_data) == 52
            width = struct.unpack_from("=I", request_data, 8)[0]
            rates = [30, 15] if width == 640 else [10]
            if index >= len(rates):
                raise OSError(22, "Invalid argument")
            struct.pack_into("=3I", request_data, 16, 1, 1, rates[index])
        return 0

    device = tmp_path / "video0"
    device.touch()
    assert modes(str(device), ioctl=kernel) == [
        Mode("YUYV", 640, 480, 30),
        Mode("YUYV", 1280, 720, 10),
        Mode("MJPG", 640, 480, 30),
        Mode("MJPG", 800, 600, 10),
        Mode("MJPG", 1280, 720, 10),
    ]


def test_other_devices_have_no_modes(tmp_path: Path) -> None:
    file = tmp_path / "video0"
    file.touch()
    assert modes(str(file)) == []
    with pytest.raises(FileNotFoundError):
        modes(str(tmp_path / "video1"))


@pytest.mark.skipif(
    shutil.which("cc") is None or not Path("/usr/include/linux/videodev2.h").is_file(),
    reason="needs a C compiler and the kernel's headers",
)
def test_the_requests_and_places_are_the_kernel_s(tmp_path: Path) -> None:
    source = tmp_path / "print.c"
    source.write_text(
        "#include <stddef.h>\n#include <stdio.h>\n#include <linux/videodev2.h>\n"
        'int main(void) { printf("%u %u %u %zu %zu %zu",'
        "(unsigned)VIDIOC_ENUM_FMT, (unsigned)VIDIOC_ENUM_FRAMESIZES, (unsigned)VIDIOC_ENUM_FRAMEINTERVALS,"
        "offsetof(struct v4l2_fmtdesc, pixelformat), offsetof(struct v4l2_frmsizeenum, type),"
        "offsetof(struct v4l2_frmivalenum, type)); return 0; }\n"
    )
    subprocess.run(["cc", str(source), "-o", str(tmp_path / "print")], check=True)
    printed = subprocess.run([str(tmp_path / "print")], capture_output=True, text=True, check=True).stdout.split()
    assert [int(number) for number in printed] == [
        v4l2.ENUM_FMT,
        v4l2.ENUM_FRAMESIZES,
        v4l2.ENUM_FRAMEINTERVALS,
        44,
        8,
        16,
    ]
