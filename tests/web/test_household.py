"""Problems on the page: each error that can reach it has a plain sentence, in every language."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
import string
from pathlib import Path
from typing import Any

import pytest

import edge
from edge.errors import MoodroomError, PlayerError, reported
from edge.mqtt import reasons
from edge.players.driver import PlayerDriver
from edge.players.wish_queue import WishQueue
from edge.sentences import Sentence, TechnicalText, cleaned, parts
from edge.values import Act, Wish
from edge.web.catalogues import read_po
from edge.web.household import PLAIN, is_technical, told

CATALOGUES = {path.stem: read_po(path.read_text(encoding="utf-8")) for path in Path("edge/web/languages").glob("*.po")}
# Names that a household knows.
KNOWN_NAMES = ("Spotify", "Music Assistant", "MiB", "Premium")
TECHNICAL = "mpd.host: nothing answers at 192.0.2.7:6600; check mpd.host"


def error_classes() -> list[type[MoodroomError]]:
    """Every error of the parts whose problems reach the page."""
    for package in ("players", "camera", "vision", "mqtt", "journal", "library"):
        for found in pkgutil.walk_packages([str(Path(edge.__path__[0]) / package)], f"edge.{package}."):
            if found.name.rpartition(".")[2] not in ("picamera2_module",):
                importlib.import_module(found.name)
    classes, more = [], [MoodroomError]
    while more:
        one = more.pop()
        classes.append(one)
        more += one.__subclasses__()
    return sorted({one for one in classes if one.__module__.startswith("edge.")}, key=lambda one: one.__qualname__)


def fits_a_household(code: str) -> None:
    assert not is_technical(code), code
    assert ":" not in code.replace(": less", "").replace(": music", "").replace(": the player", ""), code
    words = {name for _, name, _, _ in string.Formatter().parse(code) if name}
    for language, catalogue in CATALOGUES.items():
        assert code in catalogue, (language, code)
        assert {name for _, name, _, _ in string.Formatter().parse(catalogue[code]) if name} == words


def test_each_error_is_told_in_plain_words_in_every_language() -> None:
    classes = error_classes()
    assert len(classes) > 40 and len(CATALOGUES) >= 6
    for one in classes:
        error = one(TECHNICAL)
        text = reported(error)
        assert text == TECHNICAL, "logs and programs get all of it"
        fits_a_household(parts(text)["code"])
        assert told(text, "player")["code"] == one.plain.code


@pytest.mark.parametrize("code", [*reasons._REFUSED, *reasons._ENDED, 0xFF])
def test_each_refusal_of_a_broker_is_told_in_plain_words(code: int) -> None:
    for text in (
        reasons.refused(code, "Not authorized", client_id="moodroom", will="moodroom/a/status", server="192.0.2.7"),
        reasons.ended(code, "Not authorized", "192.0.2.7:1883", said="go away"),
        reasons.not_taken(code, "Not authorized", ["moodroom/a/mood"]),
        reasons.not_subscribed(code, "Not authorized", ["moodroom/a/set/mood"]),
        reasons.untrusted(code, "expired", "192.0.2.7"),
        reasons.too_large(1000, {"a": 2000}),
        reasons.NO_RETAIN,
        reasons.NO_WILDCARDS,
        reasons.QOS_0_ONLY,
    ):
        fits_a_household(told(text, "mqtt")["code"])
        both = reasons.joined([text, reasons.NO_RETAIN])
        assert both == f"{text}; also: {reasons.NO_RETAIN}" and told(both)["code"] == told(text)["code"]


def test_what_a_player_can_t_do_is_told_with_its_plain_reason() -> None:
    heard: list[Any] = []
    wishes = WishQueue()
    wishes.put(Wish(Act.PAUSE, "happy", "somebody asked for it"))

    class Broken:
        name, login_expires = "mpd", None

        def apply(self, _: Wish) -> None:
            error = PlayerError(TECHNICAL)
            error.lasting = True
            raise error

        def take_abandoned(self) -> list[Any]:
            return []

        def wait(self) -> float:
            return 1.0

        def playback(self) -> Any:
            raise PlayerError(TECHNICAL)

    PlayerDriver(Broken(), wishes, post=heard.append).turn()
    messages = [one.message for one in heard if getattr(one, "message", "")]
    assert messages and TECHNICAL in messages[0]
    for message in messages:
        plain = told(message, "player")
        assert TECHNICAL not in str(plain)
        assert PlayerError.plain.code in str(plain)


@pytest.mark.parametrize("part", [*PLAIN, "web", "configuration", "camera switch", "something new"])
def test_a_text_without_a_plain_sentence_is_told_by_its_part(part: str) -> None:
    for text in (
        f"{part}: {TECHNICAL}",
        "run `moodroom login` on this device",
        "spotify.speaker: no speaker is configured",
        "set MOODROOM_MPD_PASSWORD or mpd_password",
        "disk: /var/lib/moodroom can't be written",
    ):
        code = told(text, part)["code"]
        fits_a_household(code)
        # The sentence around it stays.
        outer = Sentence("can't {act}: {why}", act=Sentence("pause"), why=text)
        assert told(outer, part)["code"] == outer.code
        assert told(outer, part)["values"] == {"act": parts(outer.values["act"]), "why": {"code": code, "values": {}}}


def test_what_is_plain_stays_as_it_is() -> None:
    assert told("can't play Clocks: the playlist doesn't exist any more", "player") == {}
    sentence = Sentence("can't {act}: {why}", act=Sentence("pause"), why="it wasn't possible in time")
    assert told(sentence, "player") == parts(sentence)


def test_a_technical_text_survives_the_way_to_the_page() -> None:
    text = TechnicalText(TECHNICAL, Sentence("Less than {size} MiB is left.", size="20"))
    for copy in (cleaned(text), pickle.loads(pickle.dumps(text)), text):
        assert copy == TECHNICAL
        assert parts(copy) == {"code": "Less than {size} MiB is left.", "values": {"size": "20"}}
