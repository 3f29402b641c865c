"""The comparison of `check_arm64` and its errors; the emulation itself is run by maintainers."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest

import arm64_answers
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "endurance" / "check_arm64"
LINES = "\n".join(
    json.dumps(line)
    for line in (
        {"t": 2.0, "event": "mood_changed", "mood": {"mood": "absent"}},
        {"t": 2.0, "event": "decision", "wish": {"mood": "absent"}, "why": "nobody is here"},
        {"t": 3.0, "event": "health", "value": 1},
        {"t": 5.4, "event": "mood_changed", "mood": {"mood": "happy"}},
    )
)


@pytest.fixture(scope="module")
def real() -> dict[str, Any]:
    """Return the model's answers on this machine."""
    return arm64_answers.answers()


def test_the_model_answers_on_this_machine_as_it_should(real: dict[str, Any]) -> None:
    rows = real["logits"]["expression"]
    assert len(rows) == 64
    # The first seven are the demo's faces, one for each label in its order.
    labels = json.loads((ROOT / "models" / "tflite" / "fer_int8.json").read_text())["labels"]
    # Fear is read as surprise, and disgust is within one int8 step of angry.
    assert [n for n, row in enumerate(rows[:7]) if row[n] < max(row) - 1] == [labels.index("fear")]
    assert len({tuple(row) for row in rows}) > 32


def test_one_step_of_int8_is_rounding_and_two_are_a_defect(real: dict[str, Any]) -> None:
    other = copy.deepcopy(real)
    assert arm64_answers.differences(real, other) == []
    other["logits"]["expression"][3][0] += 1
    assert arm64_answers.differences(real, other) == []
    other["logits"]["fer2013"][3][0] -= 2
    assert arm64_answers.differences(real, other) == ["fer2013: 1 of 64 faces are further apart than 1 step, up to 2"]


def test_moods_and_decisions_must_be_the_same_at_about_the_same_time() -> None:
    assert arm64_answers.parted(LINES, LINES) == []
    assert arm64_answers.parted(LINES, LINES.replace("5.4", "5.6")) == []
    assert arm64_answers.parted(LINES, LINES.replace("5.4", "7.4")) == ["mood_changed happy: 5.4 s here, 7.4 s there"]
    assert arm64_answers.parted(LINES, LINES.replace("happy", "sad"))
    assert arm64_answers.parted(LINES, LINES.rpartition("\n")[0])
    assert arm64_answers.parted("", "") == ["this machine published no mood at all"]


def test_a_scene_is_right_where_its_mood_stands_at_its_end(tmp_path: Path) -> None:
    scenes = [{"end": 4.0, "expression": None}, {"end": 6.0, "expression": "happy"}, {"end": 9.0, "expression": "sad"}]
    assert arm64_answers.right(LINES, scenes) == [True, False]
    assert arm64_answers.right("", scenes) == [False, False]
    (tmp_path / "lines").write_text(LINES)
    (tmp_path / "demo").write_text(json.dumps({"scenes": scenes}))
    assert arm64_answers.main(["scenes", str(tmp_path / "lines"), str(tmp_path / "demo")]) == 1


def test_the_clip_s_pictures_are_the_clip_s(tmp_path: Path, demo_clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from edge.camera import replay

    # The first few frames are enough.
    real = replay.open_replay
    seen: list[Any] = []

    def short(*arguments: Any, **more: Any) -> Any:
        camera = real(*arguments, **more)
        read = camera.read
        monkeypatch.setattr(camera, "read", lambda: seen.append(read()) or seen[-1] if len(seen) < 5 else None)
        return camera

    monkeypatch.setattr(replay, "open_replay", short)
    assert arm64_answers.pictures(tmp_path) == 5
    for number, frame in enumerate(seen):
        found = cv2.imread(str(tmp_path / f"{number:04d}.png"), cv2.IMREAD_GRAYSCALE)
        assert found is not None
        assert (found == frame.grey).all()


def test_the_comparison_ends_with_the_right_code(
    real: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = copy.deepcopy(real)
    wrong["logits"]["expression"][0][0] += 9
    for name, content in {"a": json.dumps(real), "b": json.dumps(wrong), "lines": LINES}.items():
        (tmp_path / name).write_text(content)
    names = [str(tmp_path / name) for name in ("a", "a", "lines", "lines")]
    assert arm64_answers.main(["compare", *names]) == 0
    assert "448 of 448 logits equal" in capsys.readouterr().out
    names[1] = str(tmp_path / "b")
    assert arm64_answers.main(["compare", *names]) == 1
    assert "DIFFERENT: expression: 1 of 64 faces" in capsys.readouterr().out
    assert arm64_answers.main(["compare"]) == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sid"], "sid: there is no such option or suite"),
        (["--cpu", "max"], "--cpu must be cortex-a72 (Pi 4) or cortex-a76 (Pi 5)"),
        (["--work"], "--work needs a folder"),
    ],
)
def test_wrong_arguments_are_answered_in_a_sentence(arguments: list[str], sentence: str) -> None:
    done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_named_tests_are_there() -> None:
    named = re.search(r"^tests=\((.*?)^\)", SCRIPT.read_text(), re.MULTILINE | re.DOTALL)
    assert named is not None
    missing = [name for name in named[1].split() if not (ROOT / name).exists()]
    assert not missing


def test_comparing_needs_nothing_but_python() -> None:
    code = (
        "import sys; sys.path.insert(0, 'scripts/endurance'); import arm64_answers; "
        "raise SystemExit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-I", "-c", code], cwd=ROOT, timeout=PATIENCE, check=False).returncode == 0
