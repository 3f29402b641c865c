"""Where somebody with nothing but a phone could be stuck: going back, hurrying, other phones, mistakes, no mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from edge.events import HealthReported
from edge.web.setup import home
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import server, world
from tests.waiting import PATIENCE, wait_for
from tests.web.served import Serve, publish
from tests.web.setup.installed import next_step, step
from tests.web.setup.restarting import RestartingPage

__all__ = ["server", "world"]
IN_USE = "camera: /dev/video0 is in use by another program; stop that program"


@pytest.fixture
def device(
    serve: Serve, tmp_path: Path, server: Server, world: World, monkeypatch: pytest.MonkeyPatch
) -> RestartingPage:
    monkeypatch.setattr(home, "USUAL_HOSTS", ())
    return RestartingPage(serve, tmp_path, server, aim=lambda _: None)


@pytest.fixture
def page(chromium: Browser, device: RestartingPage) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{device.served.url}/setup")
    step(page, "Before it looks")
    yield page
    context.close()
    assert errors == []


def test_the_browsers_back_button_leads_to_a_step(page: Page) -> None:
    page.get_by_role("button", name="Skip").click()
    step(page, "Camera")
    page.get_by_role("button", name="Skip").click()
    step(page, "Speaker")
    page.go_back()
    step(page, "Camera")
    page.go_back()
    # The first step had no address of its own; the next open one is shown, never nothing.
    step(page, "Speaker")


def test_a_step_that_the_network_kept_away_opens_with_next_once_it_is_back(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_role("link", name="Camera").click()
    expect(page.locator("#step-text")).to_have_text("The device can't be reached.")
    next_step(page)
    expect(page.locator("#step-text")).to_have_text("The device can't be reached.")
    page.context.set_offline(False)
    next_step(page)
    expect(page.get_by_text("Put the camera at the height of faces")).to_be_visible()
    # Here only what the step asks for is missing.
    page.route("**/api/setup/broker", lambda route: route.abort())
    page.get_by_role("link", name="Home").click()
    expect(page.locator("#step-text")).to_have_text("The device can't be reached.")
    page.unroute("**/api/setup/broker")
    next_step(page)
    expect(page.get_by_label("The broker's name or address")).to_be_visible()
    expect(page.locator("#step-text")).to_be_empty()


@pytest.mark.parametrize(
    "answer", ["Promise.reject(new TypeError('Load failed'))", "Promise.resolve(new Response('<h1>', {status: 502}))"]
)
def test_a_lost_connection_has_the_same_words_in_each_browser_and_behind_a_proxy(page: Page, answer: str) -> None:
    page.get_by_label("Everybody who is usually").check()
    page.get_by_label("Your name").fill("Ada")
    page.evaluate(f"() => {{ window.fetch = () => {answer}; }}")
    next_step(page)
    expect(page.locator("#step-text")).to_have_text("The device can't be reached.")


def test_a_step_that_still_asks_the_device_is_neither_finished_nor_mixed_with_another(
    page: Page, device: RestartingPage
) -> None:
    held: list[Route] = []
    page.route("**/api/setup/speakers", lambda route: held.append(route))
    page.locator('#steps a[href="#speaker"]').click()
    expect(page.get_by_role("button", name="Look again")).to_be_visible()
    next_step(page)
    expect(page.locator("#next")).to_be_disabled()
    assert device.progress.state("speaker") == "open"
    page.locator('#steps a[href="#home"]').click()
    expect(page.get_by_label("The broker's name or address")).to_be_visible()
    expect(page.get_by_role("button", name="Look again")).to_have_count(0)
    wait_for(lambda: held, "the request")
    held[0].fulfill(json={"speakers": [], "problems": [], "spotify": "unset"})
    expect(page.locator("#next")).to_be_enabled()
    next_step(page)
    expect(page.get_by_role("alert")).to_contain_text("Write the broker's name or address first")
    assert device.progress.state("speaker") == "open"


def test_a_camera_that_another_program_uses_is_named(page: Page, device: RestartingPage) -> None:
    publish(device.served.board, HealthReported, {"problems": [{"part": "camera", "message": IN_USE}], "notices": []})
    page.locator('#steps a[href="#camera"]').click()
    page.get_by_role("button", name="Show the picture").click()
    page.get_by_role("button", name="Yes, show them").click()
    expect(page.get_by_text(IN_USE)).to_be_visible()


def test_of_two_phones_the_second_one_sees_what_the_first_has_changed(
    page: Page, device: RestartingPage, chromium: Browser
) -> None:
    page.locator('#steps a[href="#home"]').click()
    step(page, "Home")
    device.file.write_text(device.file.read_text().replace("max_volume: 100", "max_volume: 40"))
    page.route("**/api/setup/broker", lambda route: route.fulfill(json={"text": "", "found": [], "entities": []}))
    page.get_by_label("The broker's name or address").fill("192.0.2.7")
    device.restart()
    next_step(page)
    changed = "The settings were changed somewhere else meanwhile. Look at them again."
    expect(page.get_by_role("alert")).to_have_text(changed)
    expect(page.get_by_label("The broker's name or address")).to_have_value("192.0.2.7")
    next_step(page)
    step(page, "Done")
    assert device.values()["music"]["max_volume"] == 40 and device.values()["mqtt"]["host"] == "192.0.2.7"
    # What both have changed is shown as it is now.
    page.get_by_role("button", name="Back", exact=True).click()
    step(page, "Home")
    device.file.write_text(device.file.read_text().replace("192.0.2.7", "192.0.2.9"))
    page.get_by_label("The broker's name or address").fill("192.0.2.8")
    next_step(page)
    expect(page.get_by_role("alert")).to_have_text(changed)
    expect(page.get_by_label("The broker's name or address")).to_have_value("192.0.2.9")
    next_step(page)
    step(page, "Done")
    assert device.values()["mqtt"]["host"] == "192.0.2.9"


def test_a_file_that_was_broken_by_hand_is_mended_with_one_tap(page: Page, device: RestartingPage) -> None:
    good = device.file.read_text()
    page.locator('#steps a[href="#home"]').click()
    step(page, "Home")
    page.route("**/api/setup/broker", lambda route: route.fulfill(json={"text": "", "found": [], "entities": []}))
    page.get_by_label("The broker's name or address").fill("192.0.2.7")
    broken = good.replace("max_volume: 100", "max_volume: [")
    device.file.write_text(broken)
    next_step(page)
    expect(page.locator("#step-text")).to_contain_text("isn't valid YAML")
    part = page.locator("#broken")
    expect(part.get_by_role("heading", name="The file of the settings can't be used")).to_be_visible()
    expect(part).to_contain_text("line ")
    page.reload()
    part.get_by_role("button", name="Go back to the version of").click()
    expect(part).to_be_hidden()
    assert device.file.read_text() == good
    assert [path.read_text() for path in (device.file.parent / "versions").glob("broken-*")] == [broken]
    # A value that can't be used, and no version to go back to.
    device.file.write_text(good.replace("max_volume: 100", "max_volume: 150"))
    for kept in (device.file.parent / "versions").glob("*.yaml"):
        kept.unlink()
    page.reload()
    expect(part).to_contain_text("music.max_volume: must be at most 100, not 150")
    expect(part.get_by_role("button")).to_have_count(0)


def test_the_set_up_works_by_keyboard_alone(page: Page, device: RestartingPage) -> None:
    def press_tab_until(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent").strip() == name:
                return
        raise AssertionError(f"{name} can't be reached")

    page.locator("#step-title").focus()
    for title in ("Camera", "Speaker", "Spotify", "Music for each mood", "Home", "Done"):
        press_tab_until("Skip")
        page.keyboard.press("Enter")
        step(page, title)
        # Whoever reads by ear is at the beginning of the step.
        expect(page.locator("#step-title")).to_be_focused()
    press_tab_until("Back")
    page.keyboard.press("Enter")
    step(page, "Home")


def test_music_that_was_chosen_survives_a_reload_and_any_name_fits_a_profile(
    page: Page, device: RestartingPage
) -> None:
    page.locator('#steps a[href="#music"]').click()
    step(page, "Music for each mood")
    page.get_by_role("button", name="Remove Daft Punk").click()
    page.get_by_text("Profiles, such as").click()
    for name in ("__proto__", "constructor", "a\u202eb", "x" * 70):
        page.get_by_label("Name of a new profile").fill(name)
        page.get_by_role("button", name="Add a profile like this one").click()
        wrong = page.get_by_text("A profile needs a name of its own")
        expect(wrong).to_have_count(int("\u202e" in name))
    page.get_by_label("Profile that is used").select_option("__proto__")
    page.get_by_text("Lift it").click()
    page.get_by_role("button", name="Add quiet hours").click()
    device.restart()
    page.reload()
    step(page, "Music for each mood")
    expect(page.get_by_text("What you had chosen before, and isn't written yet, is here again.")).to_be_visible()
    expect(page.get_by_role("button", name="Remove Daft Punk")).to_have_count(0)
    expect(page.get_by_label("Lift it")).to_be_checked()
    # The answer gets lost on its way.
    page.route("**/api/setup/config", lambda route: (route.fetch(), route.abort()))
    next_step(page)
    step(page, "Home")
    page.unroute("**/api/setup/config")
    music = device.values()["music"]
    names = ["everyday", "__proto__", "constructor", "x" * 64]
    profiles = dict(music["profiles"])  # type: ignore[call-overload]
    assert list(profiles) == names and all("happy" not in profile for profile in profiles.values())
    assert (music["profile"], music["strategy"]) == ("__proto__", "lift") and music["quiet_hours"]
    # What is written is no draft any more; and what somebody wants to forget is forgotten.
    page.get_by_role("button", name="Back", exact=True).click()
    step(page, "Music for each mood")
    expect(page.get_by_text("is here again")).to_have_count(0)
    page.get_by_role("button", name="Remove Norah Jones").click()
    page.reload()
    page.get_by_role("button", name="Forget it").click()
    expect(page.get_by_role("button", name="Remove Norah Jones")).to_be_visible()
    expect(page.get_by_text("is here again")).to_have_count(0)
