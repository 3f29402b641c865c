"""openapi.json describes every route, and no request that it allows makes the server fail."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from edge.config import Config
from edge.config.writing.file import ConfigFile
from edge.events import MoodChanged, PlaybackChanged
from edge.health.check import broker
from edge.health.check.result import Passed
from edge.values import Mood, Playback
from edge.vision.preview import AimedPicture
from edge.web import app
from edge.web.setup import found_speakers, home, speaker
from edge.web.setup.progress import Progress
from edge.web.setup.set_up import SetUp
from tests.waiting import PATIENCE
from tests.web.served import SONGS, Serve, publish, routes

DESCRIBED = ("/api/", "/healthz", "/metrics")
FILE = Path(app.__file__).parent / "openapi.json"


def test_each_route_is_described_and_each_description_is_a_route() -> None:
    described = json.loads(FILE.read_text(encoding="utf-8"))["paths"]
    programs = {(path, method.lower()) for path, method in routes() if path.startswith(DESCRIBED)}
    assert programs == {(path, method) for path, methods in described.items() for method in methods}


SCHEMA = schemathesis.openapi.from_path(FILE)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


class Agreeing:
    """A sign-in that any answer finishes."""

    address = "http://127.0.0.1/authorize"
    expires = 1.8e9

    def finish(self, answer: str) -> None:
        assert answer


@pytest.mark.parametrize("label", sorted(set(OPERATIONS) - {"GET /api/events"}))
def test_every_answer_matches_its_description(
    serve: Serve, label: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is tried on the network has tests of its own.
    monkeypatch.setattr(home, "USUAL_HOSTS", ())
    monkeypatch.setattr(broker, "broker", lambda config, *, password: Passed("connected"))
    monkeypatch.setattr(speaker, "try_mpd", lambda section, *, password=None: Passed("answers"))
    monkeypatch.setattr(found_speakers, "music_assistant_entries", lambda section, token=None: [])
    monkeypatch.setattr(found_speakers, "daemon_entries", lambda section: [])
    config = tmp_path / "config.yaml"
    config.write_text("mpd: {host: 127.0.0.1}\n")
    served = serve(
        recommend=lambda mood, n: SONGS[:n],
        checks=lambda: [{"part": "camera", "good": True, "warning": False, "text": "fine"}],
        view=lambda: b"\xff\xd8",
        sign_in=Agreeing,
        set_up=SetUp(
            Config(), ConfigFile(config), "", lambda: None, Progress(), aim=lambda _: AimedPicture(b"", [], [])
        ),
    )
    publish(served.board, MoodChanged, Mood("happy", 0.8, 0.5, 0.1, 1, 10.0))
    publish(served.board, PlaybackChanged, Playback("playing", "mpd", title="Clocks", volume=40))
    token = served.get("/api/session").json()["csrf"]
    statuses: set[int] = set()

    def answered(case: Case[Any]) -> None:
        # With and without the token.
        for headers in ({"X-CSRF-Token": token}, {"X-CSRF-Token": "wrong"}):
            answer = case.call(base_url=served.url, headers=headers, timeout=PATIENCE)
            case.validate_response(answer, checks=CHECKS)
            statuses.add(answer.status_code)

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        strategy = OPERATIONS[label].as_strategy(generation_mode=mode)
        limits = settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        with contextlib.suppress(Unsatisfiable):  # some have no invalid requests
            limits(given(strategy)(answered))()
    assert any(status < 300 for status in statuses) or statuses & {409}, statuses
    assert served.get("/healthz").ok
