"""What a wish counts on, and which music plays."""

from __future__ import annotations

from edge.music.playback import basis, ends, plays, stands
from edge.values import Act, Basis, Playback
from tests.music.looks import LIST, A, B, C, shown, wish


def test_a_wish_stands_while_what_it_counts_on_does() -> None:
    counted = basis(shown(), 100)
    assert counted == Basis(True, A.uri, "s1", 290)
    asked = wish(music=B, basis=counted)
    assert stands(asked, shown(position=30), 120)
    assert stands(asked, shown(song="s2", position=2), 292), "the next song came by itself"
    assert not stands(asked, shown(song="s2", position=2), 120), "somebody skipped"
    assert not stands(asked, shown(state="paused"), 120)
    assert not stands(asked, shown(C.uri, "c1", 1), 120)
    assert not stands(asked, shown(None, "c1", 1), 120)
    assert not stands(asked, shown(elsewhere=True), 120)
    assert stands(asked, Playback("unavailable", "spotify"), 120), "the player says itself why it can't"
    assert stands(wish(music=B), shown(state="paused"), 120), "a person asked"


def test_music_for_a_silent_room_does_not_come_over_somebodys() -> None:
    asked = wish(music=B, basis=basis(None, 0))
    assert stands(asked, Playback("stopped", "spotify"), 5)
    assert not stands(asked, shown(), 5)
    assert not stands(wish(Act.RESUME, basis=Basis(False)), shown(), 5)


def test_what_plays_is_told_by_its_list_or_by_its_song() -> None:
    assert plays(A, shown())
    assert plays(A, shown("spotify:user:ann:playlist:a"))
    assert not plays(A, shown(B.uri))
    assert plays(LIST, shown(None, "spotify:track:2"))
    assert not plays(LIST, shown(None, "spotify:track:3"))
    assert ends(shown(state="paused"), 0) is None
