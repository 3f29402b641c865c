"""Trying all that the speaker can do, through the page, on a real MPD."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.config import Config
from edge.events import PlaybackChanged
from edge.values import DRY_RUN, Playback
from edge.web.setup import trying
from edge.web.setup.progress import Progress
from edge.web.setup.set_up import SetUp
from tests.players.mpd_daemon import PROGRAM, Daemon
from tests.waiting import PATIENCE, wait_for
from tests.web.served import Serve, publish

PATH = "/api/setup/trial"


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    if PROGRAM is None:
        pytest.skip("mpd is not installed: apt install mpd")
    daemon = Daemon(tmp_path / "mpd")
    daemon.start()
    yield daemon
    daemon.stop()


def test_each_line_appears_and_the_device_leaves_the_music_alone_meanwhile(
    serve: Serve, tmp_path: Path, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "SEEN_WITHIN_S", 0.1)
    profiles = {"everyday": {"happy": "mpd:folder/calm"}}
    config = Config.model_validate({"mpd": {"port": daemon.port}, "music": {"player": "mpd", "profiles": profiles}})
    served = serve(set_up=SetUp(config, None, "", lambda: None, Progress(tmp_path)))
    browser = served.session()

    def ask(method: str) -> Any:
        return browser.request(method, served.url + PATH, json={} if method == "POST" else None, timeout=PATIENCE)

    assert ask("POST").status_code == 409, "the player isn't known yet"
    publish(served.board, PlaybackChanged, Playback("stopped", DRY_RUN))
    assert "no speaker is in use" in ask("POST").json()["error"]
    publish(served.board, PlaybackChanged, Playback("stopped", "mpd", speaker="MPD at 127.0.0.1", volume=100))
    assert ask("POST").json() == {"lines": [], "done": False, "error": None}
    assert ask("POST").status_code == 429
    wait_for(lambda: len(ask("GET").json()["lines"]) >= 2 and not ask("GET").json()["done"], "the first lines")
    wait_for(lambda: ask("GET").json()["done"], "the end")
    told = ask("GET").json()
    steps = [line["step"] for line in told["lines"]]
    assert steps == ["speaker", "play", "pause", "resume", "volume", "queue", "skip", "end"] and told["error"] is None
    assert all(line["works"] and "code" in line for line in told["lines"]), told
    wait_for(lambda: len(served.commands) == 2, "the device decides again")
    assert [(one.name, one.value) for one in served.commands] == [("control", "hands_off"), ("control", "auto")]
    daemon.ask('add "loud"\nplay')
    wait_for(lambda: ask("POST").status_code == 200, "another trial")
    wait_for(lambda: ask("GET").json()["done"], "a refusal")
    told = ask("GET").json()
    assert told["lines"] == [] and "trying the speaker would end it" in told["error"]["text"]
    assert daemon.status()["state"] == "play"
