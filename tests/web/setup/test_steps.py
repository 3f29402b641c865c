"""The steps Speaker and Home on a phone, on the real program with a real MPD and a real Mosquitto."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.camera.source import demo_clip
from edge.config.file import load
from tests.broker import Broker, broker, free_port
from tests.librespot_server import Librespot
from tests.librespot_server.server import WireServer
from tests.players.mpd_daemon import Daemon
from tests.waiting import PATIENCE, wait_for
from tests.web.setup.installed import Installed, faults, step

__all__ = ["broker"]
WIDTH = 360


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Installed]:
    made = Installed(tmp_path, source=str(demo_clip()))
    made.start()
    yield made
    made.stop(signal.SIGTERM)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path / "mpd")
    daemon.start()
    yield daemon
    daemon.stop()


@pytest.fixture
def page(device: Installed, chromium: Browser) -> Iterator[Page]:
    """A phone that the set-up code has let in."""
    context = chromium.new_context(viewport={"width": WIDTH, "height": 740}, bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(device.url)
    page.get_by_label("Set-up code").fill(device.code())
    page.get_by_role("button", name="Begin").click()
    step(page, "Before it looks")
    yield page
    context.close()


def fits(page: Page) -> None:
    """Nothing is cut at the sides, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    assert faults(page) == []


def open_step(page: Page, name: str, title: str) -> None:
    page.locator(f'#steps a[href="#{name}"]').click()
    step(page, title)


def test_speaker(device: Installed, page: Page, daemon: Daemon) -> None:
    open_step(page, "speaker", "Speaker")
    expect(page.get_by_text("Spotify's speakers are listed here")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_have_text("Choose a speaker first, or skip this step.")
    page.get_by_text("MPD on another machine").click()
    part = page.locator("details[open]")
    part.get_by_label("Name or address").fill("127.0.0.1")
    part.get_by_label("Port").fill(str(free_port()))
    part.get_by_role("button", name="Try it").click()
    expect(part.get_by_role("status")).to_contain_text("is MPD running there?")
    part.get_by_label("Port").fill(str(daemon.port))
    part.get_by_role("button", name="Try it").click()
    expect(part.get_by_role("status")).to_contain_text("lets this device play music")
    expect(page.get_by_label("MPD on this device").last).to_be_checked()
    page.get_by_label("The loudest that it may get").fill("60")
    fits(page)
    page.get_by_role("button", name="Play a sound").click()
    expect(page.get_by_text("Do you hear it?")).to_be_visible()
    assert any(song.endswith("/test-sound.wav") for song in daemon.queue())
    wait_for(lambda: int(daemon.status()["volume"]) <= 60, "the volume's ceiling")
    wait_for(lambda: daemon.status()["state"] != "play", "the sound's end")
    page.get_by_role("button", name="Try all that it can do").click()
    expect(page.get_by_text("That was all.")).to_be_visible()
    expect(page.get_by_text("Queue a song: the song that was queued came next")).to_be_visible()
    fits(page)
    config = load(device.config)
    assert (config.music.player, config.mpd.host, config.mpd.port) == ("mpd", "127.0.0.1", daemon.port)
    assert config.music.max_volume == 60
    page.get_by_role("button", name="Next").click()
    step(page, "Spotify")


def test_this_device_as_a_speaker(device: Installed, page: Page) -> None:
    served = WireServer(Librespot())
    try:
        open_step(page, "speaker", "Speaker")
        page.get_by_text("This device as a speaker (go-librespot)").click()
        part = page.locator("details[open]")
        expect(part.get_by_role("link", name="How go-librespot is installed")).to_be_visible()
        part.get_by_label("Name or address").fill("127.0.0.1")
        part.get_by_label("Port").fill(str(served.port))
        part.get_by_role("button", name="Try it").click()
        expect(part.get_by_role("status")).to_have_text("It answers. It is chosen above.")
        expect(page.get_by_label("Living Room (go-librespot on this device)")).to_be_checked()
        fits(page)
        page.get_by_role("button", name="Next").click()
        step(page, "Spotify")
        config = load(device.config)
        assert (config.music.player, config.go_librespot.port) == ("go_librespot", served.port)
    finally:
        served.close()


def test_home(device: Installed, page: Page, broker: Broker) -> None:
    open_step(page, "home", "Home")
    page.get_by_text("entities in Home Assistant").click()
    expect(page.get_by_text("sensor.moodroom_now_playing")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("Write the broker's name or address first")
    page.get_by_label("The broker's name or address").fill("127.0.0.1")
    page.get_by_label("Port").fill(str(free_port()))
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("no broker answers at 127.0.0.1")
    assert load(device.config).mqtt.host is None
    page.get_by_label("Port").fill(str(broker.port))
    page.get_by_role("button", name="Try the broker").click()
    expect(page.get_by_text("answers, and takes what this device publishes.")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#step-title")).not_to_have_text("Home")
    mqtt = load(device.config).mqtt
    assert (mqtt.host, mqtt.port, mqtt.username) == ("127.0.0.1", broker.port, None)
