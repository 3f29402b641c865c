"""Record what the model and the demo clip yield on a machine, and compare two machines; used by `check_arm64`.

    python scripts/endurance/arm64_answers.py write OUT.json
    python scripts/endurance/arm64_answers.py pictures FOLDER
    python scripts/endurance/arm64_answers.py compare HERE.json THERE.json HERE.lines THERE.lines
    python scripts/endurance/arm64_answers.py scenes LINES DEMO.json

`write` and `pictures` need the installed package only, `compare` and `scenes` nothing but Python. `pictures` writes
PNGs of the demo clip, because FFmpeg's decoding differs by a grey level between processors and a PNG does not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

# STEPS: int8 steps that another processor's kernel may round differently. SECONDS: a face at the edge of the picture
# may be found one time more or less, and looks at a settled mood are a second apart.
STEPS, SECONDS = 1, 1.0
# How many of the demo clip's seven expressions must be the mood at the end of their scene, as in the tests.
RIGHT = 5


def answers() -> dict[str, Any]:
    """Return each head's int8 logits of the demo's seven faces, and of 57 mixtures of them and noise."""
    import platform

    import cv2
    import numpy as np

    import edge
    from edge.vision.pipeline import BASE, find_model
    from edge.vision.tflite import open_interpreter

    model = find_model("models/tflite/fer_int8.tflite", BASE)
    facts = json.loads(model.with_suffix(".json").read_text())
    strip = cv2.imread(str(Path(edge.__file__).parent / "demo" / "faces.png"), cv2.IMREAD_GRAYSCALE)
    assert strip is not None, "edge/demo/faces.png can't be read"
    side = strip.shape[0]
    faces = [cv2.resize(strip[:, n * side : (n + 1) * side], (48, 48), interpolation=cv2.INTER_AREA) for n in range(7)]
    random = np.random.default_rng(7)
    for n in range(57):
        share = n / 57
        mixed = (1 - share) * faces[n % 7] + share * random.integers(0, 256, (48, 48))
        faces.append(np.clip(mixed, 0, 255).astype(np.uint8))
    entry = facts["input"]
    runtime = open_interpreter(model)
    into = runtime.get_input_details()[0]["index"]
    out = {detail["name"]: detail["index"] for detail in runtime.get_output_details()}
    logits: dict[str, list[list[int]]] = {name: [] for name in facts["outputs"]}
    for face in faces:
        real = (face.astype(np.float64) - entry["mean"]) / entry["std"]
        level = np.clip(np.round(real / entry["scale"]) + entry["zero_point"], -128, 127).astype(np.int8)
        runtime.set_tensor(into, level.reshape(1, 48, 48, 1))
        runtime.invoke()
        for name, about in facts["outputs"].items():
            logits[name].append(runtime.get_tensor(out[about["name"]])[0].astype(int).tolist())
    return {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "cv2": cv2.__version__,
        "logits": logits,
    }


def pictures(folder: Path) -> int:
    """Write the demo clip's frames; returns their number."""
    import cv2

    from edge.camera.opening import open_camera
    from edge.config import CameraConfig

    folder.mkdir(parents=True, exist_ok=True)
    camera = open_camera(CameraConfig(source="demo"), wait=lambda _: None, fast=True)
    count = 0
    while (frame := camera.read()) is not None:
        cv2.imwrite(str(folder / f"{count:04d}.png"), frame.grey, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        count += 1
    camera.close()
    return count


def right(lines: str, scenes: list[dict[str, Any]]) -> list[bool]:
    """Return for each scene with an expression whether that was the mood at its end."""
    moods = [(at, mood) for at, event, mood in mood_events(lines) if event == "mood_changed"]
    return [
        (["", *(mood for at, mood in moods if at <= scene["end"])])[-1] == scene["expression"]
        for scene in scenes
        if scene["expression"]
    ]


def differences(here: dict[str, Any], there: dict[str, Any]) -> list[str]:
    """Return sentences about logits that differ by more than STEPS; empty if the machines agree."""
    wrong = []
    for name, rows in here["logits"].items():
        apart = [
            max(abs(a - b) for a, b in zip(row, other, strict=True))
            for row, other in zip(rows, there["logits"][name], strict=True)
        ]
        if max(apart) > STEPS:
            many = sum(a > STEPS for a in apart)
            wrong.append(
                f"{name}: {many} of {len(apart)} faces are further apart than {STEPS} step, up to {max(apart)}"
            )
    return wrong


def mood_events(lines: str) -> list[tuple[float, str, str]]:
    """Return (seconds, event, mood) of each line of `moodroom run --json`."""
    found = []
    for line in map(json.loads, lines.splitlines()):
        if line["event"] in ("mood_changed", "decision"):
            about = line.get("mood") or line["wish"]
            found.append((line["t"], line["event"], about["mood"]))
    return found


def parted(here: str, there: str) -> list[str]:
    """Return sentences about moods and decisions that differ between two runs, or are more than SECONDS apart."""
    own, others = mood_events(here), mood_events(there)
    if not own:
        return ["this machine published no mood at all"]
    if [line[1:] for line in own] != [line[1:] for line in others]:
        return [f"here {[line[2] for line in own]}, there {[line[2] for line in others]}"]
    return [
        f"{event} {mood}: {at:.1f} s here, {other[0]:.1f} s there"
        for (at, event, mood), other in zip(own, others, strict=True)
        if abs(at - other[0]) > SECONDS
    ]


def compare(files: list[str]) -> int:
    """Print the comparison; exit code 1 if the machines differ."""
    here, there = (json.loads(Path(file).read_text()) for file in files[:2])
    lines = [Path(file).read_text() for file in files[2:]]
    wrong = differences(here, there) + parted(*lines)
    for name, about in (("here ", here), ("there", there)):
        print(f"{name} {about['machine']}, Python {about['python']}, NumPy {about['numpy']}, OpenCV {about['cv2']}")
    for name, rows in here["logits"].items():
        pairs = [
            (a, b)
            for row, other in zip(rows, there["logits"][name], strict=True)
            for a, b in zip(row, other, strict=True)
        ]
        same = sum(a == b for a, b in pairs)
        most = max(abs(a - b) for a, b in pairs)
        print(f"head {name}: {same} of {len(pairs)} logits equal, the largest difference is {most}")
    moods = " ".join(mood for _, event, mood in mood_events(lines[1]) if event == "mood_changed")
    print(f"moods there: {moods}")
    alike = "the very same" if lines[0] == lines[1] else "the same moods and decisions"
    print(f"lines of the demo clip's pictures: {'DIFFERENT' if parted(*lines) else alike}")
    for sentence in wrong:
        print(f"DIFFERENT: {sentence}")
    return 1 if wrong else 0


def main(arguments: list[str]) -> int:
    """Run the command; exit code 2 for wrong arguments."""
    if len(arguments) == 2 and arguments[0] == "write":
        Path(arguments[1]).write_text(json.dumps(answers()))
        return 0
    if len(arguments) == 2 and arguments[0] == "pictures":
        return 0 if pictures(Path(arguments[1])) else 1
    if len(arguments) == 3 and arguments[0] == "scenes":
        lines, demo = (Path(name).read_text() for name in arguments[1:])
        found = right(lines, json.loads(demo)["scenes"])
        print(f"demo clip there: {sum(found)} of {len(found)} scenes read right")
        return 0 if sum(found) >= RIGHT else 1
    if len(arguments) == 5 and arguments[0] == "compare":
        return compare(arguments[1:])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
