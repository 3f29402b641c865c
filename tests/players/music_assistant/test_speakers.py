"""The list of the server's players, for people."""

from __future__ import annotations

from dataclasses import replace

from edge.players.music_assistant.speakers import player_table
from edge.players.music_assistant.state import parse_players
from tests.mass_server import Mass


def test_players_of_one_name_are_told_apart_by_their_ids() -> None:
    away, other = parse_players([speaker.as_dict(old=False) for speaker in Mass().speakers.values()])
    away, twin = replace(away, name="Kitchen", available=False), replace(other, name="Kitchen")
    first, second = player_table([away, twin], "kitchen")
    assert first.endswith("id sonos_living, offline") and "yours" not in first
    assert second.endswith("yours, id sonos_kitchen"), "the one that plays"
    assert player_table([away, twin], "sonos_living")[0].endswith("yours, id sonos_living, offline")
    assert "id" not in player_table([other], "Kitchen")[0].split("yours")[1]
