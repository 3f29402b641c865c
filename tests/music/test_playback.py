"""Whether a wish still applies, and which music a report shows."""

from __future__ import annotations

from edge.music.playback import basis_of, matches, song_ends_at, still_applies
from edge.values import Act, Basis, Playback
from tests.music.samples import LIST, A, B, C, shown, wish


def test_a_wish_applies_while_its_basis_does() -> None:
    basis = basis_of(shown(), 100)
    assert basis == Basis(True, A.uri, "s1", 290)
    device_wish = wish(music=B, basis=basis)
    assert still_applies(device_wish, shown(position=30), 120)
    assert still_applies(device_wish, shown(song="s2", position=2), 292), "the next song came by itself"
    assert not still_applies(device_wish, shown(song="s2", position=2), 120), "somebody skipped"
    assert not still_applies(device_wish, shown(state="paused"), 120)
    assert not still_applies(device_wish, shown(C.uri, "c1", 1), 120)
    assert not still_applies(device_wish, shown(None, "c1", 1), 120)
    assert not still_applies(device_wish, shown(elsewhere=True), 120)
    assert still_applies(device_wish, Playback("unavailable", "spotify"), 120), "the player reports the problem itself"
    assert still_applies(wish(music=B), shown(state="paused"), 120), "a person requested it"


def test_music_for_silence_does_not_replace_a_persons_music() -> None:
    device_wish = wish(music=B, basis=basis_of(None, 0))
    assert still_applies(device_wish, Playback("stopped", "spotify"), 5)
    assert not still_applies(device_wish, shown(), 5)
    assert not still_applies(wish(Act.RESUME, basis=Basis(False)), shown(), 5)


def test_music_matches_by_its_list_or_its_song() -> None:
    assert matches(A, shown())
    assert matches(A, shown("spotify:user:ann:playlist:a"))
    assert not matches(A, shown(B.uri))
    assert matches(LIST, shown(None, "spotify:track:2"))
    assert not matches(LIST, shown(None, "spotify:track:3"))
    assert song_ends_at(shown(state="paused"), 0) is None
