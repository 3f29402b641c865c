"""The addresses of Music Assistant, and its section."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from edge.config import Choice, Config


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("ma:library://playlist/7", "ma:library://playlist/7"),
        ("ma:spotify--a1B2://track/4uLU6hMCjMI75M1A2tKUQC", "ma:spotify--a1B2://track/4uLU6hMCjMI75M1A2tKUQC"),
        ("ma:playlist/Sunday morning", "ma:playlist/Sunday morning"),
        ("ma:radio/Radio Paradise", "ma:radio/Radio Paradise"),
        ("ma:search/Sigur Rós", "ma:search/Sigur Rós"),
        ("http://192.168.1.5:8095/#/playlists/library/7", "ma:library://playlist/7"),
        ("https://ma.example.org/#/albums/tidal--x/123?tab=tracks", "ma:tidal--x://album/123"),
        ("ma:http://ma.local:8095/#/radios/tunein/s%2F1", "ma:tunein://radio/s/1"),
        ("http://ha.local:8123/api/hassio_ingress/abc/#/artists/library/3", "ma:library://artist/3"),
    ],
)
def test_addresses_and_links_of_its_pages(given: str, address: str) -> None:
    assert Choice.model_validate(given).play == address


@pytest.mark.parametrize("given", ["ma:", "ma:playlist/", "ma:7", "ma:library:playlist", "http://x/#/o/a/b", "ma"])
def test_other_addresses_are_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="Music Assistant"):
        Choice.model_validate(given)


def test_songs_may_be_a_list() -> None:
    songs = ["ma:library://track/1", "ma:library://track/2"]
    assert Choice.model_validate({"play": songs}).songs == tuple(songs)


def test_the_section() -> None:
    section = Config.model_validate(
        {"music_assistant": {"host": "homeassistant.local", "speaker": "Den"}}
    ).music_assistant
    assert (section.host, section.port, section.speaker, section.token_file) == (
        "homeassistant.local",
        8095,
        "Den",
        None,
    )
    with pytest.raises(ValidationError, match="without http:// and port"):
        Config.model_validate({"music_assistant": {"host": "http://ma.local:8095"}})
