#!/usr/bin/env python3
r"""Store several augmented views of each training picture with a teacher's answers, for `train_student.py`.

python scripts/training/make_views.py --data fer2013.npz --teacher runs/teacher.tflite --out runs/views --count 6
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fer import views
from fer.checkpoint import CheckpointError
from fer.data import TRAIN, DataError, load
from fer.lite_teacher import LiteTeacher


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--teacher", type=Path, required=True, help="an int8 .tflite file with its sidecar")
    parser.add_argument("--out", type=Path, required=True, help="folder for the views")
    parser.add_argument("--count", type=int, default=6, help="views of each picture, the picture itself among them")
    args = parser.parse_args()
    teacher = LiteTeacher(args.teacher)
    views.make(load(args.data, TRAIN), teacher, args.out, args.count, mean=teacher.mean, std=teacher.std)


if __name__ == "__main__":
    try:
        main()
    except (CheckpointError, DataError) as error:
        print(f"make_views.py: {error}", file=sys.stderr)
        sys.exit(2)
