"""Take the pictures of the page and of its set-up in README.md and docs/page.md, from the demo clip.

    pip install -e '.[web,dev]'; sudo apt install chromium
    python scripts/assets/screenshots.py [--out docs]

A separate device is started on a free port, with its own state directory and the demo clip.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
# name: width, height, colour scheme
PICTURES = {
    "page-phone": (390, 844, "dark"),
    "page-desktop": (1100, 760, "light"),
}
# name: a step of the set-up, and what must be in view
STEPS = {
    "set-up-privacy": ("privacy", "#place h3"),
    "set-up-music": ("music", "#place .mood"),
}
STEP_WIDTH, STEP_HEIGHT = 360, 740


@contextmanager
def device(folder: Path) -> Iterator[str]:
    """Run a device on the demo clip; yields the page's address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "config.yaml"
    sections = {
        "device": {"id": "living-room", "name": "Living room"},
        "music": {"player": "dry_run"},
        "web": {"enabled": True, "port": port},
    }
    config.write_text(json.dumps(sections))
    process = subprocess.Popen(
        [sys.executable, "-m", "edge", "run", "--config", str(config), "--source", "demo"],
        cwd=ROOT,
        env=os.environ | {"STATE_DIRECTORY": str(folder / "state")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def wait_for_mood(url: str, mood: str, seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.3)
        try:
            with urllib.request.urlopen(f"{url}/api/state", timeout=5) as answer:
                if ((json.load(answer))["mood"] or {}).get("mood") == mood:
                    return
        except OSError:
            continue
    raise SystemExit(f"the demo clip's {mood} didn't come within {seconds:.0f} s")


def take(browser: Browser, url: str, out: Path) -> None:
    for name, (width, height, scheme) in PICTURES.items():
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(url)
        page.wait_for_selector("#link.live")
        page.wait_for_selector("#today-list li")
        page.wait_for_timeout(300)
        page.screenshot(path=out / f"{name}.png")
        page.close()
    for name, (step, seen) in STEPS.items():
        page = browser.new_page(viewport={"width": STEP_WIDTH, "height": STEP_HEIGHT}, color_scheme="light")
        page.goto(f"{url}/setup#{step}")
        page.wait_for_selector(seen)
        page.locator("#step").evaluate("step => scrollTo(0, step.offsetTop - 8)")
        page.screenshot(path=out / f"{name}.png")
        page.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    parser.add_argument("--mood", default="surprise", help="the mood of the clip at which the pictures are taken")
    arguments = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium isn't installed; run: sudo apt install chromium")
    with tempfile.TemporaryDirectory() as folder, device(Path(folder)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        wait_for_mood(url, arguments.mood)
        take(browser, url, arguments.out)
        browser.close()


if __name__ == "__main__":
    main()
