"""Speakers by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.players.spotify.errors import SpeakerMissingError, SpeakerRestrictedError
from edge.players.spotify.speakers import Speaker, find_speaker, normalized, speaker_table


def shown(*names: str) -> list[Speaker]:
    return [Speaker(f"id{n}", name) for n, name in enumerate(names)]


@pytest.mark.parametrize("name", ["Küche", "küche", " KÜCHE ", "Kuche", "Kü che", "Ku\u0308che"])
def test_case_spaces_and_accents_are_ignored(name: str) -> None:
    assert find_speaker(name, shown("Living Room", "Küche")).id == "id1"


def test_kinds_of_apostrophes_and_dashes_are_ignored() -> None:
    assert find_speaker("Ann's TV - up", shown("Ann’s TV – up")).id == "id0"


@pytest.mark.parametrize(
    ("configured", "name"),
    [
        ("\u2764 Kitchen", "\u2764\ufe0f Kitchen"),
        ("Living Room", "Living\u200bRoom\u2060"),
        ("Living Room", "\ufeffLiving\u00a0Room\u200e"),
        ("Kids\u00ad room", "Kids room"),
        ("TV-1", "TV\u20111"),
        *(("TV - up", f"TV {dash} up") for dash in "\u2010\u2012\u2013\u2014\u2015\u2212\ufe58\uff0d"),
        *(("Ann's", f"Ann{quote}s") for quote in "\u2018\u2019\u201b\u2032\u00b4`\u02bc\uff07"),
        *(('The "Den"', f"The {left}Den{right}") for left, right in ("\u201c\u201d", "\u201e\u201c", "\u00ab\u00bb")),
    ],
)
def test_what_keyboards_write_differently_and_what_isnt_seen_is_ignored(configured: str, name: str) -> None:
    assert find_speaker(configured, shown("Bath", name)).id == "id1"
    assert find_speaker(name, shown("Bath", configured)).id == "id1"


def test_letters_are_no_marks() -> None:
    assert normalized("ห้องครัว") != normalized("ห้องนอน")
    assert normalized("रसोई") != normalized("रसोइ")


def test_the_nearest_names_are_suggested() -> None:
    with pytest.raises(SpeakerMissingError, match='did you mean "Living Room"') as raised:
        find_speaker("Livng Room", shown("Living Room", "Kitchen"))
    assert raised.value.retry_after == 60
    with pytest.raises(SpeakerMissingError, match=r"choose one of: A, B, C$"):
        find_speaker("Zanzibar", shown("A", "B", "C"))
    with pytest.raises(SpeakerMissingError, match=r"online; wake it$"):
        find_speaker("Zanzibar", [])
    with pytest.raises(SpeakerMissingError, match="no speaker is configured; choose one of: A"):
        find_speaker(None, shown("A"))


def test_of_two_speakers_with_one_name_the_active_one_is_chosen() -> None:
    speakers = [Speaker("a", "X", restricted=True), Speaker("b", "x"), Speaker("c", "X", active=True)]
    assert find_speaker("x", speakers).id == "c"
    assert find_speaker("x", speakers[:2]).id == "b"


def test_a_speaker_that_accepts_commands_is_chosen_before_an_active_one_that_doesnt() -> None:
    active = Speaker("a", "X", restricted=True, active=True)
    assert find_speaker("x", [active, Speaker("b", "X"), Speaker(None, "X")]).id == "b"
    assert find_speaker("x", [active, Speaker(None, "X")]).id == "a"
    with pytest.raises(SpeakerRestrictedError, match='"x" accepts no commands'):
        find_speaker("x", [Speaker(None, "X", restricted=True)])


def test_a_speaker_without_an_id_cant_be_controlled() -> None:
    with pytest.raises(SpeakerMissingError, match="sends no id"):
        find_speaker("x", [Speaker(None, "X")])


@given(st.text(max_size=30))
def test_normalizing_a_name_twice_changes_nothing(name: str) -> None:
    assert normalized(normalized(name)) == normalized(name)
    assert normalized(f" {name} ") == normalized(name)


def test_missing_fields_have_defaults() -> None:
    assert Speaker.from_json({}) == Speaker(None, "")
    assert Speaker.from_json({"id": None, "volume_percent": None, "supports_volume": None, "name": None}).volume is None


def test_the_table_notes_what_is_special() -> None:
    lines = speaker_table(
        [Speaker("a", "Küche", "Speaker", active=True, volume=40), Speaker(None, "TV", "TV", volume_settable=False)],
        "kuche",
    )
    assert lines == [
        "Küche  Speaker       volume 40   yours, active",
        "TV     TV            volume ?    accepts no commands, volume can't be set",
    ]
    assert "wakes it" in speaker_table([], None)[0]
