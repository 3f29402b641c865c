"""Speakers by name."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.commands.spotify import show_speakers
from edge.config import Config
from edge.players.spotify.errors import SpeakerMissingError
from edge.players.spotify.speakers import Speaker, find_speaker, normalized, speaker_table
from edge.players.spotify.token_file import TokenFile
from tests.spotify_server import Server, World
from tests.spotify_server.server import CLIENT


def shown(*names: str) -> list[Speaker]:
    return [Speaker(f"id{n}", name) for n, name in enumerate(names)]


@pytest.mark.parametrize("wanted", ["Küche", "küche", " KÜCHE ", "Kuche", "Kü che", "Ku\u0308che"])
def test_case_spaces_and_accents_are_forgiven(wanted: str) -> None:
    assert find_speaker(wanted, shown("Living Room", "Küche")).id == "id1"


def test_apostrophes_and_dashes_are_forgiven() -> None:
    assert find_speaker("Ann's TV - up", shown("Ann’s TV – up")).id == "id0"


def test_the_nearest_names_are_suggested() -> None:
    with pytest.raises(SpeakerMissingError, match='did you mean "Living Room"') as found:
        find_speaker("Livng Room", shown("Living Room", "Kitchen"))
    assert found.value.retry_after == 60
    with pytest.raises(SpeakerMissingError, match=r"choose one of: A, B, C$"):
        find_speaker("Zanzibar", shown("A", "B", "C"))
    with pytest.raises(SpeakerMissingError, match=r"online; wake it$"):
        find_speaker("Zanzibar", [])
    with pytest.raises(SpeakerMissingError, match="no speaker is configured; choose one of: A"):
        find_speaker(None, shown("A"))


def test_of_two_with_one_name_the_active_one() -> None:
    two = [Speaker("a", "X", restricted=True), Speaker("b", "x"), Speaker("c", "X", active=True)]
    assert find_speaker("x", two).id == "c"
    assert find_speaker("x", two[:2]).id == "b"


def test_without_an_id_it_cannot_be_commanded() -> None:
    with pytest.raises(SpeakerMissingError, match="sends no id"):
        find_speaker("x", [Speaker(None, "X")])


@given(st.text(max_size=30))
def test_a_name_is_itself_however_often_it_is_made_plain(name: str) -> None:
    assert normalized(normalized(name)) == normalized(name)
    assert normalized(f" {name} ") == normalized(name)


def test_what_spotify_leaves_out_is_borne() -> None:
    assert Speaker.from_json({}) == Speaker(None, "")
    assert Speaker.from_json({"id": None, "volume_percent": None, "supports_volume": None, "name": None}).volume is None


def test_the_table_says_what_is_special() -> None:
    lines = speaker_table(
        [Speaker("a", "Küche", "Speaker", active=True, volume=40), Speaker(None, "TV", "TV", volume_settable=False)],
        "kuche",
    )
    assert lines == [
        "Küche  Speaker       volume 40   yours, active",
        "TV     TV            volume ?    accepts no commands, volume can't be set",
    ]
    assert "wakes it" in speaker_table([], None)[0]


def test_the_command_lists_them(world: World, server: Server, login: TokenFile) -> None:
    # The command reads the machine's own clock.
    token = server.login()
    server.access[token["access_token"]] = 9e9
    login.write({**token, "expires_at": 9_000_000_000})
    out = io.StringIO()
    settings = Config.model_validate({"spotify": {"client_id": CLIENT, "speaker": "kitchn"}})
    assert show_speakers(settings, out, api=server.api, accounts=server.accounts) == 1
    assert "Living Room" in out.getvalue()
    assert 'did you mean "Kitchen"?' in out.getvalue()
    settings = Config.model_validate({"spotify": {"client_id": CLIENT, "speaker": "KITCHEN"}})
    assert show_speakers(settings, io.StringIO(), api=server.api, accounts=server.accounts) == 0
