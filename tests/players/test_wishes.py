"""The rules that every player follows: which wish replaces which."""

from __future__ import annotations

from typing import Any

import pytest

from edge.players.wishes import replaces
from edge.values import Act, Basis, Music, When, Wish

MUSIC = Music("mpd:x", "x")
TRANSPORT = (Act.PLAY, Act.PAUSE, Act.RESUME, Act.NEXT, Act.PREVIOUS)


def wish(act: Act, **more: Any) -> Wish:
    return Wish(act, "happy", "why", music=MUSIC if act is Act.PLAY else None, **more)


def replaced_by(new: Wish) -> set[Act]:
    return {act for act in Act if replaces(new, wish(act))}


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (Act.PLAY, set(TRANSPORT)),
        (Act.PAUSE, set(TRANSPORT)),
        (Act.RESUME, {Act.PAUSE, Act.RESUME}),
        (Act.NEXT, set()),
        (Act.PREVIOUS, set()),
        (Act.VOLUME, {Act.VOLUME}),
        (Act.FORGET, {Act.FORGET, Act.PLAY}),
        (Act.KEEP, set()),
    ],
)
def test_which_wish_replaces_which(new: Act, old: set[Act]) -> None:
    assert replaced_by(wish(new)) == old


def test_music_for_the_end_of_the_song_replaces_other_music_only() -> None:
    assert replaced_by(wish(Act.PLAY, when=When.TRACK_END)) == {Act.PLAY}


@pytest.mark.parametrize("new", Act)
def test_only_forget_removes_a_song_for_the_queue(new: Act) -> None:
    assert replaces(wish(new), wish(Act.PLAY, when=When.QUEUE)) is (new is Act.FORGET)


def test_a_song_for_the_queue_replaces_nothing() -> None:
    assert replaced_by(wish(Act.PLAY, when=When.QUEUE)) == set()


def test_forget_removes_a_resume_by_the_device_and_keeps_one_by_a_person() -> None:
    forget = wish(Act.FORGET)
    assert replaces(forget, wish(Act.RESUME, basis=Basis(False)))
    assert not replaces(forget, wish(Act.RESUME))
