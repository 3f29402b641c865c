"""Every state of every page: what axe finds, light and dark, and what is cut on a phone, in each language.

A state is reached once. Theme and language are then changed in place, since only colours and texts differ by them.
MOODROOM_SWEEP=all runs all of axe for each theme and language, which takes several minutes.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, expect

from edge.events import HealthReported, ProblemOccurred
from edge.players.spotify.token_file import TokenFile
from edge.vision.preview import AimedPicture
from edge.web import app
from edge.web.catalogues import read_po
from edge.web.security.code import FREE_TRIES, SetUpCode
from edge.web.setup import home
from edge.web.setup.progress import DONE, STEPS
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import server, world
from tests.spotify_server.library import LibraryWorld, Own, track
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE
from tests.web.served import SONGS, Serve
from tests.web.setup.restarting import RestartingPage
from tests.web.setup.test_music import Pictures, pictures
from tests.web.test_first_screen import CONTRAST, CONTRAST_MIN, CUT, SMALL, TARGET_MIN_PX, WIDTH, usual
from tests.web.test_first_screen import STATES as EVERYDAY

__all__ = ["pictures", "server", "world"]
FOLDER = Path(app.__file__).parent / "languages"
LANGUAGES = {path.stem: read_po(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.po"))}
# What a mistake in a script leaves in a text.
BROKEN = re.compile(r".*(?:=>|undefined|NaN|\[object |\{\w+\}).*")
THOROUGH = os.environ.get("MOODROOM_SWEEP") == "all"
AXE = "async (rules) => (await axe.run({resultTypes: ['violations'], ...(rules ? {runOnly: rules} : {})})).violations"

# Tells the page's texts in another language, as the page itself does: by its catalogue, the English text being the key.
RETELL = """([code, texts]) => {
  const escaped = (text) => text.replace(/[.*+?^${}()|[\\]\\\\]/g, "\\\\$&");
  const templates = Object.keys(texts).filter((key) => key.includes("{")).sort((a, b) => b.length - a.length)
    .map((key) => ({key, names: [...key.matchAll(/{(\\w+)}/g)].map((one) => one[1]),
      form: new RegExp("^" + key.split(/{\\w+}/).map(escaped).join("([^]+?)") + "$")}));
  const told = (text) => {
    if (texts[text]) return texts[text];
    for (const {key, names, form} of templates) {
      const found = form.exec(text);
      if (!found || key.replace(/{\\w+}/g, "").length < 6) continue;
      const values = Object.fromEntries(names.map((name, at) => [name, told(found[at + 1]) || found[at + 1]]));
      return texts[key].replace(/{(\\w+)}/g, (_, name) => values[name]);
    }
    const parts = text.split(/(?<=[.!?:]) /);
    return parts.length > 1 ? parts.map((part) => told(part) || part).join(" ") : null;
  };
  window.english = window.english || new WeakMap();
  const original = (key, name, now) => {
    const kept = window.english.get(key) || {};
    window.english.set(key, kept);
    if (!kept[name] || kept[name].shown !== now) kept[name] = {text: now};
    return kept[name];
  };
  const retold = (key, name, now, show) => {
    const kept = original(key, name, now);
    const [, before, text, after] = /^(\\s*)([^]*?)(\\s*)$/.exec(kept.text);
    kept.shown = code === "en" || !text ? kept.text : before + (told(text.replace(/\\s+/g, " ")) || text) + after;
    if (kept.shown !== now) show(kept.shown);
    return code !== "en" && text && kept.shown === kept.text ? text : null;
  };
  const same = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    same.push(retold(node, "text", node.data, (text) => { node.data = text; }));
  }
  for (const element of document.body.querySelectorAll("[aria-label], [placeholder], [alt]")) {
    for (const name of ["aria-label", "placeholder", "alt"]) {
      const now = element.getAttribute(name);
      if (now) retold(element, name, now, (text) => element.setAttribute(name, text));
    }
  }
  document.documentElement.lang = code;
  return same.filter(Boolean);
}"""

States = Iterator[str]


class Look:
    """Examines a page in each theme and language."""

    def __init__(self, page: Page) -> None:
        self.page, self._count = page, 0
        self.found: dict[str, list[str]] = {}
        self.untold: set[str] = set()

    def at(self, state: str) -> None:
        self._count += 1
        faults = [f"light: {one}" for one in self._shape()] + self._axe("light")
        faults += [f"broken text: {one}" for one in BROKEN.findall(self.page.locator("body").inner_text())]
        self.page.emulate_media(color_scheme="dark")
        faults += [f"dark: contrast {one}" for one in self._contrast()]
        faults += self._axe("dark") if THOROUGH else self._axe("dark", ["color-contrast"])
        self.page.emulate_media(color_scheme="light")
        faults += [f"light: contrast {one}" for one in self._contrast()]
        for index, (code, texts) in enumerate(LANGUAGES.items()):
            self.untold |= set(self.page.evaluate(RETELL, [code, texts]))
            faults += [f"{code}: {one}" for one in self._shape()]
            if THOROUGH:
                faults += self._axe(f"{code} light")
                self.page.emulate_media(color_scheme="dark")
                faults += self._axe(f"{code} dark")
                self.page.emulate_media(color_scheme="light")
            elif index == self._count % len(LANGUAGES):
                faults += self._axe(f"{code} light", ["cat.name-role-value", "cat.language", "cat.text-alternatives"])
        self.page.evaluate(RETELL, ["en", {}])
        if faults:
            self.found[state] = faults

    def _axe(self, how: str, rules: list[str] | None = None) -> list[str]:
        if self.page.evaluate("typeof axe") == "undefined":
            self.page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8") + "\n;0")
        violations = self.page.evaluate(AXE, rules)
        return [f"{how}: {one['id']}: {node['html'][:120]}" for one in violations for node in one["nodes"]]

    def _contrast(self) -> list[str]:
        # The ground of a drawing's button is a shape of the drawing.
        return [one for one in self.page.evaluate(CONTRAST, CONTRAST_MIN) if "click-text" not in one]

    def _shape(self) -> list[str]:
        # What is typed into a field can be moved in it.
        cut = [f"cut {one}" for one in self.page.evaluate(CUT, WIDTH) if not one.startswith("<input")]
        return cut + [f"small {one}" for one in self.page.evaluate(SMALL, TARGET_MIN_PX)]


@pytest.fixture
def look(chromium: Browser) -> Iterator[Look]:
    context = chromium.new_context(viewport={"width": WIDTH, "height": 740}, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    looking = Look(page)
    yield looking
    if THOROUGH:
        print("\n".join(sorted(looking.untold)))
    context.close()
    assert errors == []
    assert looking.found == {}


def picture() -> AimedPicture:
    jpeg = cv2.imencode(".jpg", np.full((360, 640), 90, np.uint8))[1].tobytes()
    return AimedPicture(jpeg, [(0.3, 0.3, 0.2, 0.3)], [90.0])


@pytest.fixture
def wizard(
    serve: Serve,
    tmp_path: Path,
    server: Server,
    world: World,
    state_folder: Path,
    pictures: Pictures,
    monkeypatch: pytest.MonkeyPatch,
) -> RestartingPage:
    monkeypatch.setattr(home, "USUAL_HOSTS", ())
    server.library = LibraryWorld(world)
    server.library.liked = [track(7)]
    server.library.playlists = {"morning": Own("morning", "Morning songs", cover=f"{pictures.url}/cover")}
    checks = [
        {"part": "camera", "good": True, "warning": True, "text": "no camera: the demo clip is shown"},
        {"part": "player", "good": False, "warning": False, "text": "player: MPD at 192.0.2.7:6600 doesn't answer"},
    ]
    return RestartingPage(serve, tmp_path, server, aim=lambda _: picture(), checks=lambda: checks)


def open_step(page: Page, name: str) -> None:
    page.locator(f'#steps a[href="#{name}"]').click()
    expect(page.locator(f'#steps a[href="#{name}"][aria-current]')).to_be_visible()
    expect(page.locator("#place > *").first).to_be_visible()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def privacy(page: Page) -> States:
    yield "at first"
    press(page, "Next")
    expect(page.get_by_role("alert")).to_contain_text("Tick the box")
    yield "refused"


def camera(page: Page) -> States:
    yield "at first"
    press(page, "Show the picture")
    yield "the question"
    press(page, "Yes, show them")
    expect(page.get_by_text("seconds left")).to_be_visible()
    press(page, "Add an area")
    page.get_by_text("Area 1", exact=True).click()
    yield "the picture, and an area"


def speakers(page: Page) -> States:
    def answer(speakers: list[dict[str, Any]], *problems: dict[str, str]) -> None:
        told = {"speakers": speakers, "problems": problems, "spotify": "unset"}
        page.route("**/api/setup/speakers", lambda route: route.fulfill(json=told))
        press(page, "Look again")

    answer([])
    expect(page.get_by_text("No speaker is found yet.")).to_be_visible()
    yield "none"
    name = "Grandmother's-living-room-loudspeaker (left)"
    away = "mpd: a-name-of-a-machine.that-is-long.example.org:6600 doesn't answer; is MPD running there?"
    answer(
        [
            {"player": "mpd", "name": "127.0.0.1", "host": "127.0.0.1", "port": 6600, "here": True},
            {"player": "music_assistant", "name": name, "host": "homeassistant.local", "port": 8095, "here": False},
        ],
        {"player": "mpd", "text": away},
    )
    expect(page.get_by_text("MPD on this device")).to_be_visible()
    page.unroute("**/api/setup/speakers")
    for title in ("MPD on another machine", "Music Assistant"):
        page.get_by_text(title, exact=True).click()
    page.get_by_role("button", name="Try it").first.click()
    expect(page.get_by_text("Write its name or address first.")).to_be_visible()
    press(page, "Next")
    expect(page.get_by_role("alert")).to_contain_text("Choose a speaker first")
    yield "two, parts open, refused"


def spotify(page: Page) -> States:
    yield "at first"
    page.get_by_label("Client ID", exact=True).fill("not a client id")
    expect(page.get_by_text("That isn't a client ID")).to_be_visible()
    yield "a wrong client id"
    page.get_by_label("Client ID", exact=True).fill(CLIENT)
    expect(page.get_by_text("The client ID is written.")).to_be_visible()
    press(page, "Start sign-in")
    expect(page.get_by_role("link", name="Open Spotify and agree")).to_be_visible()
    page.get_by_label("Paste it here").fill("http://127.0.0.1:8731/callback?code=x&state=another")
    press(page, "Finish")
    expect(page.locator("#spotify-text")).to_contain_text("another sign-in")
    yield "a wrong address"


def music(page: Page) -> States:
    yield "at first"
    page.get_by_text("Profiles, such as").click()
    press(page, "Add a profile like this one")
    press(page, "Add quiet hours")
    page.locator("#add-happy").click()
    page.get_by_label("Artist, album, playlist or song").fill("song")
    press(page, "Search")
    expect(page.get_by_role("button", name="Add Song 7")).to_be_visible()
    page.get_by_label("Or paste a link").fill("https://example.org")
    press(page, "Add the link")
    expect(page.get_by_text("this can't be played").first).to_be_visible()
    yield "everything open"


def homes(page: Page) -> States:
    yield "at first"
    page.get_by_text("entities in Home Assistant").click()
    page.get_by_label("The broker's name or address").fill("127.0.0.1")
    page.get_by_label("Port").fill("1")
    press(page, "Try the broker")
    expect(page.get_by_text("no broker answers").first).to_be_visible()
    yield "no broker, and the entities"


def done(page: Page) -> States:
    yield "at first"
    page.get_by_label("Password").fill("short")
    press(page, "Set the password")
    expect(page.get_by_text("8 to 1000 characters").first).to_be_visible()
    yield "a short password"


def yours(page: Page) -> States:
    for name in ("Restore it", "Sign out of Spotify", "Erase the history"):
        press(page, name)
    press(page, "Try each part")
    expect(page.get_by_text("Some parts don't work.")).to_be_visible()
    yield "questions and checks"


WIZARD: dict[str, Callable[[Page], States]] = {
    "privacy": privacy,
    "camera": camera,
    "speaker": speakers,
    "spotify": spotify,
    "music": music,
    "home": homes,
    "done": done,
}


@pytest.mark.slow
def test_every_state_of_the_set_up(look: Look, wizard: RestartingPage, state_folder: Path, server: Server) -> None:
    assert tuple(WIZARD) == STEPS
    page = look.page
    page.goto(f"{wizard.served.url}/setup")
    for name, states in WIZARD.items():
        open_step(page, name)
        for state in states(page):
            look.at(f"{name}, {state}")
        if name == "spotify":
            TokenFile(state_folder).write(server.login(), new_login=True, client_id=CLIENT)
    for name in STEPS:
        wizard.progress.set(name, DONE)
    page.goto(f"{wizard.served.url}/setup")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    for state in yours(page):
        look.at(f"settings, {state}")
    wizard.file.write_text(wizard.file.read_text().replace("max_volume: 100", "max_volume: 150"))
    page.goto(f"{wizard.served.url}/setup")
    expect(page.get_by_role("button", name="Go back to the version of")).to_be_visible()
    look.at("settings, a broken file")


def test_every_state_before_the_sign_in(look: Look, serve: Serve, tmp_path: Path) -> None:
    page = look.page
    for way, label, served in (
        ("password", "Password", serve(protected=True)),
        ("code", "Set-up code", serve(code=SetUpCode(tmp_path, boot=[]), host="0.0.0.0")),
    ):
        page.goto(served.url)
        expect(page.get_by_role("button").first).to_be_enabled()
        look.at(way)
        for _ in range(FREE_TRIES + 1):
            page.get_by_label(label).fill("AAAA-AAAA")
            page.get_by_role("button").first.click()
            expect(page.get_by_role("alert")).not_to_be_empty()
        expect(page.get_by_role("alert")).to_contain_text("too many wrong")
        look.at(f"{way}, refused")
        page.goto(f"{served.url}/about-this-device")
        look.at(f"{way}, the data sheet")
        served.server.stop()


@pytest.mark.slow
def test_every_state_of_the_page_for_every_day(look: Look, serve: Serve) -> None:
    speakers = ["Kitchen", "Living Room", "Bathroom on the second floor"]
    served, page = serve(recommend=lambda mood, n: SONGS, week=list, speakers=lambda _: speakers), look.page
    for event in usual(time.monotonic()):
        served.board(event)
    page.goto(served.url)
    expect(page.locator("#link.live")).to_be_visible()
    for name, events in EVERYDAY.items():
        for event in [*usual(time.monotonic()), HealthReported(0.0, {"problems": [], "notices": []})]:
            served.board(event)
        for event in events(time.monotonic()):
            served.board(event)
        served.board(ProblemOccurred(time.monotonic(), "test", f"now {name}"))
        expect(page.locator("#notice")).to_have_text(f"now {name}")
        if page.locator("#problems").is_visible():
            page.locator("#problems-title").click()
        look.at(name)
    page.locator("#week summary").click()
    look.at("the week")
    page.locator("#plane-open").click()
    look.at("the map")
    page.locator("#plane-close").click()
    for event in usual(time.monotonic()):
        served.board(event)
    page.locator("#speakers-title").click()
    expect(page.locator("#speakers-choices label")).to_have_count(3)
    look.at("the speakers")
    page.locator("#correct-open").click()
    look.at("not right")
    page.locator("#correct-close").click()
    page.goto(f"{served.url}/notice")
    expect(page.get_by_role("button")).to_be_visible()
    look.at("the notice")
    page.goto(served.url)
    expect(page.locator("#link.live")).to_be_visible()
    served.server.stop()
    expect(page.locator("#offline")).to_be_visible()
    look.at("offline")
