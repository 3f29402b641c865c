"""The wishes for what people do with the playback."""

from __future__ import annotations

from edge.values import Act
from tests.music.test_director import AUTO, at, playing, shown


def test_a_pause_through_the_device_lasts_until_play() -> None:
    director = playing()
    assert director.requests.control(10, Act.PAUSE, AUTO).why == "somebody asked for it"
    director.observe(12, shown(state="paused", position=10))
    assert director.decide(20, at("sad"), AUTO).why == "kept: somebody paused the music"
    assert director.tick(2000, AUTO) is None
    assert director.requests.control(2001, Act.RESUME, AUTO).act is Act.RESUME
