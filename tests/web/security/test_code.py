"""The set-up code: what opens a page before the household has a password, and what a stranger learns."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from edge.web.security import password
from edge.web.security.code import ALPHABET, BOOT_FILE, CODE_LIFETIME_S, FREE_TRIES, MAX_WAIT_S, SetUpCode
from tests.conftest import ROOT, Moodroom
from tests.waiting import PATIENCE
from tests.web.served import PASSWORD, Serve, Served

WRONG = "AAAA-AAAA"


class Device:
    """A state directory, a boot partition and a clock that a test sets."""

    def __init__(self, folder: Path) -> None:
        self.state, self.boot, self.now, self.known = folder / "state", folder / "boot", 1.8e9, True
        self.boot.mkdir()

    def code(self) -> SetUpCode:
        """The code as after a restart."""
        return SetUpCode(self.state, boot=[self.boot], wall=lambda: self.now, synchronised=lambda: self.known)


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(tmp_path)


def test_a_code_is_readable_and_stays_for_a_day(device: Device) -> None:
    first = device.code().current()
    assert re.fullmatch(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", first)
    device.now += CODE_LIFETIME_S - 1
    assert device.code().current() == first
    device.now += 2
    second = device.code().current()
    assert second != first and not device.code().matches(first)


def test_a_clock_that_is_set_later_doesnt_end_the_day(device: Device) -> None:
    device.known = False
    first = device.code().current()
    device.now, device.known = device.now + 9e7, True
    assert device.code().current() == first
    device.now += CODE_LIFETIME_S + 1
    assert device.code().current() != first


def test_a_code_works_once_however_it_is_typed(device: Device) -> None:
    first = device.code().current()
    assert device.code().matches(f" {first.lower().replace('-', ' ')} ")
    assert not device.code().matches(first)
    assert device.code().current() != first


def test_wrong_codes_cost_more_and_more_time_over_restarts_and_steps_of_the_clock(device: Device) -> None:
    right = device.code().current()
    for _ in range(FREE_TRIES):
        assert device.code().wait() == 0
        assert not device.code().matches(WRONG)
    waits = []
    for _ in range(9):
        waits.append(device.code().wait())
        assert not device.code().matches(right), "not even the right one, while no try is allowed"
        device.now += waits[-1]
        assert not device.code().matches(WRONG)
    assert waits == [60, 120, 240, 480, 960, 1920, MAX_WAIT_S, MAX_WAIT_S, MAX_WAIT_S]
    device.now -= 9e7
    assert device.code().wait() == MAX_WAIT_S
    device.now += 9e7 + MAX_WAIT_S
    assert device.code().matches(device.code().current()) and device.code().wait() == 0


@pytest.mark.parametrize("text", ["kitchen-2026", "\ufeffKITCHEN 2026\r\nmore", "k i t c h e n 2 0 2 6\n"])
def test_a_code_from_the_boot_partition_works_once(device: Device, text: str) -> None:
    made = device.code().current()
    (device.boot / BOOT_FILE).write_text(text)
    assert device.code().current() == "KITC-HEN2-026" != made
    assert not device.code().matches(made) and device.code().matches("kitchen2026")
    assert device.code().current() != "KITC-HEN2-026" and not device.code().matches("kitchen2026")
    (device.boot / BOOT_FILE).write_text("kitchen-2027")
    assert device.code().matches("Kitchen 2027")


@pytest.mark.parametrize("text", ["", "short", "--------", "\u00fc" * 12])
def test_a_code_that_could_be_guessed_is_left_out(device: Device, text: str) -> None:
    (device.boot / BOOT_FILE).write_text(text)
    assert re.fullmatch(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", device.code().current())
    assert not device.code().matches(text)


@pytest.mark.parametrize("damage", ["", "{", "5", '{"code": 5}', '{"wrong": "many", "until": 1}'])
def test_damaged_files_leave_a_fresh_code(device: Device, damage: str) -> None:
    device.code().current()
    for name in ("setup_code", "setup_tries"):
        (device.state / name).write_text(damage)
    assert device.code().matches(device.code().current())


@pytest.fixture
def locked(serve: Serve, device: Device) -> Served:
    return serve(code=device.code(), host="0.0.0.0")


def test_a_stranger_learns_no_more_than_that_a_moodroom_is_here(locked: Served) -> None:
    paths = ("state", "events", "timeline", "session", "openapi.json", "recommendations", "setup")
    for path in paths:
        answer = locked.get(f"/api/{path}")
        assert (answer.status_code, answer.json()) == (401, {"error": "the password is needed first"})
    for path in ("/", "/setup", "/static/page.js", "/static/index.html", "/static/setup.html", "/nothing"):
        answer = locked.get(path)
        assert answer.status_code == 303 and answer.headers["location"] == "/login"
    for path in ("command", "checks", "view", "setup/config", "setup/undo", "setup/password", "spotify/sign-in"):
        assert locked.post(f"/api/{path}", {"password": "a new password"}).status_code == 401
    assert locked.get("/metrics").status_code == 401
    assert locked.get("/healthz").json() == {"status": "ok"}
    shown = locked.get("/login").text + locked.get("/about-this-device").text
    assert "Den" not in shown and locked.post("/api/login", {"password": PASSWORD}).status_code == 409
    # Every file that these two pages need is there.
    for name in re.findall(r'"/static/([\w.-]+)"', shown):
        assert locked.get(f"/static/{name}").status_code == 200, name


def test_the_code_opens_the_page_until_there_is_a_password(locked: Served, device: Device) -> None:
    assert locked.post("/api/login", {"code": WRONG}).json() == {"error": "that isn't the code"}
    browser = requests.Session()
    right = device.code().current()
    assert browser.post(f"{locked.url}/api/login", json={"code": right}, timeout=PATIENCE).status_code == 204
    session = browser.get(f"{locked.url}/api/session", timeout=PATIENCE).json()
    assert session["password"] is False
    browser.headers["X-CSRF-Token"] = session["csrf"]
    assert locked.post("/api/login", {"code": right}).status_code == 401, "it works once"
    for bad, words in [("short", "8 to 1000 characters")]:
        answer = browser.post(f"{locked.url}/api/setup/password", json={"password": bad}, timeout=PATIENCE)
        assert answer.status_code == 422 and words in answer.json()["error"]
    answer = browser.post(f"{locked.url}/api/setup/password", json={"password": PASSWORD}, timeout=PATIENCE)
    assert answer.status_code == 204
    assert browser.get(f"{locked.url}/api/session", timeout=PATIENCE).json()["password"] is True
    # From now on the password, and no code.
    assert 'id="password"' in locked.get("/login").text
    assert locked.post("/api/login", {"code": device.code().current()}).status_code == 422
    assert locked.session(sign_in=True).get(f"{locked.url}/api/state", timeout=PATIENCE).ok
    assert password.read(locked.config) is not None


def test_six_wrong_codes_from_any_address_make_everybody_wait(locked: Served, device: Device) -> None:
    statuses = [locked.post("/api/login", {"code": WRONG}).status_code for _ in range(FREE_TRIES + 1)]
    assert statuses == [401] * FREE_TRIES + [429]
    waiting = locked.post("/api/login", {"code": device.code().current()})
    assert waiting.status_code == 429 and 0 < int(waiting.headers["retry-after"]) <= 60


def test_a_session_that_the_code_opened_survives_a_restart(serve: Serve, device: Device, tmp_path: Path) -> None:
    first = serve(code=device.code(), host="0.0.0.0", folder=tmp_path)
    browser = requests.Session()
    browser.post(f"{first.url}/api/login", json={"code": device.code().current()}, timeout=PATIENCE)
    first.server.stop()
    second = serve(code=device.code(), host="0.0.0.0", folder=tmp_path, port=first.config.port)
    assert browser.get(f"{second.url}/api/state", timeout=PATIENCE).ok


def test_the_command_shows_the_code(tmp_path: Path, moodroom: Moodroom) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("web: {enabled: true, host: 0.0.0.0}\n")
    shown = moodroom("web", "code", "--config", str(config))
    assert shown.returncode == 0
    assert re.match(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}\nType it at http://.*:8730 within a day", shown.stdout)
    assert moodroom("web", "code", "--config", str(config)).stdout == shown.stdout
    for text, words in [("web: {}", "the page is off"), ("web: {enabled: true}", "where no code is needed")]:
        config.write_text(text)
        refused = moodroom("web", "code", "--config", str(config))
        assert refused.returncode == 2 and words in refused.stderr


def test_the_shipped_configuration_keeps_a_bare_run_on_this_machine() -> None:
    assert "  enabled: false\n  host: 127.0.0.1 " in (ROOT / "config.yaml").read_text()
