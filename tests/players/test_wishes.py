"""The rules that every player follows for wishes."""

from __future__ import annotations

from typing import Any

import pytest

from edge.players.wishes import describe, patience, replaces, rotated
from edge.values import Act, Basis, Music, When, Wish
from tests.players import listening
from tests.players.listening import JAZZ, LIST, SONG, play

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


@pytest.mark.parametrize(
    ("requested", "description"),
    [
        (play(), "play jazz now"),
        (play(JAZZ, When.TRACK_END, volume=30), "play jazz once this song ends, at volume 30"),
        (play(SONG, When.QUEUE), "play a song next"),
        (play(LIST, offset=2, shuffle=True), "play liked (5 songs) now, from song 3 on, shuffled"),
        (play(Music("spotify:track:1", "one", ("spotify:track:1",))), "play one now"),
        (play(shuffle=False, repeat="context", fade=True), "play jazz now, in order, on repeat, fading"),
        (play(repeat="track"), "play jazz now, with one song on repeat"),
        (play(repeat="off"), "play jazz now, without repeating"),
        (listening.wish(Act.PAUSE), "pause"),
        (listening.wish(Act.RESUME, 40), "resume, at volume 40"),
        (listening.wish(Act.RESUME, music=JAZZ), "resume jazz on the configured speaker"),
        (listening.wish(Act.NEXT), "skip to the next song"),
        (listening.wish(Act.PREVIOUS), "go back one song"),
        (listening.wish(Act.VOLUME, 33, fade=True), "set the volume to 33, fading"),
        (listening.wish(Act.FORGET), "take back the music that is waiting"),
    ],
)
def test_every_act_and_option_is_described(requested: Wish, description: str) -> None:
    assert describe(requested) == description


def test_every_act_has_a_description_and_a_patience() -> None:
    descriptions = {describe(wish(act, volume=1)) for act in Act}
    assert len(descriptions) == len(Act)
    assert {patience(wish(act)) for act in (Act.NEXT, Act.PREVIOUS, Act.VOLUME)} == {60}
    assert {patience(wish(act)) for act in (Act.PLAY, Act.PAUSE, Act.RESUME)} == {600}


def test_no_songs_rotate_to_no_songs() -> None:
    assert rotated([], 3) == []
