"""The page in Chromium: it shows the state as it is, and doesn't disturb what a person is doing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.events import (
    ChoiceRefused,
    Corrected,
    DecisionMade,
    HealthReported,
    Liked,
    MoodChanged,
    PlaybackChanged,
    ProblemOccurred,
    SettingsReported,
    TakenOver,
    Unliked,
)
from edge.times import utc_text
from edge.values import Act, Mood, Playback, Wish
from edge.web.board import Board
from tests.waiting import PATIENCE, wait_for
from tests.web.served import Serve, Served, publish

expect.set_options(timeout=1000 * PATIENCE)
SONG = "spotify:track:0BCPKOYdS2jbQ8iyB56Zns"
CAMERA = {"problems": [{"part": "camera", "message": "camera: no frame has come"}], "notices": []}
WELL: dict[str, Any] = {"problems": [], "notices": []}


def playing(volume: int, title: str = "Clocks") -> Playback:
    return Playback("playing", "spotify", "Den", title, "Coldplay", SONG, volume)


def mood(name: str, people: int = 0, source: str = "camera") -> Mood:
    return Mood(name, 0.9, 0.5, 0.4, people, time.monotonic(), source)


def settings(**more: str) -> dict[str, str]:
    return {"camera": "ON", "control": "auto", "override": "auto", "profile": "a"} | more


Open = Callable[..., tuple[Served, Page]]


@pytest.fixture
def open_page(chromium: Browser, serve: Serve) -> Iterator[Open]:
    contexts, faults = [], []

    def made(**parts: Any) -> tuple[Served, Page]:
        served, now = serve(**parts), time.monotonic()
        for event in (
            SettingsReported(now, settings()),
            MoodChanged(now, mood("happy", 1)),
            PlaybackChanged(now, playing(40)),
        ):
            served.board(event)
        contexts.append(chromium.new_context())
        page = contexts[-1].new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(served.url)
        expect(page.locator("#link")).to_have_text("live")
        expect(page.locator("#volume-text")).to_have_text("40 %")
        return served, page

    yield made
    for context in contexts:
        context.close()
    assert faults == []


def drawn(board: Board, page: Page) -> None:
    """Wait until the page has drawn everything that was published."""
    publish(board, TakenOver, "song", f"mark {time.monotonic()}")
    expect(page.locator("#notice")).to_have_text(board.snapshot()["notice"]["text"])


def test_the_camera_s_state_is_shown(open_page: Open) -> None:
    served, page = open_page()
    sentence, people = page.locator("#camera-text"), page.locator("#people")
    expect(sentence).to_have_text("The camera is on and looks at the room.")
    expect(people).to_contain_text("One person in view · since ")
    publish(served.board, HealthReported, CAMERA)
    expect(sentence).to_have_text("The camera is on, but can't see the room; the top of this page says why.")
    expect(people).not_to_contain_text("in view")
    publish(served.board, HealthReported, WELL)
    expect(sentence).to_have_text("The camera is on and looks at the room.")
    publish(served.board, SettingsReported, settings(resting="ON"))
    expect(sentence).to_have_text("The camera is on, but paused until the quiet hours end.")
    publish(served.board, SettingsReported, settings(camera="OFF", resting="OFF"))
    publish(served.board, MoodChanged, mood("unknown"))
    expect(sentence).to_have_text("The camera is off.")
    expect(page.locator("#mood")).to_have_text("not clear")
    expect(people).to_contain_text("Since ")
    expect(people).not_to_contain_text("in view")
    publish(served.board, SettingsReported, settings(resting="OFF"))
    publish(served.board, MoodChanged, mood("absent"))
    expect(people).to_contain_text("Nobody in view · since ")
    # A person set the mood; that doesn't mean that the room is empty.
    publish(served.board, MoodChanged, mood("sad", source="override"))
    expect(people).not_to_contain_text("in view")


def test_a_light_shows_whether_the_sensor_runs_and_not_what_the_switch_says(open_page: Open) -> None:
    served, page = open_page()
    light, word, sentence = page.locator("#looking"), page.locator("#looking-text"), page.locator("#camera-text")
    expect(word).to_have_text("…")
    publish(served.board, SettingsReported, settings(looking="ON"))
    expect(word).to_have_text("Looking")
    expect(light).to_have_class("light on")
    publish(served.board, SettingsReported, settings(camera="OFF", looking="ON"))
    expect(sentence).to_have_text("The camera is being closed.")
    expect(word).to_have_text("Looking")
    for settings_now in (
        settings(camera="OFF", looking="OFF"),
        settings(looking="OFF"),
        settings(resting="ON", looking="OFF"),
    ):
        publish(served.board, SettingsReported, settings_now)
        expect(word).to_have_text("Not looking")
        expect(light).to_have_class("light")
    publish(served.board, SettingsReported, settings(looking="ON"))
    expect(light).to_have_class("light on")
    served.server.stop()
    expect(word).to_have_text("…")
    expect(light).to_have_class("light")


def test_a_mood_that_is_read_wrongly_can_be_corrected(open_page: Open) -> None:
    served, page = open_page()
    asks, dialog = page.get_by_role("button", name="Not right?"), page.locator("#correct-dialog")
    asks.click()
    expect(dialog).to_contain_text("The camera reads: happy.")
    expect(dialog.get_by_role("button", name="happy")).to_be_hidden()
    expect(dialog.get_by_role("button", name="As the camera sees it")).to_be_hidden()
    dialog.get_by_role("button", name="afraid").click()
    wait_for(lambda: served.commands != [], "the command")
    assert (served.commands[0].name, served.commands[0].value) == ("correct", "fear")
    publish(served.board, Corrected, mood("happy", 1), "fear")
    publish(served.board, SettingsReported, settings(corrected="fear"))
    publish(served.board, MoodChanged, mood("fear", 1, source="override"))
    expect(page.locator("#confidence-text")).to_have_text("corrected by hand")
    expect(page.locator("#today-list")).to_contain_text("somebody corrected happy to fear")
    asks.click()
    expect(dialog).to_contain_text("Somebody said that it is afraid.")
    dialog.get_by_role("button", name="As the camera sees it").click()
    wait_for(lambda: len(served.commands) == 2, "the second command")
    assert (served.commands[1].name, served.commands[1].value) == ("mood", "auto")
    # Nothing is read: nothing to correct.
    for state, read in (
        (settings(override="sad"), mood("sad", 1, source="override")),
        (settings(camera="OFF"), mood("unknown")),
        (settings(), mood("absent")),
    ):
        publish(served.board, SettingsReported, state)
        publish(served.board, MoodChanged, read)
        drawn(served.board, page)
        expect(asks).to_be_hidden()


def test_another_speaker_is_chosen_by_its_name(open_page: Open) -> None:
    def names(player: str) -> list[str]:
        return ["Bath", "Kitchen", "Living Room"] if player == "spotify" else []

    served, page = open_page(speakers=names)
    chooser = page.locator("#speakers")
    song = Playback("playing", "mpd", "MPD at 192.0.2.7", "Clocks", volume=40)
    publish(served.board, PlaybackChanged, song)
    expect(page.locator("#speaker")).to_have_text("Playing · MPD")
    expect(chooser).to_be_hidden()
    publish(served.board, PlaybackChanged, replace(song, player="spotify", speaker="Living Room"))
    chooser.get_by_text("Speaker: Living Room").click()
    expect(chooser.get_by_role("radio")).to_have_count(3)
    expect(chooser.get_by_label("Living Room")).to_be_checked()
    chooser.get_by_text("Kitchen", exact=True).click()
    wait_for(lambda: served.commands != [], "the command")
    assert (served.commands[0].name, served.commands[0].value) == ("speaker", "Kitchen")
    publish(served.board, PlaybackChanged, replace(song, player="spotify", speaker="Kitchen"))
    expect(chooser.locator("summary")).to_have_text("Speaker: Kitchen")
    expect(chooser.get_by_label("Kitchen")).to_be_checked()


def test_a_place_in_the_song_is_chosen_by_hand_and_by_keys(open_page: Open) -> None:
    served, page = open_page()
    slider, text = page.locator("#seek"), page.locator("#progress-text")
    song = Playback("paused", "dry_run", "Den", "Clocks", volume=40, duration=200.0, position=60.0)
    publish(served.board, PlaybackChanged, song)
    expect(text).to_have_text("1:00 of 3:20")
    expect(slider).to_be_hidden()
    publish(served.board, PlaybackChanged, replace(song, player="mpd"))
    expect(slider).to_be_visible()
    expect(slider).to_have_attribute("aria-valuetext", "1:00 of 3:20")
    box = slider.bounding_box()
    assert box is not None and box["height"] >= 44
    slider.press("ArrowRight")
    wait_for(lambda: served.commands != [], "the command")
    assert (served.commands[0].name, served.commands[0].value) == ("position", "61")
    expect(text).to_have_text("1:01 of 3:20")
    # An older report doesn't move the slider back.
    publish(served.board, PlaybackChanged, replace(song, player="mpd", title="Clocks!"))
    expect(page.locator("#song")).to_have_text("Clocks!")
    expect(text).to_have_text("1:01 of 3:20")
    publish(served.board, PlaybackChanged, replace(song, player="mpd", position=61.0))
    expect(text).to_have_text("1:01 of 3:20")


def test_a_wish_that_failed_for_good_is_shown_as_a_notice(open_page: Open) -> None:
    served, page = open_page()
    publish(served.board, ProblemOccurred, "player", "can't play Clocks: the playlist doesn't exist any more")
    expect(page.locator("#notice")).to_have_text("can't play Clocks: the playlist doesn't exist any more")


def test_a_problem_stays_in_the_day_of_a_page_that_is_opened_later(open_page: Open) -> None:
    served, page = open_page()
    publish(served.board, ProblemOccurred, "player", "can't play mpd:folder/jazz: there is no such folder")
    expect(page.locator("#today-list")).to_contain_text("can't play jazz: there is no such folder")
    page.reload()
    expect(page.locator("#failed")).to_have_text("But: can't play jazz: there is no such folder")
    expect(page.locator("#today-list")).to_contain_text("can't play jazz: there is no such folder")


def test_a_like_is_shown_on_its_button_which_takes_it_back(open_page: Open) -> None:
    served, page = open_page()
    button = page.locator("#like")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    wait_for(lambda: served.commands != [], "the command")
    publish(served.board, Liked, "happy", "spotify:playlist:x", SONG)
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#today-list")).to_contain_text("liked: Clocks · Coldplay")
    button.click()
    wait_for(lambda: len(served.commands) == 2, "the second command")
    assert [(command.name, command.value) for command in served.commands] == [("like", "PRESS"), ("unlike", "PRESS")]
    publish(served.board, Unliked, "happy", "spotify:playlist:x", SONG)
    expect(button).to_have_text("Like")


def test_what_comes_next_is_shown_and_can_be_dropped(open_page: Open) -> None:
    served, page = open_page()
    button, coming = page.get_by_role("button", name="Not this"), page.locator("#coming")
    expect(button).to_be_hidden()
    expect(coming).to_have_text("Nothing is waiting.")
    publish(served.board, SettingsReported, settings(chosen="mpd:folder/jazz", coming=""))
    expect(page.locator("#not-this-text")).to_have_text(
        "Other music instead; jazz isn't played again today for this mood."
    )
    publish(served.board, SettingsReported, settings(chosen="mpd:folder/jazz", coming="Sunday brunch"))
    expect(coming).to_have_text("Sunday brunch plays once this song ends.")
    button.click()
    wait_for(lambda: served.commands != [], "the command")
    assert (served.commands[0].name, served.commands[0].value) == ("not_this", "PRESS")
    publish(served.board, ChoiceRefused, "happy", "mpd:folder/brunch", "Sunday brunch")
    expect(page.locator("#today-list li").first).to_contain_text("not today: Sunday brunch")
    # What people chose isn't the device's to drop.
    publish(served.board, SettingsReported, settings(control="hands_off", chosen="", coming=""))
    expect(button).to_be_hidden()


def test_another_volume_leaves_the_reason_for_the_music(open_page: Open) -> None:
    served, page = open_page()
    publish(served.board, DecisionMade, Wish(Act.PLAY, "happy", "the room is happy: Clocks plays now"))
    expect(page.locator("#also")).to_be_hidden()
    publish(served.board, DecisionMade, Wish(Act.VOLUME, "happy", "somebody asked for it", volume=30, about="volume"))
    expect(page.locator("#also")).to_have_text("The volume: somebody asked for it")
    expect(page.locator("#why")).to_have_text("Why: the room is happy: Clocks plays now")


def test_a_mood_set_by_hand_is_told_as_such(open_page: Open) -> None:
    served, page = open_page()
    publish(served.board, MoodChanged, mood("sad", source="override"))
    expect(page.locator("#today-list li").first).to_contain_text("sad, set by hand")


def test_updates_do_not_move_a_slider_that_is_being_dragged(open_page: Open) -> None:
    served, page = open_page()
    slider = page.locator("#volume")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.4, middle)
    page.mouse.down()
    # Also before it moved.
    publish(served.board, PlaybackChanged, playing(20))
    drawn(served.board, page)
    assert slider.input_value() != "20"
    page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=4)
    dragged = slider.input_value()
    publish(served.board, PlaybackChanged, playing(21))
    drawn(served.board, page)
    assert slider.input_value() == dragged
    expect(page.locator("#volume-text")).to_have_text(f"{dragged} %")
    page.mouse.up()
    wait_for(lambda: served.commands != [], "the command")
    assert [(command.name, command.value) for command in served.commands] == [("volume", dragged)]
    # Once it was answered, updates count again.
    publish(served.board, PlaybackChanged, playing(int(dragged)))
    drawn(served.board, page)
    publish(served.board, PlaybackChanged, playing(30))
    expect(slider).to_have_value("30")


def test_a_slider_that_was_only_touched_follows_updates_again(open_page: Open) -> None:
    served, page = open_page()
    page.locator("#volume").dispatch_event("pointerdown")
    publish(served.board, PlaybackChanged, playing(55))
    drawn(served.board, page)
    expect(page.locator("#volume-text")).to_have_text("40 %")
    page.locator("#volume").dispatch_event("pointerup", {"bubbles": True})
    expect(page.locator("#volume-text")).to_have_text("55 %")
    assert served.commands == []


def test_updates_leave_the_focus_where_it_is(open_page: Open) -> None:
    served, page = open_page()

    def focused() -> str:
        return str(page.evaluate("document.activeElement.outerHTML.slice(0, 60)"))

    page.focus("#song a")
    link = focused()
    publish(served.board, PlaybackChanged, playing(41))
    drawn(served.board, page)
    assert focused() == link
    page.focus("#today-list a")
    items = page.locator("#today-list li").count()
    publish(served.board, MoodChanged, mood("sad", 1))
    expect(page.locator("#today-list li")).to_have_count(items + 1)
    expect(page.locator("#today-list li").first).to_contain_text("sad")
    assert focused() == link
    # What did change is redrawn.
    publish(served.board, PlaybackChanged, playing(41, "Yellow"))
    expect(page.locator("#song")).to_have_text("Yellow")
    expect(page.locator("#today-list li").first).to_contain_text("Yellow")
    assert focused() == link


def test_a_mood_ends_when_the_device_stopped(open_page: Open) -> None:
    def at(ago: int) -> str:
        return utc_text(time.time() - 3600 * ago)

    day = [
        {"at": at(11), "kind": "mood", "mood": "happy", "confidence": 0.9},
        {"at": at(10), "kind": "song", "title": "Clocks"},
        {"at": at(9), "kind": "stop", "text": "nothing is known"},
        {"at": at(4), "kind": "start", "text": "the device started"},
        {"at": at(3), "kind": "mood", "mood": "sad", "confidence": 0.9},
        {"at": at(2), "kind": "mood", "mood": "neutral", "confidence": 0.9},
        {"at": at(2), "kind": "stop", "text": "nothing is known"},
    ]
    _, page = open_page(timeline=lambda: day)
    expect(page.locator("#today-list li")).to_have_count(len(day))
    moods = page.evaluate(
        """[...document.querySelectorAll("#ribbon-moods rect")]
            .map((r) => [r.getAttribute("class"), +r.getAttribute("width")])"""
    )
    # The ribbon is 1000 wide for 11 to 13 hours.
    assert [name for name, _ in moods] == ["happy", "sad"]
    assert 2000 / 13 <= moods[0][1] <= 2000 / 11
    assert 1000 / 13 <= moods[1][1] <= 1000 / 11
