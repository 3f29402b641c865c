"""What the set-up says where the configuration can't be written; nothing that was typed, and no version, is lost."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from edge.system import files
from tests.small_disk import disk, fill
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import server, world
from tests.waiting import PATIENCE
from tests.web.served import Serve
from tests.web.setup.installed import next_step, step
from tests.web.setup.restarting import RestartingPage

__all__ = ["disk", "server", "world"]


@contextmanager
def full(folder: Path, _: pytest.MonkeyPatch) -> Iterator[None]:
    filler = fill(folder)
    yield
    filler.unlink()


@contextmanager
def read_only(folder: Path, _: pytest.MonkeyPatch) -> Iterator[None]:
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)


@contextmanager
def anothers(_: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Root may write everything, so the refusal is injected."""

    def refuse(number: int, *_: int) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patched:
        patched.setattr(files, "_give_to", refuse)
        yield


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            full,
            "can't be written (No space left on device); nothing was changed. Make room on the disk, then try again",
        ),
        (read_only, "The disk is read-only: make it writable, then try again"),
        (anothers, "Run the installer again, or give the device's user the file and its folder"),
    ],
)
def test_the_page_says_why_in_one_sentence_and_nothing_is_lost(
    fault: Callable[[Path, pytest.MonkeyPatch], AbstractContextManager[None]],
    words: str,
    serve: Serve,
    disk: Path,
    tmp_path: Path,
    server: Server,
    world: World,
    chromium: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state = tmp_path / "another disk"
    state.mkdir()
    monkeypatch.setenv("STATE_DIRECTORY", str(state))
    device = RestartingPage(serve, disk, server, state=state)
    (state / "mqtt_password").write_text("the old one\n")
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.route("**/api/setup/broker", lambda route: route.fulfill(json={"text": "", "found": [], "entities": []}))
    page.goto(f"{device.served.url}/setup#home")
    step(page, "Home")
    before = device.file.read_text()
    page.get_by_label("The broker's name or address").fill("192.0.2.7")
    page.get_by_label("User name").fill("room")
    page.get_by_label("Its password").fill("a new one")
    with fault(disk, monkeypatch):
        for _ in range(2):
            next_step(page)
            expect(page.get_by_role("alert")).to_contain_text(words)
            expect(page.locator("#next")).to_be_enabled()
        step(page, "Home")
        assert device.file.read_text() == before
        assert (state / "mqtt_password").read_text() == "the old one\n"
        # Beside the last good version, which is the present one, nothing is kept.
        kept = [path for path in (state / "versions").glob("*.yaml") if not path.name.startswith("good-")]
        assert kept == [] and device.file.read_text() == before
        assert [path.name for path in disk.iterdir() if path.name.startswith(".moodroom")] == []
    expect(page.get_by_label("The broker's name or address")).to_have_value("192.0.2.7")
    expect(page.get_by_label("Its password")).to_have_value("a new one")
    next_step(page)
    step(page, "Done")
    assert device.values()["mqtt"]["host"] == "192.0.2.7"
    assert (state / "mqtt_password").read_text() == "a new one\n"
    context.close()


def test_a_state_that_cant_be_kept_holds_nobody_up(
    serve: Serve, disk: Path, tmp_path: Path, server: Server, world: World, chromium: Browser
) -> None:
    device = RestartingPage(serve, tmp_path, server, state=disk)
    page = chromium.new_page()
    page.goto(f"{device.served.url}/setup")
    step(page, "Before it looks")
    fill(disk)
    page.get_by_role("button", name="Skip").click()
    step(page, "Camera")
    expect(page.get_by_text("that can't be kept, because the disk can't be written; make room on it")).to_be_visible()
    page.close()
