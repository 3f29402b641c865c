"""Requests that the player hasn't confirmed yet."""

from __future__ import annotations

import pytest

from edge.music.pending import REQUEST_EXPIRES_S, SKIP_EXPIRES_S, WITHDRAWN_MAY_START_S, PendingRequests
from edge.values import Act, Basis, When, Wish
from tests.music.samples import A, B, shown, wish


def test_a_request_without_effect_expires() -> None:
    pending = PendingRequests()
    pending.add(30, wish(music=B))
    pending.expire(30 + REQUEST_EXPIRES_S)
    assert pending.play is not None
    pending.expire(31 + REQUEST_EXPIRES_S)
    assert pending.play is None


def test_music_for_the_end_of_a_song_does_not_expire() -> None:
    pending = PendingRequests()
    pending.add(0, wish(music=B, when=When.TRACK_END))
    pending.expire(10 * REQUEST_EXPIRES_S)
    assert pending.play is not None


def test_a_skip_is_confirmed_once_and_expires() -> None:
    pending = PendingRequests()
    pending.add(0, wish(Act.NEXT))
    assert pending.confirm_skip() and not pending.confirm_skip()
    pending.add(10, wish(Act.NEXT))
    pending.expire(11 + SKIP_EXPIRES_S)
    assert not pending.confirm_skip()


@pytest.mark.parametrize("act", [Act.PLAY, Act.RESUME])
def test_only_the_devices_own_request_in_silence_is_starting(act: Act) -> None:
    pending = PendingRequests()
    for basis, starting in ((Basis(False), True), (Basis(True), False), (None, False)):
        pending.add(0, wish(act, A if act is Act.PLAY else None, basis=basis))
        assert (pending.starting is not None) is starting


def test_withdrawn_music_is_recognized_for_a_while() -> None:
    pending = PendingRequests()
    pending.add(0, wish(music=B, when=When.TRACK_END))
    assert not pending.was_withdrawn(5, shown(B.uri))
    pending.add(10, wish(Act.FORGET))
    assert pending.play is None
    assert pending.was_withdrawn(20, shown(B.uri)) and not pending.was_withdrawn(20, shown(A.uri))
    assert not pending.was_withdrawn(10 + WITHDRAWN_MAY_START_S, shown(B.uri))


def test_a_skip_that_the_player_refused_explains_nothing() -> None:
    pending = PendingRequests()
    skip = Wish(Act.NEXT, "happy", "a test")
    pending.add(0, skip)
    pending.drop(skip)
    assert not pending.confirm_skip()
