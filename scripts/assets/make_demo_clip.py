#!/usr/bin/env python3
"""Make the bundled demo clip: an averaged face with seven expressions in a drawn room, and its timeline.

    python scripts/assets/make_demo_clip.py --data ../shared/data/fer2013.npz \
        --yunet ../shared/models/face_detection_yunet_2023mar.onnx --out edge/demo

There are two stages. The first averages training faces into `OUT/faces.png` and needs the data set; the second draws
`OUT/demo.webm` and `OUT/demo.json` from that sheet. Without `--data` only the second runs. With `--yunet` the clip is
run through both face detectors and the result is printed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

from demo import check, clip, composites
from demo.faces import DataError


def main() -> int:
    """Make the clip; exit code 2 with one sentence on stderr for bad input."""
    args = arguments()
    cv2.setNumThreads(1)
    sheet, video, timeline = args.out / "faces.png", args.out / "demo.webm", args.out / "demo.json"
    try:
        if args.data is not None:
            made = composites.build(args.data, args.yunet)
            args.out.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(sheet), composites.join(made.faces), [cv2.IMWRITE_PNG_COMPRESSION, 9])
            print("people in each face:", ", ".join(f"{label} {count}" for label, count in made.people.items()))
        picture = cv2.imread(str(sheet), cv2.IMREAD_GRAYSCALE) if sheet.is_file() else None
        if picture is None:
            raise DataError(f"there is no sheet of faces at {sheet}: give --data to make it")
        clip.write(composites.split(picture.astype(np.uint8)), video, timeline, args.seed)
        print(f"{video}: {clip.DURATION:g} s, {video.stat().st_size / 1e6:.2f} MB")
        if args.yunet is not None:
            print(check.table(video, args.yunet))
    except (DataError, OSError) as fault:
        print(f"make_demo_clip: {fault}", file=sys.stderr)
        return 2
    return 0


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument(
        "--data", type=Path, metavar="NPZ", help="FER2013 with FER+ votes; without it faces.png is reused"
    )
    parser.add_argument("--yunet", type=Path, metavar="ONNX", help="YuNet; aligns the faces and checks the clip")
    parser.add_argument("--out", type=Path, default=Path("edge/demo"), metavar="DIR", help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="seed of the sensor noise; default: %(default)s")
    args = parser.parse_args()
    if args.data is not None and args.yunet is None:
        parser.error("--data needs --yunet too")
    return args


if __name__ == "__main__":
    sys.exit(main())
