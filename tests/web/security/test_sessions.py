"""Sessions on a disk that is full."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from edge.system import files
from edge.web.security.sessions import FILE_NAME, Sessions
from tests.small_disk import disk, fill
from tests.waiting import PATIENCE
from tests.web.served import PASSWORD, Serve, password_line, serve

__all__ = ["disk", "password_line", "serve"]


def full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def sessions(path: Path) -> Sessions:
    return Sessions("a password's hash", lifetime_s=3600.0, file=path)


def test_signing_out_lasts_on_a_full_disk(serve: Serve, disk: Path) -> None:
    served = serve(protected=True, folder=disk)
    browser, other = served.session(sign_in=True), served.session(sign_in=True)
    cookies = [dict(one.cookies) for one in (browser, other)]
    fill(disk)
    assert browser.post(f"{served.url}/api/logout", json={}, timeout=PATIENCE).status_code == 204
    served.server.stop()
    again = serve(protected=True, folder=disk)
    assert [again.get("/api/state", cookies=one).status_code for one in cookies] == [401, 200]


def test_a_sign_out_that_is_not_kept_is_answered(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    served = serve(protected=True)
    browser = served.session(sign_in=True)
    monkeypatch.setattr("edge.web.security.sessions.replace_or_overwrite", full)
    answer = browser.post(f"{served.url}/api/logout", json={}, timeout=PATIENCE)
    assert answer.status_code == 507
    assert "you are signed out, but a restart forgets that" in answer.json()["error"]
    assert served.get("/api/state", cookies=dict(browser.cookies)).status_code == 401


def test_the_page_that_follows_says_that_a_sign_out_is_not_kept(chromium: Browser, serve: Serve, disk: Path) -> None:
    served = serve(protected=True, folder=disk)
    context = chromium.new_context()
    try:
        page = context.new_page()
        page.goto(f"{served.url}/login")
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        page.locator("#link.live").wait_for()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        page.click("#logout")
        page.wait_for_url("**/login")
        told = page.get_by_role("alert")
        told.filter(has_text="you are signed out, but a restart forgets that").wait_for()
        # It stays, and is told once.
        page.wait_for_load_state("networkidle")
        assert "make room" in told.inner_text()
        page.goto(served.url)
        page.wait_for_url("**/login")
        assert told.inner_text() == ""
    finally:
        context.close()


def test_signing_out_of_a_session_never_written_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = sessions(tmp_path / FILE_NAME)
    one.open(1.0)
    with monkeypatch.context() as patched:
        patched.setattr("edge.web.security.sessions.replace_or_overwrite", full)
        assert one.close(one.open(2.0))


def test_after_a_failed_write_later_ones_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / FILE_NAME
    one = sessions(path)
    with monkeypatch.context() as patched:
        patched.setattr(files, "write_atomically", full)
        first = one.open(1.0)
        assert not path.exists()
    second = one.open(2.0)
    again = sessions(path)
    assert again.valid(first, 3.0) and again.valid(second, 3.0)


def test_what_could_not_be_written_is_written_when_the_page_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / FILE_NAME
    one = sessions(path)
    with monkeypatch.context() as patched:
        patched.setattr(files, "write_atomically", full)
        token = one.open(1.0)
    assert one.valid(token, 2.0)
    assert len(json.loads(path.read_text())["ends"]) == 1
