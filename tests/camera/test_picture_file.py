"""Compressed pictures: the size is read before anything is decoded."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.camera.picture_file import decode_picture, read_picture
from edge.camera.picture_size import picture_size


def encoded(suffix: str, width: int = 64, height: int = 48) -> bytes:
    return cv2.imencode(suffix, np.full((height, width, 3), 90, np.uint8))[1].tobytes()


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp", ".tif"])
def test_the_size_is_in_the_header(suffix: str) -> None:
    assert picture_size(encoded(suffix)) == (64, 48)
    picture = decode_picture(encoded(suffix))
    assert picture is not None and picture.shape == (48, 64)
    assert picture_size(encoded(suffix)[:9]) is None


def test_a_progressive_jpeg_and_a_webp_are_decoded() -> None:
    grey = np.full((48, 64), 90, np.uint8)
    progressive = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1]
    assert picture_size(progressive.tobytes()) == (64, 48)
    assert decode_picture(progressive) is not None and decode_picture(encoded(".webp")) is not None


def test_bytes_between_the_segments_of_a_jpeg_are_skipped() -> None:
    whole = encoded(".jpg")
    at = whole.index(b"\xff\xdb")
    assert picture_size(whole[:at] + b"\x00\x12\xff\x00" + whole[at:]) == (64, 48)


def test_a_huge_picture_of_few_bytes_is_refused_whatever_its_format() -> None:
    black = np.zeros((5000, 5000), np.uint8)
    lossless = [cv2.IMWRITE_WEBP_QUALITY, 101]
    for suffix, options in ((".webp", []), (".webp", lossless), (".png", []), (".tif", [])):
        data = cv2.imencode(suffix, black, options)[1].tobytes()
        assert picture_size(data) == (5000, 5000) and decode_picture(data) is None
    # An extended WebP tells the size of its canvas first.
    extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\x87\x13\0" * 2
    assert picture_size(extended) == (5000, 5000)
    # Of a kind whose size can't be read.
    assert decode_picture(cv2.imencode(".jp2", black[:64, :64])[1].tobytes()) is None


def test_a_large_jpeg_is_reduced_and_a_huge_picture_is_refused() -> None:
    large = cv2.imencode(".jpg", np.full((5000, 6000), 90, np.uint8))[1].tobytes()
    picture = decode_picture(large)
    assert picture is not None and picture.shape == (2500, 3000)
    at = large.index(b"\xff\xc0")
    huge = large[: at + 5] + struct.pack(">HH", 40000, 40000) + large[at + 9 :]
    assert picture_size(huge) == (40000, 40000) and decode_picture(huge) is None
    png = bytearray(encoded(".png"))
    png[16:24] = struct.pack(">II", 15000, 15000)
    png[29:33] = struct.pack(">I", zlib.crc32(png[12:29]))
    assert decode_picture(bytes(png)) is None


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xc0", b"\x89PNG\r\n\x1a\n", b"<html>", b"\xff" * 99])
def test_what_is_no_picture_is_none(tmp_path: Path, data: bytes) -> None:
    assert decode_picture(data) is None
    (tmp_path / "a.jpg").write_bytes(data)
    assert read_picture(tmp_path / "a.jpg") is None
    assert read_picture(tmp_path / "none.jpg") is None
