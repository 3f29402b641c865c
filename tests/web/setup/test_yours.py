"""Backup, restore, signing out and erasing on the page, over HTTP and with real files."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, expect

from edge.backup.restoring import restore_pending
from edge.config import Config
from edge.config.writing.file import ConfigFile
from edge.journal.tables import SCHEMA
from edge.system import database
from edge.web.setup.progress import Progress
from edge.web.setup.set_up import SetUp
from tests.waiting import PATIENCE
from tests.web.served import Serve, Served, serve

__all__ = ["serve"]
CONFIG = "device:\n  id: den  # small\n"


class Page:
    def __init__(self, serve: Serve, folder: Path, state: Path) -> None:
        self.state, self.config, self.reloads = state, folder / "config.yaml", 0
        self.config.write_text(CONFIG)
        state.mkdir(exist_ok=True)
        (state / "spotify_login.json").write_text('{"token": {}}')
        (state / "camera").write_text("OFF\n")
        connection = database.open_for_writing(state / database.FILE, SCHEMA)
        connection.execute("INSERT INTO journal_entries (at, kind, mood) VALUES (1, 'mood', 'happy')")
        connection.close()
        file = ConfigFile(self.config, folder=folder / "versions")
        served: Served = serve(set_up=SetUp(Config(), file, "", self._reload, Progress(folder)))
        self.url, self.session = served.url, served.session()

    def _reload(self) -> None:
        self.reloads += 1

    def post(self, name: str, **body: object) -> requests.Response:
        return self.session.post(f"{self.url}/api/setup/{name}", json=body, timeout=PATIENCE)

    def moods(self) -> list[str]:
        connection = database.open_for_writing(self.state / database.FILE, SCHEMA)
        found = [row[0] for row in connection.execute("SELECT mood FROM journal_entries")]
        connection.close()
        return found


@pytest.fixture
def page(serve: Serve, tmp_path: Path, state_folder: Path) -> Page:
    return Page(serve, tmp_path, state_folder)


def test_what_was_erased_comes_back_with_the_backup(page: Page) -> None:
    answer = page.post("backup")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"config.yaml", "journal.db", "state/camera"} <= set(archive.namelist())
        assert not any("spotify" in name or name == "secrets" for name in archive.namelist())
    assert page.post("erase").status_code == 422
    assert page.moods() == ["happy"]
    assert page.post("erase", confirm=True).json() == {"erased": 1}
    assert (page.moods(), page.reloads) == ([], 1)

    page.config.write_text("device: {id: other}\n")
    assert page.post("restore", backup=base64.b64encode(answer.content).decode()).ok
    assert page.reloads == 2
    # The parts are put together again without it in use.
    assert restore_pending(page.config, page.state)
    assert (page.config.read_text(), page.moods()) == (CONFIG, ["happy"])
    assert not restore_pending(page.config, page.state)


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        (base64.b64encode(b"hello").decode(), 409, "the backup: isn't a backup of Moodroom; nothing was changed"),
        ("not base64!", 422, "backup must be a file as base64"),
        (7, 422, "backup must be a file as base64"),
        ("A" * 12_000_000, 413, "the backup is too large for the page; use the command: moodroom restore"),
    ],
    ids=["no backup", "no base64", "no text", "too large"],
)
def test_what_is_no_backup_is_refused(page: Page, sent: object, status: int, sentence: str) -> None:
    answer = page.post("restore", backup=sent)
    assert (answer.status_code, answer.json()["error"]) == (status, sentence)
    # It is told in the visitor's language.
    assert answer.json()["sentence"]["code"].removeprefix("{file}") in sentence
    assert (page.reloads, list(page.state.glob("restore*"))) == (0, [])


def test_the_spotify_login_is_deleted(page: Page) -> None:
    assert page.post("logout").json() == {"deleted": True}
    assert not (page.state / "spotify_login.json").exists()
    assert page.post("logout").json() == {"deleted": False}


def test_the_page_asks_before_it_erases(page: Page, chromium: Browser) -> None:
    context = chromium.new_context(locale="de-DE", viewport={"width": 360, "height": 740})
    shown = context.new_page()
    faults: list[str] = []
    shown.on("pageerror", lambda error: faults.append(str(error)))
    shown.goto(f"{page.url}/setup")
    # A step that opens late moves what is below it, perhaps between the press and the release of a click.
    expect(shown.locator("#place > div > *").first).to_be_visible()
    shown.get_by_role("button", name="Verlauf löschen").click()
    assert page.moods() == ["happy"]
    shown.get_by_role("button", name="Wirklich alles löschen?").click()
    expect(shown.get_by_text("Verlauf und Gelerntes sind gelöscht.")).to_be_visible()
    assert (page.moods(), faults) == ([], [])
    with shown.expect_download() as saved:
        shown.get_by_role("button", name="Sicherung speichern").click()
    assert zipfile.is_zipfile(saved.value.path())
    assert shown.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
