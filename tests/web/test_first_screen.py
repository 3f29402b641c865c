"""The page on a small phone: what the first screen holds, contrast, sizes. test_every_state goes through all states."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from edge.errors import BrokerError, PlayerError, reported
from edge.events import (
    DecisionMade,
    Event,
    HealthReported,
    Liked,
    MoodChanged,
    PlaybackChanged,
    ProblemOccurred,
    SettingsReported,
)
from edge.values import Act, Mood, Playback, Wish
from tests.waiting import PATIENCE, wait_for
from tests.web.served import SONGS, Serve, Served

expect.set_options(timeout=1000 * PATIENCE)
WIDTH, HEIGHT = 360, 740
SONG = "spotify:track:0BCPKOYdS2jbQ8iyB56Zns"
PROBLEM = "mqtt: the broker at 192.0.2.7 refuses the password; set mqtt.password_file"
FIRST_SCREEN = (
    "#cover", "#song", "#artist", "#progress-row", "#play", '[data-playback="next"]', "#like", "#why", "#mood",
    "#confidence-text", "#camera",
)  # fmt: skip
# The least contrast of text in WCAG 2.2, 1.4.3 (AA), and of each place of a touch, 2.5.5 (AAA).
CONTRAST_MIN, TARGET_MIN_PX = 4.5, 44

# Each visible text whose contrast with the ground behind it is too low.
CONTRAST = """(least) => {
  const rgba = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3]));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const all = [];
    for (let at = element; at; at = at.parentElement) all.push(rgba(getComputedStyle(at).backgroundColor));
    return all.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const isText = walker.currentNode.textContent.trim() && !element.closest("title, noscript");
    if (!isText || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const colour = element instanceof SVGElement ? style.fill : style.color;
    const below = ground(element);
    const [a, b] = [light(over(rgba(colour), below)), light(below)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < least) found.push(`${ratio.toFixed(1)}: ${element.outerHTML.slice(0, 80)}`);
  }
  return found;
}"""

# Texts that are cut off, and elements that stick out of the screen.
CUT = """(width) => [...document.querySelectorAll("body *")].filter((e) => {
    if (!e.checkVisibility() || e.closest("svg, .unseen, .skip, select")) return false;
    const style = getComputedStyle(e);
    const cut = style.overflowX !== "visible" && style.overflowX !== "auto" && e.scrollWidth > e.clientWidth + 1;
    return cut || e.getBoundingClientRect().right > width || e.scrollWidth > Math.max(e.clientWidth, width);
  }).map((e) => e.outerHTML.slice(0, 100))"""

# What a finger touches and is too small; a link in a text may be as high as its line (WCAG 2.2, 2.5.5).
SMALL = """(least) => [...document.querySelectorAll("button, .button, select, input, summary")].filter((e) => {
    const target = e.matches("input[type=radio], input[type=checkbox]") ? e.closest("label") : e;
    const { width, height } = target.getBoundingClientRect();
    return target.checkVisibility() && (width < least || height < least - 0.5);
  }).map((e) => `${e.id || e.textContent}`)"""

DRAW_PLAYER = "async (player) => (await import('/static/player.js')).drawPlayer(player)"


def settings(**more: str) -> dict[str, str]:
    looking = more.get("camera", "ON")
    return {"camera": "ON", "looking": looking, "control": "auto", "override": "auto", "profile": "a"} | more


def playing(**more: Any) -> Playback:
    values = {"uri": SONG, "volume": 40, "duration": 243.0, "position": 12.0} | more
    title = values.pop("title", "Viva la Vida or Death and All His Friends")
    return Playback("playing", "spotify", "Living Room", title, "Coldplay", **values)


def mood(name: str, people: int = 2, source: str = "camera") -> Mood:
    return Mood(name, 0.83, 0.5, 0.4, people, time.monotonic(), source)


def usual(now: float) -> list[Event]:
    why = "the room is surprised, and step 3 of the way leads on to happy: Sunday brunch plays once this song ends"
    return [
        SettingsReported(now, settings()),
        MoodChanged(now, mood("surprise")),
        PlaybackChanged(now, playing()),
        DecisionMade(now, Wish(Act.PLAY, "surprise", why)),
    ]


# Each state of the page: the events that lead to it.
STATES: dict[str, Callable[[float], list[Event]]] = {
    "usual": lambda _: [],
    "liked": lambda now: [Liked(now, "happy", "spotify:playlist:x", SONG)],
    "camera off": lambda now: [
        SettingsReported(now, settings(camera="OFF")),
        MoodChanged(now, mood("unknown", 0)),
    ],
    "people choose": lambda now: [SettingsReported(now, settings(control="hands_off", override="disgust"))],
    "problems": lambda now: [
        HealthReported(now, {"problems": [{"part": "mqtt", "message": PROBLEM}], "notices": []}),
        ProblemOccurred(now, "player", "can't play mpd:folder/jazz: there is no such folder"),
    ],
    "silent": lambda now: [PlaybackChanged(now, Playback("unavailable", "spotify"))],
}


@pytest.fixture
def open_page(chromium: Browser, serve: Serve) -> Iterator[Callable[..., tuple[Served, Page]]]:
    contexts, faults = [], []

    def made(*, scheme: str = "light", locale: str = "en-GB", **parts: Any) -> tuple[Served, Page]:
        served, now = serve(**parts), time.monotonic()
        for event in usual(now):
            served.board(event)
        contexts.append(
            chromium.new_context(
                viewport={"width": WIDTH, "height": HEIGHT},
                color_scheme=scheme,
                locale=locale,
                bypass_csp=True,
            )
        )
        page = contexts[-1].new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(served.url)
        expect(page.locator("#link.live")).to_be_visible()
        expect(page.locator("#today-list li").first).to_be_visible()
        return served, page

    yield made
    for context in contexts:
        context.close()
    assert faults == []


def faults(page: Page) -> list[str]:
    """Texts with too little contrast, cut texts, and targets that are too small for a finger."""
    return [
        *(f"contrast {text}" for text in page.evaluate(CONTRAST, CONTRAST_MIN)),
        *(f"cut {text}" for text in page.evaluate(CUT, WIDTH)),
        *(f"small {text}" for text in page.evaluate(SMALL, TARGET_MIN_PX)),
    ]


def below_the_screen(page: Page) -> list[str]:
    """What of the first screen isn't wholly on it without scrolling."""
    inside = """([selector, height]) => {
        const box = document.querySelector(selector).getBoundingClientRect();
        return box.height > 0 && box.top >= 0 && box.bottom <= height;
    }"""
    return [one for one in FIRST_SCREEN if not page.evaluate(inside, [one, HEIGHT])]


@pytest.mark.parametrize("locale", ["de", "es", "fr", "it", "ja", "nl"])
def test_each_language_fits(open_page: Callable[..., tuple[Served, Page]], locale: str) -> None:
    served, page = open_page(locale=locale, recommend=lambda mood, n: SONGS)
    expect(page.locator("html")).to_have_attribute("lang", locale)
    assert faults(page) == []
    assert below_the_screen(page) == []
    served.board(SettingsReported(time.monotonic(), settings(camera="OFF", control="hands_off")))
    expect(page.locator("body.camera-off")).to_be_visible()
    assert faults(page) == []


def test_faults_that_exist_are_found(open_page: Callable[..., tuple[Served, Page]]) -> None:
    _, page = open_page()
    for rule, fault in (
        ("#why { color: #c9bfb0 }", "contrast 1."),
        ("#mood { display: inline-block; width: 2ch; overflow: hidden; white-space: nowrap }", "cut "),
        ("#song { white-space: nowrap }", "cut "),
        ("#camera { min-height: 0; padding: 0; border: 0; line-height: 1 }", "small camera"),
    ):
        style = page.add_style_tag(content=rule)
        assert any(found.startswith(fault) for found in faults(page)), rule
        style.evaluate("(style) => style.remove()")
    page.add_style_tag(content="#cover { height: 40rem }")
    assert "#camera" in below_the_screen(page)


def test_the_first_screen_holds_what_a_hand_needs(open_page: Callable[..., tuple[Served, Page]]) -> None:
    served, page = open_page()
    assert below_the_screen(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == WIDTH
    served.board(SettingsReported(time.monotonic(), settings(camera="OFF")))
    expect(page.get_by_role("button", name="Switch the camera on")).to_be_visible()
    assert below_the_screen(page) == []
    assert page.locator(".playback button").count() == 3
    # Whatever a song is called.
    for title in ("a" * 500, "long word " * 50, "\U0001f3b5\u202e<b>" * 100, "https://example.org/" + "x" * 400):
        player = {"state": "playing", "player": "mpd", "duration": 240, "position": 3}
        page.evaluate(DRAW_PLAYER, player | {"title": title, "artist": title, "speaker": title})
        assert below_the_screen(page) == []
        assert page.evaluate(CUT, WIDTH) == []
    page.evaluate(DRAW_PLAYER, {"state": "playing", "title": " "})
    expect(page.locator("#song")).to_have_text("Playing")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_button_is_readable_while_a_finger_is_on_it(
    open_page: Callable[..., tuple[Served, Page]], scheme: str
) -> None:
    served, page = open_page(scheme=scheme)
    served.board(Liked(time.monotonic(), "happy", None, SONG))
    expect(page.locator("#like")).to_have_attribute("aria-pressed", "true")
    served.board(SettingsReported(time.monotonic(), settings(camera="OFF")))
    expect(page.get_by_role("button", name="Switch the camera on")).to_be_visible()
    for button in page.locator("main button:visible, footer .button").all():
        button.hover()
        assert page.evaluate(CONTRAST, CONTRAST_MIN) == [], button.text_content()


def test_guests_see_no_addresses_and_no_configuration_words(open_page: Callable[..., tuple[Served, Page]]) -> None:
    served, page = open_page()
    now = time.monotonic()
    for event in (
        HealthReported(
            now,
            {
                "problems": [
                    {"part": "mqtt", "message": PROBLEM},
                    {"part": "player", "message": reported(PlayerError("mpd: nothing answers at 192.0.2.7:6600"))},
                    {"part": "disk", "message": "disk: /var/lib/moodroom can't be written"},
                ],
                "notices": [{"part": "pictures", "message": "name its place in vision.ignore"}],
            },
        ),
        PlaybackChanged(
            now, playing(title="http://192.0.2.7:8000/radio", uri="mpd:stream/http://192.0.2.7:8000/radio")
        ),
        DecisionMade(now, Wish(Act.PLAY, "sad", "the room is sad: spotify:playlist:37i9dQZF1DX4 plays now")),
        ProblemOccurred(now, "player", "can't play x: spotify.speaker: no speaker called Den is online; wake it"),
    ):
        served.board(event)
    expect(page.locator("#problems-title")).to_have_text("Something needs attention")
    page.locator("#problems-title").click()
    expect(page.locator("#problems-list")).to_contain_text(BrokerError.plain)
    expect(page.locator("#problems-list")).to_contain_text(PlayerError.plain)
    expect(page.locator("#failed")).to_have_text(f"But: {PlayerError.plain}")
    expect(page.locator("#song")).to_have_text("a radio station")
    expect(page.locator("#why")).to_have_text("Why: the room is sad: a playlist plays now")
    expect(page.locator("#today-list")).to_contain_text("the room is sad: a playlist plays now")
    text = page.locator("body").inner_text()
    text = re.sub(r"\d{1,2}:\d\d", "a time", text)
    assert re.findall(r"\S*:\S+|\d+\.\d+\.\d+\.\d+|\b[a-z]+[._][a-z]+\b|mqtt|mpd|spotify", text) == []


def test_play_and_pause_are_one_button(open_page: Callable[..., tuple[Served, Page]]) -> None:
    served, page = open_page()
    button = page.locator("#play")
    expect(button).to_have_text("Pause")
    button.click()
    served.board(PlaybackChanged(time.monotonic(), Playback("paused", "spotify", "Den", "Clocks", "Coldplay", SONG)))
    expect(button).to_have_text("Play")
    button.click()
    expect(page.locator("#speaker")).to_contain_text("Paused")
    sent = [(command.name, command.value) for command in served.commands]
    assert sent == [("playback", "pause"), ("playback", "play")]


def test_the_position_in_the_song_goes_on(open_page: Callable[..., tuple[Served, Page]]) -> None:
    began = time.monotonic()
    served, page = open_page()
    text = page.locator("#progress-text")

    def position() -> int:
        found = re.fullmatch(r"(\d+):(\d\d) of 4:03", text.text_content() or "")
        assert found is not None
        return 60 * int(found[1]) + int(found[2])

    def latest(position_at_first: float) -> float:
        return position_at_first + time.monotonic() - began + 2

    first = position()
    assert first <= latest(12.0)
    wait_for(lambda: position() > first, "the next second")
    served.board(PlaybackChanged(time.monotonic() - 100, playing(volume=41)))
    # The rest is left for a busy machine, whose answers come late.
    wait_for(lambda: position() > 72, "the position of a song that began earlier")
    assert position() <= latest(112.0)
    served.board(PlaybackChanged(time.monotonic(), playing(duration=None)))
    expect(page.locator("#progress-row")).to_be_hidden()


def test_a_cover_comes_from_the_device_alone(open_page: Callable[..., tuple[Served, Page]]) -> None:
    served, page = open_page()
    picture = page.locator("#cover-picture")
    expect(picture).to_be_hidden()
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(path="edge/web/static/icon-192.png")

    page.route("**/api/cover**", answer)
    player = {"state": "playing", "title": "Clocks", "playing": True, "cover": "https://i.scdn.co/x"}
    page.evaluate(DRAW_PLAYER, player)
    expect(picture).to_be_visible()
    assert [url.startswith(f"{served.url}/api/cover?v=") for url in asked] == [True]
    page.unroute("**/api/cover**")
    page.evaluate(DRAW_PLAYER, player | {"cover": "gone"})
    expect(picture).to_be_hidden()


def test_the_first_load_is_small(open_page: Callable[..., tuple[Served, Page]]) -> None:
    served, page = open_page()
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: answer.request.sizes()["responseBodySize"]}))
    page.goto(served.url)
    expect(page.locator("#today-list li").first).to_be_visible()
    files = {url: size for url, size in sizes.items() if "/api/events" not in url}
    assert len(files) > 10
    assert sum(files.values()) <= 120_000, files
