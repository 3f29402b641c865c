"""What looks ask for while the own speaker is missing."""

from __future__ import annotations

from edge.players.spotify.limits.looks import MissingSpeakerLooks


def test_soon_after_music_each_look_is_for_the_playback_and_later_each_for_either_in_turn() -> None:
    looks = MissingSpeakerLooks()
    assert [looks.next(idle=False) for _ in range(3)] == [(True, False), (True, False), (True, True)]
    looks.reset()
    assert [looks.next(idle=True) for _ in range(4)] == [(False, True), (True, False)] * 2


def test_a_speaker_that_plays_unlisted_is_looked_for_in_the_playback() -> None:
    looks = MissingSpeakerLooks()
    looks.plays_unlisted = True
    assert [looks.next(idle=True) for _ in range(15)] == [(True, False)] * 14 + [(True, True)]
