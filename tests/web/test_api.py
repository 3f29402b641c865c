"""The JSON API, through the real server."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from edge.errors import JournalError
from edge.events import HealthReported, MoodChanged, SettingsReported
from edge.players.spotify.login import Login
from edge.players.spotify.token_file import TokenFile
from edge.values import Command, Mood
from edge.web.board import LISTENERS_MAX
from tests.spotify_server import Server as Spotify
from tests.spotify_server.server import CLIENT
from tests.spotify_server.world import World
from tests.waiting import PATIENCE, wait_for
from tests.web.served import PASSWORD, SONGS, Serve, publish

HAPPY = Mood("happy", 0.83, 0.7, 0.4, 2, 1.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mood", "happy"),
        ("camera", "OFF"),
        ("control", "off"),
        ("profile", "a"),
        ("volume", "40"),
        ("playback", "next"),
    ],
)
def test_each_command_is_queued(serve: Serve, name: str, value: str) -> None:
    served = serve()
    answer = served.session().post(f"{served.url}/api/command", json={"name": name, "value": value}, timeout=PATIENCE)
    assert (answer.status_code, answer.json()) == (202, {"sent": True})
    assert served.commands == [Command(name, value, origin="page")]


def test_a_volume_may_be_a_number(serve: Serve) -> None:
    served = serve()
    browser = served.session()
    browser.post(f"{served.url}/api/command", json={"name": "volume", "value": 0}, timeout=PATIENCE)
    assert served.commands == [Command("volume", "0", origin="page")]
    for wrong in (True, 101, -1, 1.5, None, ["x"], "", "x" * 101):
        answer = browser.post(f"{served.url}/api/command", json={"name": "volume", "value": wrong}, timeout=PATIENCE)
        assert answer.status_code == 422, wrong


@pytest.mark.parametrize("value", [r"\ud800", r"happy\udfff", r"\udc00\ud800"])
def test_a_lone_surrogate_is_refused(serve: Serve, value: str) -> None:
    served = serve()
    answer = served.session().post(
        f"{served.url}/api/command",
        data=f'{{"name": "mood", "value": "{value}"}}',
        headers={"Content-Type": "application/json"},
        timeout=PATIENCE,
    )
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("value must be valid text")
    assert served.commands == []


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', '{"name": "restart", "value": "PRESS"}', "[" * 5000])
def test_an_invalid_command_is_answered_with_one_sentence(serve: Serve, body: str) -> None:
    served = serve()
    answer = served.session().post(
        f"{served.url}/api/command", data=body, headers={"Content-Type": "application/json"}, timeout=PATIENCE
    )
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]
    assert served.commands == []


class Stream:
    """An open page: the events that it receives."""

    def __init__(self, url: str, **more: Any) -> None:
        self.received: list[dict[str, Any]] = []
        self.ended = threading.Event()
        self.answer = requests.get(f"{url}/api/events", stream=True, timeout=PATIENCE, **more)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for line in self.answer.iter_lines():
                if line.startswith(b"data: "):
                    self.received.append(json.loads(line[6:]))
        except (requests.RequestException, AttributeError):
            pass
        self.ended.set()


def test_the_stream_sends_the_state_and_then_the_changes(serve: Serve) -> None:
    served = serve()
    publish(served.board, SettingsReported, {"camera": "ON"})
    stream = Stream(served.url)
    assert stream.answer.headers["content-type"].startswith("text/event-stream")
    assert stream.answer.headers["cache-control"] == "no-store"
    wait_for(lambda: bool(stream.received), "the first event")
    assert stream.received[0]["settings"] == {"camera": "ON"}
    assert stream.received[0]["device"]["name"] == "Den"
    publish(served.board, MoodChanged, HAPPY)
    wait_for(lambda: len(stream.received) > 1, "the mood")
    assert set(stream.received[1]) == {"mood", "trail", "timeline"}
    served.server.stop()
    assert stream.ended.wait(PATIENCE)


def test_a_closed_page_is_no_longer_a_listener(serve: Serve) -> None:
    served = serve()
    with requests.get(f"{served.url}/api/events", stream=True, timeout=PATIENCE) as answer:
        next(answer.iter_lines())
        assert served.board.listeners == 1
    wait_for(lambda: served.board.listeners == 0, "the end of the stream")


def test_too_many_pages_are_refused(serve: Serve) -> None:
    served = serve()
    streams = [Stream(served.url) for _ in range(LISTENERS_MAX)]
    wait_for(lambda: all(stream.received for stream in streams), "all streams")
    refused = served.get("/api/events")
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "10"
    assert served.get("/api/state").ok


def test_a_stream_ends_with_its_session(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.web.stream.PING_S", 0.1)
    served = serve(protected=True)
    browser = served.session(sign_in=True)
    stream = Stream(served.url, cookies=dict(browser.cookies))
    wait_for(lambda: {} in stream.received, "an empty event")
    browser.post(f"{served.url}/api/logout", json={}, timeout=PATIENCE)
    assert stream.ended.wait(PATIENCE)


def test_a_client_that_does_not_read_is_disconnected(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.web.stream.SEND_TIMEOUT_S", 0.3)
    served = serve()
    answer = requests.get(f"{served.url}/api/events", stream=True, timeout=PATIENCE)
    until = time.monotonic() + PATIENCE
    while served.board.listeners and time.monotonic() < until:
        # Far more than the sockets' buffers can hold.
        publish(served.board, HealthReported, {"problems": [], "padding": f"{time.monotonic()}" + "x" * 2_000_000})
        time.sleep(0.1)
    assert served.board.listeners == 0
    answer.close()


def test_timeline_and_recommendations(serve: Serve) -> None:
    requested: list[tuple[str, int]] = []

    def recommend(mood: str, n: int) -> list[dict[str, Any]]:
        requested.append((mood, n))
        if mood == "sad":
            raise JournalError("library: the file is damaged")
        return SONGS

    served = serve(recommend=recommend)
    publish(served.board, MoodChanged, HAPPY)
    assert [entry["mood"] for entry in served.get("/api/timeline").json()["entries"]] == ["happy"]
    assert served.get("/api/recommendations?mood=happy&n=3").json() == {"songs": SONGS}
    assert requested == [("happy", 3)]
    assert served.get("/api/recommendations?mood=sad").json()["error"] == "library: the file is damaged"
    for query in (
        "",
        "?mood=absent",
        "?mood=happy&n=0",
        "?mood=happy&n=51",
        "?mood=happy&n=%D9%A3",
        "?mood=happy&n=-1",
    ):
        assert served.get(f"/api/recommendations{query}").status_code == 422, query
    assert serve().get("/api/recommendations?mood=happy").status_code == 404


def test_checks_run_one_at_a_time(serve: Serve) -> None:
    going, release = threading.Event(), threading.Event()

    def checks() -> list[dict[str, Any]]:
        going.set()
        release.wait(PATIENCE)
        return [{"part": "camera", "good": True, "warning": False, "text": "fine"}]

    served = serve(checks=checks)
    browser = served.session()
    first: list[Any] = []
    thread = threading.Thread(
        target=lambda: first.append(browser.post(f"{served.url}/api/checks", json={}, timeout=PATIENCE).json())
    )
    thread.start()
    assert going.wait(PATIENCE)
    assert served.session().post(f"{served.url}/api/checks", json={}, timeout=PATIENCE).status_code == 429
    assert served.get("/api/state").ok
    release.set()
    thread.join()
    assert first == [{"findings": [{"part": "camera", "good": True, "warning": False, "text": "fine"}]}]


def test_a_picture_needs_consent_and_is_not_cached(serve: Serve) -> None:
    pictures = [b"\xff\xd8jpeg", None]
    served = serve(view=lambda: pictures.pop(0))
    browser = served.session()
    for body in ({}, {"confirm": False}, {"confirm": 1}, {"confirm": "true"}):
        assert browser.post(f"{served.url}/api/view", json=body, timeout=PATIENCE).status_code == 422
    assert len(pictures) == 2
    assert served.get("/api/view").status_code == 405
    answer = browser.post(f"{served.url}/api/view", json={"confirm": True}, timeout=PATIENCE)
    assert answer.content == b"\xff\xd8jpeg"
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert browser.post(f"{served.url}/api/view", json={"confirm": True}, timeout=PATIENCE).status_code == 409
    off = serve()
    refused = off.session().post(f"{off.url}/api/view", json={"confirm": True}, timeout=PATIENCE)
    assert (refused.status_code, "web.camera_view" in refused.json()["error"]) == (404, True)


def test_a_spotify_sign_in_is_finished_once(serve: Serve, tmp_path: Path) -> None:
    file = TokenFile(tmp_path)
    with Spotify(World()) as spotify:
        served = serve(sign_in=lambda: Login(CLIENT, file, accounts=spotify.accounts))
        browser = served.session()

        def post(path: str, body: dict[str, str]) -> requests.Response:
            return browser.post(f"{served.url}/api/spotify/{path}", json=body, timeout=PATIENCE)

        assert post("finish", {"answer": "x"}).status_code == 409
        query = {k: v[0] for k, v in parse_qs(urlsplit(post("sign-in", {}).json()["address"]).query).items()}
        spotify.codes["CODE"] = (query["code_challenge"], query["redirect_uri"])
        foreign = post("finish", {"answer": f"{query['redirect_uri']}?code=CODE&state=another"})
        assert (foreign.status_code, "another sign-in" in foreign.json()["error"]) == (409, True)
        assert not file.exists()
        answer = {"answer": f"{query['redirect_uri']}?code=CODE&state={query['state']}"}
        assert post("finish", answer).json()["expires"].endswith("Z")
        assert file.read()
        assert post("finish", answer).status_code == 409


def test_health_and_metrics(serve: Serve) -> None:
    fresh = [True]
    served = serve(fresh=lambda: fresh[0])
    publish(served.board, MoodChanged, HAPPY)
    publish(served.board, HealthReported, {"problems": [{"part": "mqtt", "message": "away"}], "memory_mb": 100.0})
    figures = served.get("/metrics")
    assert figures.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = figures.text.splitlines()
    for line in ('moodroom_mood{mood="happy"} 1.0', 'moodroom_mood{mood="sad"} 0.0', "moodroom_people 2.0",
                 "moodroom_problems 1.0", "moodroom_memory_bytes 1.048576e+08", "moodroom_fresh 1.0"):  # fmt: skip
        assert line in lines
    assert not any("cpu_share" in line for line in lines)
    fresh[0] = False
    stale = served.get("/healthz")
    assert (stale.status_code, stale.json()) == (503, {"status": "stale"})


def test_unknown_paths_and_methods_are_answered_in_json(serve: Serve) -> None:
    served = serve()
    assert served.get("/nothing").json() == {"error": "there is no such page"}
    assert served.get("/api/command").json() == {"error": "this method isn't allowed here"}
    assert served.post("/api/login", {"password": PASSWORD}).status_code == 409


def test_the_session_lists_what_the_device_can_do(serve: Serve) -> None:
    served = serve(recommend=lambda *_: SONGS)
    can = served.get("/api/session").json()["can"]
    assert can == {"recommend": True, "checks": False, "sign_in": False, "view": False}


def test_unchanged_files_are_not_sent_again(serve: Serve) -> None:
    served = serve()
    first = served.get("/static/page.css")
    again = served.get("/static/page.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    manifest = served.get("/static/manifest.webmanifest").json()
    for icon in manifest["icons"]:
        assert served.get(icon["src"]).content.startswith(b"\x89PNG")


def test_an_internal_error_is_a_sentence_without_details(serve: Serve) -> None:
    def broken() -> list[dict[str, Any]]:
        raise RuntimeError("secret detail")

    served = serve(timeline=broken)
    answer = served.get("/api/timeline")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"
