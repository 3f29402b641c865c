"""The page speaks the visitor's language, in Debian's Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.web.served import Serve


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
