"""`moodroom analyze`: the expressions in a video over time."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.analysis.film import Analysis, PersonSample, Sample
from edge.analysis.film_text import COLUMNS, as_csv, as_dict
from edge.analysis.look_at_film import analyze, length
from edge.cli.main import main
from edge.commands.analyze import music_for, show_analysis
from edge.commands.charts import canvas
from edge.commands.charts.analysis import LEFT, MOOD_HEIGHT, TIME_AXIS_WIDTH_PX, TOP, analysis_png
from edge.config import Config
from edge.errors import ConfigError, SourceError
from edge.values import EXPRESSIONS, Box, Mood
from tests.conftest import Moodroom


def mood(name: str, valence: float = 0.0) -> Mood:
    return Mood(name, 0.9, valence, 0.1, 1, 0.0)


def person(number: int, name: str, quality: float = 1.0) -> PersonSample:
    probabilities = tuple(0.94 if name == label else 0.01 for label in EXPRESSIONS)
    return PersonSample(number, Box(10, 20, 30, 40), mood(name), probabilities, quality)


ANALYSIS = Analysis(
    "a.mp4",
    10.0,
    (
        Sample(0.0, mood("absent"), False, ()),
        Sample(2.0, mood("happy", 0.7), True, (person(1, "happy"),)),
        Sample(5.0, mood("happy", 0.6), True, (person(1, "happy"), person(2, "sad", 0.0))),
        Sample(6.0, mood("sad", -0.6), True, (person(2, "sad", 0.0),)),
    ),
)


def test_each_mood_lasts_until_the_next_look() -> None:
    assert ANALYSIS.room() == {"happy": 4.0, "sad": 4.0, "absent": 2.0}
    assert ANALYSIS.moods() == ["happy", "sad"]


def test_each_person_has_totals() -> None:
    second, first = ANALYSIS.people()
    assert (second.number, second.seconds, second.first, second.last) == (2, {"sad": 5.0}, 5.0, 6.0)
    assert (first.number, first.seconds, first.looks) == (1, {"happy": 4.0}, 2)
    assert first.expression == pytest.approx(person(1, "happy").probabilities)
    assert sum(second.expression) == pytest.approx(1.0)


def test_a_video_too_short_for_a_mood_still_has_an_expression() -> None:
    short = Analysis("a.gif", 0.1, (Sample(0.0, mood("unknown"), False, (person(1, "surprise"),)),))
    assert short.moods() == ["surprise"]
    assert Analysis("a.gif", 0.0, ()).moods() == []


def test_csv_has_a_line_for_the_room_and_for_each_person() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(ANALYSIS))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["who"] for row in rows] == ["room", "room", "1", "room", "1", "2", "room", "2"]
    assert (rows[1]["seconds"], rows[1]["mood"], rows[1]["people"], rows[1]["happy"]) == ("2.0", "happy", "1", "")
    assert (rows[2]["mood"], rows[2]["happy"], rows[2]["x"], rows[2]["people"]) == ("happy", "0.94", "10", "")


def test_json_contains_all_results() -> None:
    payload = json.loads(json.dumps(as_dict(ANALYSIS)))
    assert payload["room"]["moods"] == {"happy": 4.0, "sad": 4.0, "absent": 2.0}
    assert [someone["person"] for someone in payload["people"]] == [2, 1]
    assert [look["t"] for look in payload["looks"]] == [0.0, 2.0, 5.0, 6.0]
    assert payload["looks"][2]["people"][1]["expression"]["sad"] == 0.94


def test_the_picture_has_the_colours_of_the_moods() -> None:
    picture = cv2.imdecode(np.frombuffer(analysis_png(ANALYSIS, "ä film"), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    colours = [
        picture[TOP + MOOD_HEIGHT // 2, round(LEFT + TIME_AXIS_WIDTH_PX * share)].tolist() for share in (0.1, 0.4, 0.8)
    ]
    assert colours == [list(canvas.MOOD_COLOURS[name]) for name in ("absent", "happy", "sad")]
    assert analysis_png(Analysis("a.gif", 0.0, ()), "nothing").startswith(b"\x89PNG")


@pytest.fixture
def config(yunet_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("MOODROOM_MODELS", str(yunet_folder))
    return Config()


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Seconds 9 to 17 of the demo clip, where somebody neutral becomes happy, as a video and as a GIF."""
    demo = Path(__file__).parents[2] / "edge" / "demo" / "demo.webm"
    folder = tmp_path_factory.mktemp("films")
    capture, writer = cv2.VideoCapture(str(demo)), None
    pictures = []
    for index in range(170):
        ok, picture = capture.read()
        assert ok
        if index >= 90:
            pictures.append(picture)
    capture.release()
    film, gif = folder / "cut.webm", folder / "cut.gif"
    writer = cv2.VideoWriter(str(film), cv2.VideoWriter.fourcc(*"VP80"), 10, (640, 480))
    for picture in pictures:
        writer.write(picture)
    writer.release()
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", film, "-vf", "fps=5,scale=480:-1", gif], check=True, capture_output=True
    )
    return {"film": film, "gif": gif}


@pytest.mark.parametrize("kind", ["film", "gif"])
def test_a_video_and_a_gif_have_the_same_result(config: Config, cut: dict[str, Path], kind: str) -> None:
    analysis = analyze(config, cut[kind], fps=2.5)
    assert analysis.seconds == pytest.approx(8.0, abs=0.3)
    assert len(analysis.samples) == pytest.approx(20, abs=1)
    assert set(analysis.moods()) == {"neutral", "happy"}
    # The scene changes after 3.6 of these 8 seconds.
    assert analysis.room()["happy"] == pytest.approx(4, abs=1.5)
    someone, *others = analysis.people()
    assert not others
    assert sum(someone.seconds.values()) == pytest.approx(8.0, abs=0.5)


def test_two_runs_are_alike_and_report_their_progress(config: Config, cut: dict[str, Path]) -> None:
    steps: list[float] = []
    first = analyze(config, cut["film"], fps=1, step=steps.append)
    assert as_csv(first) == as_csv(analyze(config, cut["film"], fps=1))
    assert steps == sorted(steps) and len(steps) == len(first.samples)
    assert length(cut["film"]) == pytest.approx(8.0, abs=0.2)


def test_all_files_are_written(
    config: Config, cut: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_analysis(config, cut["film"], csv_to=str(tmp_path / "a.csv"), json_to="-", png=tmp_path / "a.png", fps=1)
    payload = json.loads(capsys.readouterr().out)
    assert [entry["mood"] for entry in payload["music"]] == [
        mood for mood in payload["room"]["moods"] if mood in EXPRESSIONS
    ]
    assert {"name": "Daft Punk", "uri": "spotify:artist:4tZwfgrHOc3mvqYlEYSvVi"} in payload["music"][-1][
        "choices"
    ] + payload["music"][0]["choices"]
    assert (tmp_path / "a.csv").read_text().startswith("seconds,who,mood")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_an_empty_room(config: Config, film: object, capsys: pytest.CaptureFixture[str]) -> None:
    show_analysis(config, film("grey.mp4"), csv_to=None, json_to=None, png=None)  # type: ignore[operator]
    assert "There was nobody in view." in capsys.readouterr().out


def test_a_folder_of_pictures(config: Config, cut: dict[str, Path], tmp_path: Path) -> None:
    capture = cv2.VideoCapture(str(cut["film"]))
    _, picture = capture.read()
    capture.release()
    cv2.imwrite(str(tmp_path / "1.png"), picture)
    assert analyze(config, tmp_path).moods() == ["neutral"]
    assert length(tmp_path) is None


def test_the_music_is_that_of_the_profile() -> None:
    happy, sad = music_for(Config(), ANALYSIS)
    assert (happy["mood"], happy["choices"][0]["name"]) == ("happy", "Daft Punk")
    assert (sad["mood"], sad["songs"]) == ("sad", [])


@pytest.mark.parametrize("what", ["missing", "text", "empty"])
def test_an_unusable_file_is_one_sentence(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.mp4"
    if what != "missing":
        path.write_text("no film\n" * 100 if what == "text" else "")
    with pytest.raises(SourceError):
        analyze(Config(), path)
    with pytest.raises(SystemExit, match="2"):
        main(["analyze", str(path)])
    err = capsys.readouterr().err
    assert str(path) in err
    assert err.count("\n") == 1


def test_a_name_that_is_not_utf_8_is_one_sentence(tmp_path: Path, moodroom: Moodroom) -> None:
    # OpenCV would end the process over such a name.
    path = tmp_path / os.fsdecode(b"caf\xe9.webm")
    shutil.copy(Path(__file__).parents[2] / "edge" / "demo" / "demo.webm", path)
    done = moodroom("analyze", path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "its name isn't UTF-8 text; rename it" in done.stderr
    for call in (lambda: length(path), lambda: analyze(Config(), path)):
        with pytest.raises(SourceError, match="its name isn't UTF-8 text"):
            call()


def test_csv_and_json_cannot_both_go_to_stdout(
    cut: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["analyze", str(cut["film"]), "--csv", "-", "--json", "-"])
    output = capsys.readouterr()
    assert (output.out, output.err.count("\n")) == ("", 1) and "only one of them can go to stdout" in output.err


def test_an_unreachable_video_has_no_length(tmp_path: Path) -> None:
    assert length(tmp_path / ("x" * 300)) is None


def test_the_targets_are_checked_before_the_video(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="its folder doesn't exist"):
        show_analysis(Config(), tmp_path / "none.mp4", csv_to=None, json_to=None, png=tmp_path / "none" / "a.png")


def ffmpeg(*arguments: object) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True, capture_output=True)


def remade(film: Path, path: Path, filters: str) -> Path:
    """A film with other times, as these filters of ffmpeg set them."""
    ffmpeg("-i", film, "-vf", filters, "-fps_mode", "vfr", "-c:v", "libx264", path)
    return path


GAP = "setpts='if(gte(N,40),PTS+300/TB,PTS)'"


def test_a_photograph_has_a_mood_and_its_rows_agree(
    config: Config, cut: dict[str, Path], tmp_path: Path, moodroom: Moodroom
) -> None:
    photo = tmp_path / "photo.jpg"
    ffmpeg("-ss", "6", "-i", cut["film"], "-frames:v", "1", photo)
    done = moodroom("analyze", photo)
    assert done.returncode == 0, done.stderr
    room, someone = done.stdout.splitlines()[1:3]
    assert room.split()[1:] == someone.split()[2:] == ["2.0", "s", "happy", "2.0", "s"]
    for sample in analyze(config, cut["film"], fps=5).samples[:5]:
        assert [person.mood.mood for person in sample.people] == [sample.mood.mood]


def test_a_gap_is_nobodys_mood_and_a_time_lapse_is_counted(
    config: Config, cut: dict[str, Path], tmp_path: Path
) -> None:
    gap = remade(cut["film"], tmp_path / "gap.mkv", GAP)
    lapse = remade(cut["film"], tmp_path / "lapse.mp4", "fps=2,trim=end_frame=12,setpts=N*70/TB")
    analysis = analyze(config, gap, fps=2.5)
    assert analysis.seconds == pytest.approx(308, abs=0.5)
    assert analysis.gaps == ((pytest.approx(4.0, abs=0.2), pytest.approx(304.0, abs=0.2)),)
    room = analysis.room()
    assert room["unknown"] == pytest.approx(300, abs=0.5) and sum(room.values()) == pytest.approx(308, abs=0.5)
    assert sum(sum(person.seconds.values()) for person in analysis.people()) == pytest.approx(8, abs=0.5)
    assert as_dict(analysis)["gaps"] and as_dict(analysis)["notes"]
    analysis = analyze(config, lapse)
    assert analysis.seconds == pytest.approx(12 * 70, abs=1) and not analysis.gaps
    assert sum(seconds for mood, seconds in analysis.room().items() if mood in EXPRESSIONS) == pytest.approx(840, abs=1)


def test_in_a_replay_no_mood_stands_across_a_gap(
    config: Config, cut: dict[str, Path], tmp_path: Path, moodroom: Moodroom
) -> None:
    gap = remade(cut["film"], tmp_path / "gap.mkv", GAP)
    done = moodroom("run", "--source", gap, "--once", "--fast", "--json")
    changes = [json.loads(line) for line in done.stdout.splitlines()]
    moods = [(line["t"], line["mood"]["mood"]) for line in changes if line["event"] == "mood_changed"]
    assert [mood for _, mood in moods][-2:] == ["unknown", "happy"]
    assert moods[-2][0] == pytest.approx(13.9, abs=0.2) and moods[-1][0] > 303
