"""The topic `follow`: what devices tell each other, and what somebody else may publish there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge.config import Config
from edge.daemon.broker import open_mqtt
from edge.daemon.inbox import Inbox
from edge.mqtt.rooms.payload import REPORT_MAX_BYTES, read_report, to_payload
from edge.mqtt.rooms.reports import RoomReports
from edge.music.following.report import MovingMusic, Offer, RoomReport
from edge.values import Music

SONGS = ("mpd:a.flac", "mpd:b.flac")
OFFER = Offer(
    "kitchen/ab12/3",
    "living-room",
    MovingMusic(Music(SONGS[0], "two songs", SONGS), "happy", "party", "mpd", "MPD at kitchen", SONGS[1], 12.25),
)
REPORT = RoomReport("kitchen", "ab12", 7, True, 31.5, OFFER, "cellar/ff/1", True, None)


def message(**changed: Any) -> bytes:
    return json.dumps(to_payload(REPORT) | changed).encode()


def test_a_report_is_read_as_it_was_sent() -> None:
    assert read_report("kitchen", message()) == REPORT
    heard = replace(REPORT, heard="kitchen/ab12/2", kept=True)
    assert read_report("kitchen", json.dumps(to_payload(heard)).encode()) == heard
    least = RoomReport("kitchen", "ab12", 1)
    assert to_payload(least) == {"boot": "ab12", "seq": 1}
    assert read_report("kitchen", json.dumps(to_payload(least)).encode()) == least


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"\xff", "utf-8"),
        (b"[" * 100_000, "longer than"),
        (b"[" * 7_000 + b"]" * 7_000, "nested too deeply"),
        (b"null", "isn't a JSON object"),
        (b"{}", "no boot and seq"),
        (message(seq=True), "no boot and seq"),
        (message(offer={"id": "cellar/1/1", "to": "living-room", "play": "mpd:a"}), "no id of that device"),
        (message(offer={"id": "kitchen/1/1", "to": "living-room", "play": "file:///etc/passwd"}), "can be played"),
        (message(offer={"id": "kitchen/1/1", "to": "living-room", "play": "nothing"}), "can be played"),
        (message(offer={"id": "kitchen/1/1", "to": "living-room", "play": 7}), "can be played"),
        (b'{"boot": "x", "seq": 1, "x": "' + b"x" * REPORT_MAX_BYTES + b'"}', "longer than"),
    ],
)
def test_what_is_no_report_is_refused_with_a_sentence(payload: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_report("kitchen", payload)


def test_odd_values_count_as_unknown() -> None:
    odd = read_report("kitchen", message(**{"present": "yes", "for": -1, "taken": "x" * 9999, "declined": ["a"]}))
    assert (odd.present, odd.for_s, odd.declined) == (None, None, None) and len(odd.taken or "") <= 200
    long = dict(to_payload(REPORT)["offer"], position=float("1e400"), name="\x1b[31m" + "n" * 9999)
    read = read_report("kitchen", message(offer=long)).offer
    assert read is not None and read.moving.position is None
    assert len(read.moving.music.name) <= 500 and "\x1b" not in read.moving.music.name


@pytest.mark.parametrize(
    "number", [-1, 10**400, float("nan"), float("-inf"), True], ids=["negative", "huge", "nan", "infinite", "flag"]
)
def test_a_number_that_is_no_time_costs_nothing_but_itself(number: float) -> None:
    offer = dict(to_payload(REPORT)["offer"], position=number)
    read = read_report("kitchen", message(**{"for": number, "offer": offer}))
    assert read.for_s is None and read.present
    assert read.offer is not None and read.offer.moving.position is None


def test_other_topics_are_told_apart_and_a_wrong_message_is_a_problem_until_a_right_one() -> None:
    reports: list[RoomReport] = []
    problems: list[str | None] = []
    rooms = RoomReports("home/moodroom", ["kitchen", "cellar"], report=reports.append, problem=problems.append)
    topic = "home/moodroom/kitchen/follow"
    assert rooms.topics == (topic, "home/moodroom/cellar/follow")
    rooms.message(topic, message(), retained=True)
    assert reports == [], "it may be of any age"
    for _ in range(3):
        rooms.message(topic, b"hello", retained=False)
    rooms.message(topic, message(), retained=False)
    assert reports == [REPORT] and len(problems) == 2 and problems[1] is None
    assert str(problems[0]).startswith(f"music.follow: a message on {topic} can't be used")


def test_a_right_message_of_one_room_doesnt_end_the_problem_of_another() -> None:
    problems: list[str | None] = []
    rooms = RoomReports("moodroom", ["kitchen", "cellar"], report=lambda _: None, problem=problems.append)
    for topic in rooms.topics:
        rooms.message(topic, b"?", retained=False)
    assert len(problems) == 2
    rooms.message(rooms.topics[0], message(), retained=False)
    assert len(problems) == 2, "the cellar's is still wrong"
    rooms.message(rooms.topics[1], b'{"boot": "x", "seq": 1}', retained=False)
    assert problems[2:] == [None]


def test_the_daemon_warns_of_a_list_without_its_own_id(caplog: pytest.LogCaptureFixture, state_folder: Path) -> None:
    config = Config.model_validate(
        {"device": {"id": "bath"}, "music": {"follow": ["kitchen"]}, "mqtt": {"host": "127.0.0.1"}}
    )
    assert open_mqtt(config, Inbox()) is not None
    assert "music.follow: doesn't name this device, bath, so" in caplog.text
    caplog.clear()
    music = config.music.model_copy(update={"follow": ("bath", "kitchen")})
    assert open_mqtt(config.model_copy(update={"music": music}), Inbox()) is not None and caplog.text == ""
