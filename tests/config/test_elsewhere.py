"""Configurations that another process validates: a process without pydantic gets the same values and sentences."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from typing import Any

import pytest

from edge.config import Choice, Config
from edge.config.file import parse, source
from edge.errors import ConfigError
from tests.conftest import ROOT

# Every kind of value: durations, spans, choices in each form, areas, addresses, times, null, and sections left out.
FULL = """
device: {id: kitchen, name: Kitchen}
camera: {source: 0, fps: 5, aspect: "16:9", stuck_after: 20s}
vision: {ignore: [[0.7, 0, 0.3, 0.5]]}
music:
  pause_after: null
  time_zone: Europe/Berlin
  quiet_hours: [{begins: "22:00", ends: "7:30", days: [sat, sun], max_volume: null}]
  schedule: [{begins: "18:00", ends: "23:00", profile: evening}]
  profiles:
    everyday:
      happy: https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M?si=1
      sad: [mpd:a, {play: mpd:b, weight: 2, volume: -10, repeat: context}]
      neutral: {play: [mpd:c, mpd:d], shuffle: true}
    evening: {default: library:sad}
mpd: {host: "::1"}
web: {enabled: true, proxy: 127.0.0.1, allowed_hosts: [Room.example.org]}
journal: {keep: 7d, learn: false}
library:
"""
TEXTS = (FULL, (ROOT / "config.yaml").read_text(), "", "journal: {learn: false}")
WRONG = ("camera: {fps: 100}", "camera: {fpss: 1}", "nothing", "a: [", "music: {profile: x}", "mqtt: {host: 'a b'}")

# What a running device does with its configuration, in a process without pydantic.
WITHOUT = """
import json, sys
from edge import validation
validation.leave_to_other_processes()
from edge.config import Choice, Config
from edge.config.file import parse, source
from edge.errors import ConfigError

def described(text):
    try:
        config = parse(text, name="x.yaml")
    except ConfigError as error:
        return str(error)
    again = parse(text, name="x.yaml")
    louder = config.model_copy(update={"music": config.music.model_copy(update={"max_volume": 7})})
    return [
        config.model_dump(mode="json"),
        sorted(config.model_fields_set),
        sorted(louder.model_fields_set),
        louder.model_dump(mode="json"),
        [config == again, config == louder, config == Config()],
        repr(config),
    ]

answers = [described(text) for text in json.load(sys.stdin)]
answers.append(Config().model_dump(mode="json"))
answers.append(repr(Choice(play="mpd:a")))
for given in ("0", "", "-1"):
    try:
        answers.append(source(given))
    except ConfigError as error:
        answers.append(str(error))
print(json.dumps(answers))
raise SystemExit("pydantic" in sys.modules)
"""


def described(text: str) -> Any:
    try:
        config = parse(text, name="x.yaml")
    except ConfigError as error:
        return str(error)
    louder = config.model_copy(update={"music": config.music.model_copy(update={"max_volume": 7})})
    return [
        config.model_dump(mode="json"),
        sorted(config.model_fields_set),
        sorted(louder.model_fields_set),
        louder.model_dump(mode="json"),
        [config == parse(text), config == louder, config == Config()],
        repr(config),
    ]


def test_without_pydantic_values_and_sentences_are_the_same() -> None:
    texts = (*TEXTS, *WRONG)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], input=json.dumps(texts), capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    for text, answer in zip(texts, answers, strict=False):
        assert answer == json.loads(json.dumps(described(text))), text
    defaults, choice, number, empty, negative = answers[len(texts) :]
    assert defaults == Config().model_dump(mode="json")
    assert choice == repr(Choice(play="mpd:a"))
    assert number == source("0")
    for given, sentence in (("", empty), ("-1", negative)):
        with pytest.raises(ConfigError) as caught:
            source(given)
        assert sentence == str(caught.value)


def test_a_configuration_that_travels_keeps_its_values_and_which_were_given() -> None:
    config = parse(FULL)
    again = pickle.loads(pickle.dumps(config))
    assert again == config
    assert again.model_fields_set == config.model_fields_set
    assert again.music.model_fields_set == config.music.model_fields_set


# The program is one that can't validate anything, then one that never answers.
BROKEN = """
import sys
from edge import validation
validation.leave_to_other_processes()
from edge.config import elsewhere
from edge.errors import ConfigError, MoodroomError
if sys.argv[1] == "missing":
    sys.executable = "/nowhere/python3"
else:
    elsewhere._CODE = "import time; time.sleep(600)" if sys.argv[1] == "hangs" else "raise MemoryError"
    elsewhere.ANSWER_WITHIN_S = 0.2 if sys.argv[1] == "hangs" else 60
try:
    elsewhere.parse("camera: {fps: 5}", "x.yaml")
except ConfigError:
    raise
except MoodroomError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("how", "reason"),
    [("missing", "No such file or directory"), ("hangs", "no answer within 0 s"), ("ends", "MemoryError")],
)
def test_a_process_that_cant_answer_is_no_mistake_in_the_file(how: str, reason: str) -> None:
    done = subprocess.run([sys.executable, "-c", BROKEN, how], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.stdout, done.stderr) == (f"x.yaml: can't be validated now ({reason}); try again\n", "")
