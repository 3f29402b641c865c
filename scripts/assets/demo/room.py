"""The room of the demo clip, drawn: a wall with a window, a shelf, a picture, a lamp, a sofa and a speaker."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 640, 480

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

# Everything is drawn at twice the size and scaled down for smooth edges.
_FINE = 2
_FLOOR = 404


def draw() -> Picture:
    """Draw the empty room: (HEIGHT, WIDTH, 3), blue, green, red."""
    canvas = _walls()
    _window(canvas)
    _shelf(canvas)
    _frame(canvas)
    _sofa(canvas)
    _speaker(canvas)
    _lamp(canvas)
    small = cv2.resize(canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return _lamplight(small.astype(np.uint8))


def _walls() -> Picture:
    height, width = HEIGHT * _FINE, WIDTH * _FINE
    y, x = np.mgrid[:height, :width].astype(np.float32) / _FINE
    wall = np.stack([168 - 0.05 * y, 190 - 0.07 * y, 196 - 0.07 * y], -1)
    wall += (26 * np.exp(-(((x - 150) / 230) ** 2) - ((y - 180) / 210) ** 2))[..., None]
    floor = np.stack([78 + 0.12 * (y - _FLOOR), 112 + 0.16 * (y - _FLOOR), 146 + 0.18 * (y - _FLOOR)], -1)
    canvas = np.where((y >= _FLOOR)[..., None], floor, wall).clip(0, 255).astype(np.uint8)
    for plank in range(_FLOOR + 14, HEIGHT, 17):
        cv2.line(canvas, _at(0, plank), _at(WIDTH, plank), (70, 102, 134), 2)
    _box(canvas, 0, _FLOOR - 9, WIDTH, 9, (206, 216, 220))
    return canvas


def _window(canvas: Picture) -> None:
    left, top, width, height = 52, 46, 136, 178
    _box(canvas, left - 9, top - 9, width + 18, height + 18, (226, 234, 236))
    sky = np.linspace((222, 178, 128), (226, 222, 206), height * _FINE).astype(np.uint8)
    canvas[top * _FINE : (top + height) * _FINE, left * _FINE : (left + width) * _FINE] = sky[:, None]
    pane = canvas[top * _FINE : (top + height) * _FINE, left * _FINE : (left + width) * _FINE]
    cv2.ellipse(pane, (60, height * _FINE + 10), (210, 84), 0, 180, 360, (132, 160, 124), -1, cv2.LINE_AA)
    cv2.ellipse(pane, (270, height * _FINE + 20), (190, 70), 0, 180, 360, (112, 144, 100), -1, cv2.LINE_AA)
    _box(canvas, left + width // 2 - 3, top, 6, height, (226, 234, 236))
    _box(canvas, left, top + 70, width, 6, (226, 234, 236))
    _box(canvas, left - 16, top + height + 9, width + 32, 9, (214, 224, 228))
    for side, lean in ((left - 30, 12), (left + width + 30, -12)):
        cloth = [(side - 15, top - 20), (side + 15, top - 20), (side + 12 - lean // 2, 268), (side - 16, 268)]
        _shape(canvas, cloth, (128, 142, 186))
        for fold in (-8, 0, 8):
            cv2.line(canvas, _at(side + fold, top - 18), _at(side + fold - 1, 266), (114, 126, 168), 3, cv2.LINE_AA)
    cv2.line(canvas, _at(2, top - 21), _at(238, top - 21), (92, 108, 124), 8, cv2.LINE_AA)


def _shelf(canvas: Picture) -> None:
    wood: Colour = (86, 120, 156)
    books: list[tuple[int, int, Colour]] = [
        (11, 46, (104, 92, 160)),
        (9, 40, (150, 128, 84)),
        (13, 50, (108, 136, 92)),
        (8, 43, (92, 150, 194)),
        (12, 38, (132, 108, 116)),
        (10, 48, (84, 96, 132)),
    ]
    for board, start in ((152, 462), (232, 478)):
        _box(canvas, 446, board, 156, 8, wood)
        _box(canvas, 446, board + 6, 156, 2, (64, 94, 126))
        x = start
        for width, height, colour in books if board == 152 else books[::-1][:4]:
            _box(canvas, x, board - height, width, height, colour)
            _box(canvas, x, board - height + 7, width, 2, (190, 206, 214))
            x += width + 1
    _shape(canvas, [(562, 128), (590, 128), (585, 152), (567, 152)], (96, 122, 182))
    for angle in range(-70, 71, 20):
        cv2.ellipse(canvas, _at(576 + angle * 0.22, 116), (9, 40), angle * 0.7, 0, 360, (84, 140, 92), -1, cv2.LINE_AA)


def _frame(canvas: Picture) -> None:
    left, top, width, height = 268, 44, 116, 84
    _box(canvas, left - 8, top - 8, width + 16, height + 16, (70, 96, 122))
    _box(canvas, left, top, width, height, (214, 212, 198))
    peaks = [(left, 128), (left + 34, 82), (left + 60, 110), (left + 84, 76), (left + width, 128)]
    _shape(canvas, peaks, (142, 136, 116))
    _box(canvas, left, top + 68, width, height - 68, (170, 168, 132))


def _sofa(canvas: Picture) -> None:
    dark, light = (126, 110, 84), (146, 130, 102)
    _round(canvas, 210, 300, 276, 110, 22, dark)
    _round(canvas, 226, 312, 122, 70, 14, light)
    _round(canvas, 350, 312, 122, 70, 14, light)
    _round(canvas, 218, 372, 262, 44, 14, (156, 140, 112))
    _round(canvas, 194, 338, 40, 86, 18, dark)
    _round(canvas, 462, 338, 40, 86, 18, dark)
    for leg in (214, 474):
        _box(canvas, leg, 422, 10, 16, (52, 68, 88))
    _shape(canvas, [(418, 322), (464, 330), (456, 374), (410, 366)], (104, 164, 206))


def _speaker(canvas: Picture) -> None:
    _box(canvas, 36, 352, 132, 62, (84, 116, 150))
    _box(canvas, 36, 352, 132, 6, (104, 138, 172))
    _box(canvas, 100, 362, 3, 50, (66, 94, 126))
    for leg in (42, 152):
        _box(canvas, leg, 414, 10, 18, (52, 68, 88))
    _round(canvas, 78, 284, 48, 68, 10, (64, 62, 60))
    for y, radius in ((304, 8), (330, 15)):
        cv2.circle(canvas, _at(102, y), radius * _FINE, (92, 90, 88), -1, cv2.LINE_AA)
        cv2.circle(canvas, _at(102, y), radius, (74, 72, 70), -1, cv2.LINE_AA)


def _lamp(canvas: Picture) -> None:
    _box(canvas, 570, 300, 6, 134, (74, 84, 92))
    cv2.ellipse(canvas, _at(573, 436), (26 * _FINE, 6 * _FINE), 0, 0, 360, (74, 84, 92), -1, cv2.LINE_AA)
    _shape(canvas, [(552, 256), (594, 256), (610, 306), (536, 306)], (178, 222, 244))


def _lamplight(room: Picture) -> Picture:
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    glow = np.exp(-(((x - 573) / 120) ** 2) - ((y - 292) / 110) ** 2)[..., None]
    return np.asarray(np.clip(room + glow * np.array([10, 22, 30], np.float32), 0, 255), np.uint8)


def _at(x: float, y: float) -> tuple[int, int]:
    return round(x * _FINE), round(y * _FINE)


def _box(canvas: Picture, x: float, y: float, width: float, height: float, colour: Colour) -> None:
    cv2.rectangle(canvas, _at(x, y), (round((x + width) * _FINE) - 1, round((y + height) * _FINE) - 1), colour, -1)


def _shape(canvas: Picture, points: list[tuple[int, int]], colour: Colour) -> None:
    cv2.fillPoly(canvas, [np.array([_at(x, y) for x, y in points], np.int32)], colour, cv2.LINE_AA)


def _round(canvas: Picture, x: int, y: int, width: int, height: int, radius: int, colour: Colour) -> None:
    """Draw a box with round corners."""
    _box(canvas, x + radius, y, width - 2 * radius, height, colour)
    _box(canvas, x, y + radius, width, height - 2 * radius, colour)
    for cx in (x + radius, x + width - radius):
        for cy in (y + radius, y + height - radius):
            cv2.circle(canvas, _at(cx, cy), radius * _FINE, colour, -1, cv2.LINE_AA)
