"""The set-up on a phone, from the code to the music, on the real program; with a power cut between any two steps."""

from __future__ import annotations

import difflib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, expect

from edge.vision.detector import YUNET_FILE
from tests.broker import free_port
from tests.conftest import ROOT
from tests.waiting import PATIENCE, wait_for
from tests.web.served import PASSWORD

expect.set_options(timeout=1000 * PATIENCE)


class Installed:
    """A device as it is installed: the shipped configuration with the page on all addresses."""

    def __init__(self, folder: Path, source: str = "demo") -> None:
        """source: the demo clip plays on no speaker, a film does."""
        self._source, self.port = source, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.config, self._log = folder / "config.yaml", folder / "log"
        self.shipped = (ROOT / "config.yaml").read_text()
        on = self.shipped.partition("web: ")
        text = on[2].replace("enabled: false", f"enabled: true\n  port: {self.port}", 1)
        self.text = on[0] + on[1] + text.replace("host: 127.0.0.1 ", 'host: "::"      ', 1)
        self.config.write_text(self.text)
        models = os.environ.get("MOODROOM_MODELS") or str(ROOT.parent / "shared" / "models")
        there = {"MOODROOM_MODELS": models} if (Path(models) / YUNET_FILE).is_file() else {}
        self._environment = os.environ | there | {"STATE_DIRECTORY": str(folder / "state")}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "edge", "run", "--config", self.config, "--source", self._source],
                cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        wait_for(self._answers, f"the page: {self._log.read_text()}")

    def power_cut(self) -> None:
        self.stop(signal.SIGKILL)
        self.start()

    def stop(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(PATIENCE)
            self._process = None

    def code(self) -> str:
        shown = subprocess.run(
            [sys.executable, "-m", "edge", "web", "code", "--config", self.config],
            cwd=ROOT, env=self._environment, capture_output=True, text=True, check=True, timeout=PATIENCE,
        )  # fmt: skip
        return shown.stdout.splitlines()[0]

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=PATIENCE).status_code in (200, 503)
        except requests.RequestException:
            return False


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Installed]:
    made = Installed(tmp_path)
    made.start()
    yield made
    made.stop(signal.SIGTERM)


def step(page: Page, title: str) -> None:
    expect(page.locator("#step-title")).to_have_text(title)
    expect(page.locator("#next")).to_be_enabled()


def faults(page: Page) -> list[str]:
    """What axe finds."""
    page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8") + "\n;0")
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found["violations"]]


def test_the_set_up_survives_a_power_cut_between_any_two_steps(device: Installed, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto(device.url)
    page.get_by_label("Set-up code").fill(device.code().lower())
    assert faults(page) == []
    page.get_by_role("button", name="Begin").click()

    step(page, "Before it looks")
    assert faults(page) == []
    device.power_cut()
    page.reload()
    step(page, "Before it looks")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_have_text("Tick the box first, or skip this step.")
    page.get_by_label("Everybody who is usually").check()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Next").click()

    step(page, "Camera")
    device.power_cut()
    page.reload()
    step(page, "Camera")
    page.get_by_role("button", name="Show the picture").click()
    page.get_by_role("button", name="Yes, show them").click()
    picture = page.get_by_role("img", name="What the camera sees now")
    wait_for(lambda: picture.is_visible() and picture.evaluate("canvas => canvas.width") == 640, "the picture")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 0.5 * box["height"], steps=3)
    page.mouse.up()
    expect(page.get_by_text("Area 1", exact=True)).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Next").click()

    step(page, "Speaker")
    device.power_cut()
    page.reload()
    step(page, "Speaker")
    page.get_by_role("button", name="Skip").click()

    step(page, "Spotify")
    device.power_cut()
    page.reload()
    step(page, "Spotify")
    page.get_by_role("button", name="Skip").click()

    step(page, "Music for each mood")
    device.power_cut()
    page.reload()
    step(page, "Music for each mood")
    page.get_by_role("button", name="Skip").click()

    step(page, "Home")
    device.power_cut()
    page.reload()
    step(page, "Home")
    page.get_by_role("button", name="Skip").click()

    step(page, "Done")
    device.power_cut()
    page.reload()
    step(page, "Done")
    assert faults(page) == []
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("It is set.")).to_be_visible()
    page.get_by_role("button", name="To the music").click()
    expect(page).to_have_url(f"{device.url}/")
    device.power_cut()
    page.reload()
    expect(page.get_by_role("link", name="Settings").last).to_be_attached()

    lines = difflib.unified_diff(device.text.splitlines(), device.config.read_text().splitlines(), lineterm="", n=0)
    changed = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    assert changed[:2] == ["+", "+vision:"] and changed[2].startswith("+  ignore: [[0.7"), changed
    assert len(changed) == 3
    # A second phone is asked for the password.
    other = chromium.new_context().new_page()
    other.goto(device.url)
    expect(other.get_by_label("Password")).to_be_visible()
    other.context.close()
    context.close()
    assert errors == []
