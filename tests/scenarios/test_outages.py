"""What happened while nobody could see the player, and what a server does by itself, is nobody's choice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge.events import TakenOver
from edge.values import Control
from tests.scenarios.conftest import Home

Build = Callable[..., Home]
# The network to Spotify is test_network's; a real MPD would take the minutes that pass here.
with_a_network = pytest.mark.parametrize("anywhere", ["simple", "music_assistant", "go_librespot"], indirect=True)
in_simulated_time = pytest.mark.parametrize(
    "anywhere", ["simple", "spotify", "music_assistant", "go_librespot"], indirect=True
)


@with_a_network
@pytest.mark.parametrize("away", [75, 170])
@pytest.mark.parametrize("asked", ["next", "previous", "pause"])
def test_a_request_before_an_outage_is_nobodys_choice_after_it(anywhere: Build, asked: str, away: float) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.house.command("playback", asked)
    at.house.passes(1)
    at.network(False)
    at.house.passes(away)
    at.network(True)
    at.house.passes(60)
    assert at.house.happened(TakenOver) == [] and at.house.control is Control.AUTO
    assert at.someone.music == at.happy and at.someone.playing is (asked != "pause")


@in_simulated_time
def test_a_pause_stays_one_while_other_music_waits_for_the_songs_end(anywhere: Build) -> None:
    at = anywhere()
    at.house.feels("happy", 140)
    at.house.feels("sad", 20)
    at.someone.pauses()
    at.house.feels("sad", 300)
    assert not at.someone.playing and at.house.control is Control.HANDS_OFF
