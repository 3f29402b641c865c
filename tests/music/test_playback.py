"""What a wish counts on, and which music plays."""

from __future__ import annotations

from edge.music.playback import basis_of, matches, song_ends_at, still_applies
from edge.values import Act, Basis, Playback
from tests.music.looks import LIST, A, B, C, shown, wish


def test_a_wish_stands_while_what_it_counts_on_does() -> None:
    counted = basis_of(shown(), 100)
    assert counted == Basis(True, A.uri, "s1", 290)
    asked = wish(music=B, basis=counted)
    assert still_applies(asked, shown(position=30), 120)
    assert still_applies(asked, shown(song="s2", position=2), 292), "the next song came by itself"
    assert not still_applies(asked, shown(song="s2", position=2), 120), "somebody skipped"
    assert not still_applies(asked, shown(state="paused"), 120)
    assert not still_applies(asked, shown(C.uri, "c1", 1), 120)
    assert not still_applies(asked, shown(None, "c1", 1), 120)
    assert not still_applies(asked, shown(elsewhere=True), 120)
    assert still_applies(asked, Playback("unavailable", "spotify"), 120), "the player says itself why it can't"
    assert still_applies(wish(music=B), shown(state="paused"), 120), "a person asked"


def test_music_for_a_silent_room_does_not_come_over_somebodys() -> None:
    asked = wish(music=B, basis=basis_of(None, 0))
    assert still_applies(asked, Playback("stopped", "spotify"), 5)
    assert not still_applies(asked, shown(), 5)
    assert not still_applies(wish(Act.RESUME, basis=Basis(False)), shown(), 5)


def test_what_plays_is_told_by_its_list_or_by_its_song() -> None:
    assert matches(A, shown())
    assert matches(A, shown("spotify:user:ann:playlist:a"))
    assert not matches(A, shown(B.uri))
    assert matches(LIST, shown(None, "spotify:track:2"))
    assert not matches(LIST, shown(None, "spotify:track:3"))
    assert song_ends_at(shown(state="paused"), 0) is None
