"""The camera's step: pictures only while somebody agreed, and which cameras are offered."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from edge.config import Config
from edge.config.writing.file import ConfigFile
from edge.errors import ConfigError
from edge.vision.preview import AimedPicture
from edge.web.setup import camera, notice
from edge.web.setup.camera import AIMING_LASTS_S, Aiming, verdict
from edge.web.setup.progress import Progress
from edge.web.setup.set_up import SetUp
from tests.waiting import PATIENCE
from tests.web.served import Serve

PICTURE = AimedPicture(b"\xff\xd8", [(0.25, 0.25, 0.5, 0.5)], [80.0])


def test_pictures_come_for_a_minute_and_turned() -> None:
    turns: list[int] = []

    def aim(quarters: int) -> AimedPicture:
        turns.append(quarters)
        return PICTURE

    aiming = Aiming(aim, rotate=90)
    assert aiming.left(5.0) == 0
    aiming.agree(10.0)
    shown = aiming.picture(20.0, 180)
    assert base64.b64decode(shown["picture"]) == PICTURE.jpeg and shown["faces"] == [[0.25, 0.25, 0.5, 0.5]]
    assert (shown["verdict"], shown["left"]) == ("large", 50)
    aiming.picture(21.0, 0)
    assert turns == [1, 3]
    assert aiming.wait(21.1) > 0 and aiming.wait(21.5) == 0
    assert aiming.left(10.0 + AIMING_LASTS_S) == 0


def test_a_camera_that_is_off_is_a_sentence() -> None:
    with pytest.raises(ConfigError, match="it may be switched off"):
        Aiming(lambda _: None, rotate=0).picture(0.0, 0)


@pytest.mark.parametrize(("widths", "word"), [([], "none"), ([48.0], "large"), ([90.0, 40.0], "small")])
def test_the_verdict_is_about_the_smallest_face(widths: list[float], word: str) -> None:
    assert verdict(widths, 48) == word


def test_the_configured_camera_is_always_offered_without_its_password() -> None:
    found = camera.cameras("rtsp://me:secret@10.0.0.9/stream")
    assert found[0] == {"source": "auto", "name": ""}
    assert found[-1]["name"] == "10.0.0.9/stream"
    assert camera.cameras("auto")[0]["source"] == "auto" and len([c for c in found if c["source"] == "auto"]) == 1


@pytest.fixture
def ask(serve: Serve, tmp_path: Path) -> Callable[..., requests.Response]:
    """ask(confirm=True): a picture from a real server."""
    file = tmp_path / "config.yaml"
    file.write_text("mpd: {host: 127.0.0.1}\n")
    set_up = SetUp(Config(), ConfigFile(file), "", lambda: None, Progress(tmp_path), aim=lambda _: PICTURE)
    served = serve(set_up=set_up)
    browser = served.session()

    def call(**body: object) -> requests.Response:
        return browser.post(f"{served.url}/api/setup/view", json=body, timeout=PATIENCE)

    return call


def test_nobody_is_seen_before_somebody_agreed_and_after_the_step(
    ask: Callable[..., requests.Response], tmp_path: Path
) -> None:
    assert ask().status_code == 409
    assert ask(confirm="yes").status_code == 422 and ask(confirm=True, rotate=45).status_code == 422
    first = ask(confirm=True)
    assert first.status_code == 200 and first.headers["cache-control"] == "no-store"
    Progress(tmp_path).set("camera", "done")
    refused = ask(confirm=True)
    assert refused.status_code == 403 and "pictures are switched off since the set-up" in refused.json()["error"]


def test_the_qr_code_leads_other_phones_to_the_data_sheet(serve: Serve, tmp_path: Path) -> None:
    assert notice.address("room.local:8730") == "http://room.local:8730/about-this-device"
    for here in ("127.0.0.1:8730", "localhost:8730", "[::1]:8730"):
        assert notice.address(here, hostname="room") == "http://room.local:8730/about-this-device"
    assert notice.address("192.168.1.5", hostname="room") == "http://192.168.1.5/about-this-device"
    served = serve(set_up=SetUp(Config(), None, "", lambda: None, Progress(tmp_path)))
    answer = served.get("/api/setup/qr")
    assert answer.headers["content-type"] == "image/svg+xml" and answer.content.startswith(b"<svg")
