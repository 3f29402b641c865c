"""The page speaks the visitor's language, in Debian's Chromium."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, expect

from edge.events import DecisionMade, HealthReported, MoodChanged, PlaybackChanged, SettingsReported, TakenOver
from edge.sentences import Sentence, mood_word
from edge.values import Act, Mood, Music, Playback, Wish
from tests.web.served import Serve, Served, publish


def test_the_sign_in_page_speaks_the_browsers_language_until_another_is_chosen(chromium: Browser, serve: Serve) -> None:
    served = serve(protected=True)
    context = chromium.new_context(locale="de-AT", viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(served.url)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
    page.get_by_label("Passwort").fill("wrong")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("alert")).to_have_text("Das ist nicht das Passwort.")

    page.get_by_label("Sprache").select_option("日本語")
    expect(page.get_by_role("button", name="サインイン")).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    page.get_by_label("言語").select_option("English")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    context.close()


@pytest.mark.parametrize("failure", ["no answer", "an error"])
def test_without_a_catalogue_the_page_is_english(chromium: Browser, serve: Serve, failure: str) -> None:
    served = serve(protected=True)
    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()
    page.route(
        "**/api/language/*", lambda route: route.abort() if failure == "no answer" else route.fulfill(status=500)
    )
    page.goto(served.url)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    context.close()


LOCALES = ["en-GB", "de-DE", "fr-FR", "es-ES", "it-IT", "nl-NL", "ja-JP"]
WHY = {
    "en-GB": "Why: the room is happy: Jazz plays now",
    "de-DE": "Warum: die Stimmung im Raum ist fröhlich: jetzt spielt Jazz",
    "ja-JP": "部屋の気分は「楽しい」：Jazz を再生します",
}


@pytest.fixture
def told(serve: Serve) -> Served:
    """A device that explains its music, has a problem, and had a song chosen by a person."""
    served = serve()
    reason = Sentence("the room is {mood}", mood=mood_word("happy"))
    why = Sentence("{why}: {music} plays now", why=reason, music="Jazz")
    publish(served.board, DecisionMade, Wish(Act.PLAY, "happy", why, Music("mpd:Jazz", "Jazz")))
    no_frame = Sentence("camera: no frame for {seconds} s or longer; check the camera's plug and cable", seconds="30")
    report = {"problems": [{"part": "camera", "message": no_frame}], "notices": []}
    publish(served.board, HealthReported, report)
    publish(served.board, SettingsReported, {"camera": "ON", "control": "auto", "override": "auto", "profile": "a"})
    publish(served.board, TakenOver, "song", Sentence("somebody chose this song"))
    mood = Mood("happy", 0.8, 0.7, 0.3, 2, time.monotonic(), "camera")
    publish(served.board, MoodChanged, mood)
    publish(served.board, PlaybackChanged, Playback("playing", "mpd", title="Clocks", artist="Coldplay", volume=40))
    return served


@pytest.mark.parametrize("locale", LOCALES)
def test_the_devices_sentences_are_told_in_the_visitors_language_and_fit_a_phone(
    chromium: Browser, told: Served, locale: str
) -> None:
    context = chromium.new_context(locale=locale, viewport={"width": 360, "height": 740})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(told.url)
    if locale in WHY:
        expect(page.locator("#why")).to_contain_text(WHY[locale])
    else:
        expect(page.locator("#why")).to_contain_text("Jazz")
        expect(page.locator("#why")).not_to_contain_text("plays now")
    if locale == "de-DE":
        expect(page.locator("#problems-list li")).to_have_text(
            "Kamera: seit 30 s oder länger kein Bild; prüfe Stecker und Kabel der Kamera"
        )
        expect(page.locator("#today-list")).to_contain_text("jemand hat diesen Titel gewählt")
    cut = page.evaluate(CUT)
    assert cut == []
    assert faults == []
    context.close()


# Elements whose text is wider than they are, and whether the page can be moved sideways.
CUT = """() => [
  ...[...document.querySelectorAll("button, label, legend, h1, h2, p, a, span, select")]
    .filter((one) => one.offsetParent !== null && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
      && getComputedStyle(one).display !== "inline" && !one.classList.contains("unseen"))
    .map((one) => `${one.tagName} ${one.id} ${one.textContent.trim().slice(0, 40)}`),
  ...(document.documentElement.scrollWidth > innerWidth ? ["the page is wider than the screen"] : []),
]"""
