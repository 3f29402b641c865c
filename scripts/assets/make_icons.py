"""Draw the page's icons: a note whose head lies in the plane of valence and arousal.

    python scripts/assets/make_icons.py [--out edge/web/static]

Everything is within the middle 80 %, so that launchers may crop the corners.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

SIZES = (180, 192, 512)
# Drawn large and scaled down for smooth edges; colours are BGR.
SIDE = 2048
GROUND, AXES, NOTE, POINT = (15, 19, 22), (68, 78, 90), (106, 176, 242), (229, 238, 244)


def icon(size: int) -> np.ndarray:
    """(size, size, 3) BGR."""
    drawn = np.full((SIDE, SIDE, 3), GROUND, np.uint8)
    middle, reach = SIDE // 2, int(SIDE * 0.36)
    for start, end in [((-reach, 0), (reach, 0)), ((0, -reach), (0, reach))]:
        a, b = ((middle + x, middle + y) for x, y in (start, end))
        cv2.line(drawn, a, b, AXES, 26)
    head = (middle + int(SIDE * 0.02), middle + int(SIDE * 0.15))
    stem = head[0] + int(SIDE * 0.115)
    top = middle - int(SIDE * 0.27)
    cv2.ellipse(drawn, head, (int(SIDE * 0.135), int(SIDE * 0.1)), -20, 0, 360, NOTE, -1)
    cv2.line(drawn, (stem, head[1] - 40), (stem, top), NOTE, 76)
    cv2.ellipse(drawn, (stem, top + int(SIDE * 0.13)), (int(SIDE * 0.14), int(SIDE * 0.13)), 0, -90, 0, NOTE, 76)
    cv2.circle(drawn, (middle - int(SIDE * 0.2), middle - int(SIDE * 0.16)), int(SIDE * 0.05), POINT, -1)
    return cv2.resize(drawn, (size, size), interpolation=cv2.INTER_AREA)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "edge" / "web" / "static")
    out = parser.parse_args().out
    for size in SIZES:
        cv2.imwrite(str(out / f"icon-{size}.png"), icon(size), [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == "__main__":
    main()
