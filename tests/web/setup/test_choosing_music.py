"""The steps Spotify and Music on a phone, with the simulated Spotify; the page restarts as a device does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.players.spotify.token_file import REDIRECT_URI, TokenFile
from tests.players.spotify.test_login import agree
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import server, world
from tests.spotify_server.library import LibraryWorld, Own, track
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE, wait_for
from tests.web.served import Serve
from tests.web.setup.installed import faults, step
from tests.web.setup.restarting import RestartingPage
from tests.web.setup.test_music import Pictures, pictures

__all__ = ["pictures", "server", "world"]
# Elements that are cut at the edge of the screen.
CUT = """() => [...document.querySelectorAll("#place *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 || (one.tagName !== "svg" && !one.closest("svg")
    && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0 && getComputedStyle(one).display !== "inline"
    && !["INPUT", "SELECT"].includes(one.tagName) && !one.classList.contains("unseen")))
  .map((one) => one.outerHTML.slice(0, 100))"""


@pytest.fixture
def device(
    serve: Serve, tmp_path: Path, server: Server, world: World, state_folder: Path, pictures: Pictures
) -> RestartingPage:
    server.library = LibraryWorld(world)
    server.library.liked = [track(7)]
    server.library.playlists = {"morning": Own("morning", "Morning songs", cover=f"{pictures.url}/cover")}
    return RestartingPage(serve, tmp_path, server)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def test_the_client_id_is_checked_as_it_is_pasted_and_the_sign_in_is_finished_here(
    device: RestartingPage, page: Page, server: Server
) -> None:
    page.goto(f"{device.served.url}/setup#spotify")
    step(page, "Spotify")
    expect(page.get_by_label("Redirect address")).to_have_value(REDIRECT_URI)
    assert faults(page) == [] and page.evaluate(CUT) == []
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.").or_(page.get_by_text("It is selected"))).to_be_visible()
    page.get_by_label("Client ID", exact=True).fill(CLIENT[:-1])
    expect(page.get_by_text("That isn't a client ID")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_have_text("Paste the client ID first, or skip this step.")
    page.get_by_label("Client ID", exact=True).fill(f" {CLIENT.upper()}\n")
    expect(page.get_by_text("The client ID is written.")).to_be_visible()
    assert device.values()["spotify"]["client_id"] == CLIENT
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_have_text("Sign in first, or skip this step.")
    page.get_by_role("button", name="Start sign-in").click()
    link = page.get_by_role("link", name="Open Spotify and agree")
    expect(link).to_be_visible()
    page.get_by_label("Paste it here").fill(agree(server, link.get_attribute("href") or ""))
    page.get_by_role("button", name="Finish").click()
    expect(page.locator("#spotify-text")).to_contain_text("Signed in, until")
    assert faults(page) == [] and page.evaluate(CUT) == []


def test_music_is_searched_pasted_and_left_as_it_is_for_each_mood(
    device: RestartingPage, page: Page, server: Server, state_folder: Path
) -> None:
    TokenFile(state_folder).write(server.login(), new_login=True, client_id=CLIENT)
    device.file.write_text(device.file.read_text().replace("client_id: null", f"client_id: {CLIENT}"))
    device.restart()
    page.goto(f"{device.served.url}/setup#music")
    step(page, "Music for each mood")
    assert faults(page) == [] and page.evaluate(CUT) == []
    happy = page.locator("section.mood").filter(has=page.get_by_role("heading", name="happy"))
    expect(happy.get_by_text("Daft Punk")).to_be_visible()
    happy.get_by_role("button", name="Add music").click()
    happy.get_by_label("Artist, album, playlist or song").fill("song")
    happy.get_by_role("button", name="Search").click()
    happy.get_by_role("button", name="Add Song 7").click()
    happy.get_by_role("button", name="My playlists").click()
    cover = happy.locator("img").first
    wait_for(lambda: cover.evaluate("image => image.naturalWidth") == 192, "the cover")
    happy.get_by_role("button", name="Add Morning songs").click()
    happy.get_by_role("button", name="Remove Daft Punk").click()
    assert faults(page) == [] and page.evaluate(CUT) == []
    sad = page.locator("section.mood").filter(has=page.get_by_role("heading", name="sad"))
    sad.get_by_role("button", name="Leave the music as it is").click()
    fear = page.locator("section.mood").filter(has=page.get_by_role("heading", name="afraid"))
    fear.get_by_role("button", name="Add music").click()
    fear.get_by_label("Or paste a link").fill("https://example.org/song")
    fear.get_by_role("button", name="Add the link").click()
    expect(fear.get_by_text("this can't be played")).to_be_visible()
    fear.get_by_label("Or paste a link").fill("https://open.spotify.com/playlist/morning?si=1")
    fear.get_by_role("button", name="Add the link").click()
    expect(fear.get_by_text("Morning songs is added.")).to_be_visible()
    fear.get_by_role("button", name="Remove Sigur Rós").click()
    page.get_by_text("Profiles, such as").click()
    page.get_by_label("Name of a new profile").fill("party")
    page.get_by_role("button", name="Add a profile like this one").click()
    page.get_by_label("Profile that is used").select_option("party")
    page.get_by_text("Lift it").click()
    page.get_by_role("button", name="Add quiet hours").click()
    page.get_by_label("Until").fill("06:30")
    assert faults(page) == [] and page.evaluate(CUT) == []
    before = device.file.read_text()
    page.get_by_role("button", name="Next").click()
    step(page, "Home")

    music = device.values()["music"]
    songs = [
        {"play": track(7)["uri"], "name": "Song 7"},
        {"play": "spotify:playlist:morning", "name": "Morning songs"},
    ]
    profiles = music["profiles"]
    assert isinstance(profiles, dict)
    everyday = profiles["everyday"]
    assert (everyday["happy"], everyday["sad"], everyday["fear"]) == (songs, "nothing", songs[1])
    assert profiles["party"] == everyday and music["profile"] == "party" and music["strategy"] == "lift"
    assert music["quiet_hours"] == [{"begins": "22:00", "ends": "06:30", "max_volume": 25}]
    kept = [line.partition("#")[2] for line in before.splitlines() if "#" in line]
    assert [line.partition("#")[2] for line in device.file.read_text().splitlines() if "#" in line] == kept


def test_only_what_was_changed_is_written(device: RestartingPage, page: Page) -> None:
    page.goto(f"{device.served.url}/setup#music")
    step(page, "Music for each mood")
    one, two, leave = {"play": "mpd:Jazz", "name": "Jazz"}, {"play": "mpd:Soul"}, {"play": "nothing"}
    before = {"everyday": {"happy": [one], "sad": [two], "default": [leave]}, "party": {"happy": [two]}}
    after = {"everyday": {"happy": [one, two], "sad": [], "default": [leave]}, "calm": {"fear": [leave], "sad": []}}
    changes = page.evaluate(
        "async ([before, after]) => (await import('/static/setup-music.js')).changes(before, after)", [before, after]
    )
    assert changes == {
        "music.profiles.everyday.happy": [one, "mpd:Soul"],
        "music.profiles.everyday.sad": None,
        "music.profiles.calm": {"fear": "nothing"},
        "music.profiles.party": None,
    }
