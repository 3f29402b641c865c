"""A device as it is installed, as a real process that can lose its power, and a phone that opens its page."""

from __future__ import annotations

import difflib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import requests
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page, expect

from edge.vision.detector import YUNET_FILE
from tests.broker import free_port
from tests.conftest import ROOT
from tests.spotify_server import Server
from tests.waiting import PATIENCE, wait_for

expect.set_options(timeout=1000 * PATIENCE)
# Starts the program with the simulated Spotify in place of Spotify.
WITH_SPOTIFY = """
import sys
from edge.players.spotify import auth
auth.ACCOUNTS_URL = sys.argv[2]
from edge.players.spotify import api
api.API_URL = sys.argv[1]
api.SpotifyApi.__init__.__kwdefaults__.update(api=sys.argv[1], accounts=sys.argv[2])
from edge.players.spotify import login
login.Login.__init__.__kwdefaults__.update(accounts=sys.argv[2])
from edge.cli.main import main
main(sys.argv[3:])
"""


class Installed:
    """A device as it is installed: the shipped configuration with the page on all addresses."""

    def __init__(self, folder: Path, source: str = "demo", *, spotify: Server | None = None) -> None:
        """source: the demo clip plays on no speaker, a film does."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.config, self._log = folder / "config.yaml", folder / "log"
        on = (ROOT / "config.yaml").read_text().partition("web: ")
        text = on[2].replace("enabled: false", f"enabled: true\n  port: {self.port}", 1)
        self.text = on[0] + on[1] + text.replace("host: 127.0.0.1 ", 'host: "::"      ', 1)
        self.config.write_text(self.text)
        program = ["-m", "edge"] if spotify is None else ["-c", WITH_SPOTIFY, spotify.api, spotify.accounts]
        run = ["run", "--config", str(self.config), "--source", source, "--publish"]
        self._program, self._run = [sys.executable, *program], run
        models = os.environ.get("MOODROOM_MODELS") or str(ROOT.parent / "shared" / "models")
        there = {"MOODROOM_MODELS": models} if (Path(models) / YUNET_FILE).is_file() else {}
        self.state = folder / "state"
        self._environment = os.environ | there | {"STATE_DIRECTORY": str(self.state), "PYTHONPATH": str(ROOT)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._program, *self._run], cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL, stderr=log
            )
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
            [*self._program, "web", "code", "--config", self.config],
            cwd=ROOT, env=self._environment, capture_output=True, text=True, check=True, timeout=PATIENCE,
        )  # fmt: skip
        return shown.stdout.splitlines()[0]

    def written(self) -> list[str]:
        """The lines of the configuration that the page has removed (-) and added (+), without spaces at their ends."""
        lines = difflib.unified_diff(self.text.splitlines(), self.config.read_text().splitlines(), lineterm="", n=0)
        return [line.rstrip() for line in lines if not line.startswith(("---", "+++", "@@"))]

    def comments(self) -> list[str]:
        """The comments in the configuration, in their order."""
        return re.findall(r"#.*", self.config.read_text())

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=PATIENCE).status_code in (200, 503)
        except requests.RequestException:
            return False


def step(page: Page, title: str) -> None:
    """Wait until the step with this title is open and can be finished."""
    expect(page.locator("#step-title")).to_have_text(title)
    expect(page.locator("#next")).to_be_enabled()


def next_step(page: Page) -> None:
    page.get_by_role("button", name="Next").click()


def faults(page: Page) -> list[str]:
    """What axe finds."""
    page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8") + "\n;0")
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found["violations"]]
