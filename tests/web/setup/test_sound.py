"""The sound for trying a speaker, and where a player fetches it."""

from __future__ import annotations

import io
import wave
from typing import Any

import pytest

from edge.config import Config
from edge.web.setup import sound


def configured(**sections: Any) -> Config:
    return Config.model_validate(sections)


def test_the_sound_is_three_seconds_and_neither_silent_nor_clipped() -> None:
    import numpy as np

    with wave.open(io.BytesIO(sound.tone())) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, sound.RATE_HZ)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert 2.9 < len(samples) / sound.RATE_HZ < 3.3
    assert 0.25 < np.abs(samples).max() / 32767 < 0.35
    assert samples[0] == samples[-1] == 0


@pytest.mark.parametrize(
    ("web", "mpd", "address"),
    [
        ("::", "127.0.0.1", "http://127.0.0.1:8730/test-sound.wav"),
        ("127.0.0.1", "localhost", "http://127.0.0.1:8730/test-sound.wav"),
        ("::1", "/run/mpd/socket", "http://[::1]:8730/test-sound.wav"),
        ("0.0.0.0", "/run/mpd/socket", "http://127.0.0.1:8730/test-sound.wav"),
        ("192.168.1.9", "192.168.1.5", "http://192.168.1.9:8730/test-sound.wav"),
        ("127.0.0.1", "192.168.1.5", None),
    ],
)
def test_mpd_fetches_it_where_it_reaches_the_page(web: str, mpd: str, address: str | None) -> None:
    config = configured(web={"host": web, "port": 8730}, mpd={"host": mpd})
    assert sound.own_address(config) == address


def test_another_player_gets_music_of_the_profile() -> None:
    assert str(sound.music_for(Config(), "spotify")).startswith("spotify:artist:")
    away = configured(
        web={"host": "127.0.0.1"},
        mpd={"host": "192.168.1.5"},
        music={"profiles": {"everyday": {"sad": ["nothing"], "happy": ["spotify:track:1", "mpd:folder/loud"]}}},
    )
    assert sound.music_for(away, "mpd") == "mpd:folder/loud"
    assert sound.music_for(away, "music_assistant") == "spotify:track:1"
    assert sound.music_for(configured(music={"profiles": {"everyday": {"default": "nothing"}}}), "spotify") is None
