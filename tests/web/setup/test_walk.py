"""The set-up on a phone, from the code to music that fits, on the real program, with a real MPD and Mosquitto."""

from __future__ import annotations

import contextlib
import json
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from edge.camera.source import demo_clip
from edge.config.writing.file import version_of
from edge.values import EXPRESSIONS
from tests.broker import Broker, Listener, broker
from tests.players.mpd_daemon import Daemon
from tests.players.spotify.test_login import agree
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import server, world
from tests.spotify_server.library import LibraryWorld, Own
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE, wait_for
from tests.web.served import PASSWORD
from tests.web.setup.installed import Installed, faults, next_step, step

__all__ = ["broker", "server", "world"]
TOPICS = ("status", "mood", "player", "camera", "control", "health", "override", "profile", "looking")
MOODS = tuple(f"{mood}: {{" for mood in EXPRESSIONS)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path / "mpd", seconds=4.0)
    daemon.start()
    yield daemon
    daemon.stop()


Phone = Callable[[Installed], Page]


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Phone]:
    """phone(device): a phone that opens the page of a device, whose errors are faults."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True)
    errors: list[str] = []

    def opened(device: Installed) -> Page:
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(device.url)
        return page

    yield opened
    context.close()
    assert errors == []


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Installed]]:
    made: list[Installed] = []

    def started(**more: Server) -> Installed:
        made.append(Installed(tmp_path, str(demo_clip()), **more))
        made[-1].start()
        return made[-1]

    yield started
    for device in made:
        device.stop(signal.SIGTERM)


def begin(page: Page, device: Installed) -> None:
    page.get_by_label("Set-up code").fill(device.code().lower())
    page.get_by_role("button", name="Begin").click()


def accept(page: Page) -> None:
    step(page, "Before it looks")
    next_step(page)
    expect(page.get_by_role("alert")).to_have_text("Tick the box first, or skip this step.")
    page.get_by_label("Everybody who is usually").check()
    page.get_by_label("Your name").fill("Ada")
    next_step(page)


def ignore_an_area(page: Page) -> None:
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
    next_step(page)


def choose_mpd(page: Page, daemon: Daemon) -> None:
    step(page, "Speaker")
    page.get_by_text("MPD on another machine").click()
    part = page.locator("details[open]")
    part.get_by_label("Name or address").fill("127.0.0.1")
    part.get_by_label("Port").fill(str(daemon.port))
    part.get_by_role("button", name="Try it").click()
    expect(part.get_by_role("status")).to_contain_text("lets this device play music")
    page.get_by_label("The loudest that it may get").fill("60")
    page.get_by_role("button", name="Play a sound").click()
    expect(page.get_by_text("Do you hear it?")).to_be_visible()
    next_step(page)


def choose_music(page: Page, mood: str, words: str, name: str) -> None:
    part = page.locator("section.mood").filter(has=page.get_by_role("heading", name=mood))
    part.get_by_role("button", name="Add music").click()
    part.get_by_label("Artist, album, playlist or song").fill(words)
    part.get_by_role("button", name="Search").click()
    part.get_by_role("button", name=f"Add {name}", exact=True).click()
    part.get_by_role("button", name="Close").click()


def connect_home(page: Page, broker: Broker) -> None:
    step(page, "Home")
    page.get_by_label("The broker's name or address").fill("127.0.0.1")
    page.get_by_label("Port").fill(str(broker.port))
    next_step(page)


def set_password(page: Page) -> None:
    step(page, "Done")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("It is set.")).to_be_visible()


def mood_of_the_last_play(listener: Listener) -> str | None:
    events = [json.loads(text) for topic, text, _ in listener.heard if topic == "moodroom/moodroom/event"]
    return next((one["mood"] for one in reversed(events) if one.get("act") == "play"), None)


def comments(text: str) -> list[str]:
    return re.findall(r"#.*", text)


def without_comment(line: str) -> str:
    return line.partition("#")[0].strip()


def overview(page: Page, device: Installed) -> dict[str, object]:
    """What the page knows of the set-up; {} while the parts begin again."""
    with contextlib.suppress(Error):
        answer = page.request.get(f"{device.url}/api/setup")
        return dict(answer.json()) if answer.ok else {}
    return {}


@pytest.mark.slow
def test_the_set_up_leads_to_music_that_fits_with_a_power_cut_after_each_step(
    start: Callable[..., Installed], phone: Phone, daemon: Daemon, broker: Broker, chromium: Browser
) -> None:
    device = start()
    page = phone(device)

    def power_cut(title: str) -> None:
        step(page, title)
        device.power_cut()
        page.reload()
        step(page, title)

    begin(page, device)
    power_cut("Before it looks")
    accept(page)
    power_cut("Camera")
    ignore_an_area(page)
    power_cut("Speaker")
    choose_mpd(page, daemon)
    power_cut("Spotify")
    page.get_by_role("button", name="Skip").click()
    power_cut("Music for each mood")
    page.get_by_role("button", name="Remove it from all moods").click()
    choose_music(page, "happy", "loud", "loud")
    choose_music(page, "Other moods", "calm", "calm")
    assert faults(page) == []
    next_step(page)
    power_cut("Home")
    connect_home(page, broker)
    power_cut("Done")
    set_password(page)
    page.get_by_role("button", name="To the music").click()
    expect(page).to_have_url(f"{device.url}/")
    device.power_cut()

    with Listener(broker.port) as listener:
        wait_for(lambda: mood_of_the_last_play(listener) and daemon.queue(), "music")
        expected = "loud/" if mood_of_the_last_play(listener) == "happy" else "calm/"
        wait_for(lambda: any(song.startswith(expected) for song in daemon.queue()), "music that fits")
        topics = {topic for topic, _, retained in listener.heard if retained}
        assert {f"moodroom/moodroom/{name}" for name in TOPICS} <= topics
    assert int(daemon.status()["volume"]) <= 60
    page.reload()
    expect(page.locator("#speaker")).to_contain_text("Playing")

    # Only what was chosen is written, and every comment stays, in its order.
    shipped = [line for line in device.text.splitlines() if line.strip().startswith(MOODS)]
    removed = [line[1:] for line in device.written() if line.startswith("-")]
    assert len(shipped) == len(MOODS) and set(shipped) <= set(removed)
    assert sorted(without_comment(line) for line in removed if line not in shipped) == [
        "default: nothing", "host: null", "max_volume: 100", "player: auto",
    ]  # fmt: skip
    added = [without_comment(line[1:]) for line in device.written() if line.startswith("+")]
    area = next(line for line in added if line.startswith("ignore:"))
    assert added == [
        "player: mpd", "max_volume: 60",
        'happy: {play: "mpd:folder/loud", name: loud}', 'default: {play: "mpd:folder/calm", name: calm}',
        f"port: {daemon.port}", "host: 127.0.0.1", f"port: {broker.port}",
        "", "vision:", area,
    ]  # fmt: skip
    assert area.startswith("ignore: [[0.7")
    assert comments(device.config.read_text()) == comments(device.text)
    # A backup brings it back on the running device, also where the file can't be used any more.
    page.goto(f"{device.url}/setup")
    with page.expect_download() as backup:
        page.get_by_role("button", name="Save a backup").click()
    kept = device.config.read_text()
    device.config.write_text(kept.replace("max_volume: 60", "max_volume: ["))
    page.get_by_label("Backup file").set_input_files(backup.value.path())
    page.get_by_role("button", name="Restore it").click()
    page.get_by_role("button", name="Really replace everything?").click()
    expect(page.get_by_text("Restored, as it was on")).to_be_visible()
    wait_for(lambda: device.config.read_text() == kept, "the restored file")
    wait_for(lambda: overview(page, device).get("running") == version_of(kept), "the restored parts")

    # A second phone is asked for the password.
    other = chromium.new_context().new_page()
    other.goto(device.url)
    expect(other.get_by_label("Password")).to_be_visible()
    other.context.close()


@pytest.mark.slow
def test_the_set_up_signs_in_to_spotify_on_the_same_phone_and_goes_on_to_its_speakers(
    start: Callable[..., Installed], phone: Phone, server: Server, world: World
) -> None:
    server.library = LibraryWorld(world)
    server.library.playlists = {"morning": Own("morning", "Morning songs")}
    device = start(spotify=server)
    page = phone(device)
    begin(page, device)
    accept(page)
    step(page, "Camera")
    next_step(page)
    step(page, "Speaker")
    page.get_by_role("link", name="Spotify's speakers are listed here").click()

    step(page, "Spotify")
    half = len(CLIENT) // 2
    page.get_by_label("Client ID", exact=True).fill(f"Client ID {CLIENT[:half]} {CLIENT[half:].upper()} ")
    expect(page.get_by_text("The client ID is written.")).to_be_visible()
    page.get_by_role("button", name="Start sign-in").click()
    link = page.get_by_role("link", name="Open Spotify and agree")
    address = link.get_attribute("href") or ""
    # The phone's browser forgets the page while Spotify is open.
    page.reload()
    step(page, "Spotify")
    expect(link).to_have_attribute("href", address)
    page.get_by_label("Paste it here").fill(address)
    page.get_by_role("button", name="Finish").click()
    expect(page.locator("#spotify-text")).to_contain_text("this isn't the address that Spotify sent the browser to")
    page.get_by_label("Paste it here").fill(agree(server, address))
    page.get_by_role("button", name="Finish").click()
    expect(page.locator("#spotify-text")).to_contain_text("Signed in, until")
    next_step(page)

    step(page, "Speaker")
    page.get_by_text("Living Room (Spotify)").click()
    next_step(page)
    step(page, "Music for each mood")
    page.locator("#add-neutral").click()
    page.get_by_role("button", name="My playlists").click()
    page.get_by_role("button", name="Add Morning songs").click()
    page.get_by_role("button", name="Remove Norah Jones").click()
    next_step(page)
    step(page, "Home")
    page.get_by_role("button", name="Skip").click()
    set_password(page)
    fits = {"neutral": "spotify:playlist:morning", "happy": "spotify:artist:4tZwfgrHOc3mvqYlEYSvVi"}

    def chosen() -> str:
        why = page.request.get(f"{device.url}/api/state").json()["why"] or {}
        return fits.get(why.get("mood"), "") if why.get("act") == "play" else ""

    wait_for(lambda: chosen() and any(one.do == "play" for one in world.executed), "music")
    assert chosen() in str([one.value for one in world.executed if one.do == "play"])
    assert world.now_playing().device == "Living Room"
    expect(page.locator("#place").get_by_text(re.compile(" plays[.]$"))).to_be_visible()
    page.get_by_role("button", name="To the music").click()
    expect(page).to_have_url(f"{device.url}/")
    added = [without_comment(line[1:]) for line in device.written() if line.startswith("+")]
    assert added == [
        "player: spotify",
        'neutral: {play: "spotify:playlist:morning", name: Morning songs}',
        f"client_id: {CLIENT}",
        "speaker: Living Room",
    ]
    assert comments(device.config.read_text()) == comments(device.text)
