"""The queue of wishes between two threads."""

from __future__ import annotations

import threading

import pytest

from edge.players.wish_queue import MAX_WISHES, WishQueue
from edge.values import Act, Basis, Music, When, Wish
from tests.waiting import PATIENCE


def wish(act: Act, **more: object) -> Wish:
    return Wish(act, "happy", "why", **more)  # type: ignore[arg-type]


def play(name: str, when: When = When.NOW) -> Wish:
    return wish(Act.PLAY, music=Music(f"mpd:{name}", name), when=when)


def taken(wishes: WishQueue) -> list[Wish]:
    found = []
    while (one := wishes.get(0)) is not None:
        found.append(one)
    return found


def test_a_newer_wish_removes_those_that_it_replaces() -> None:
    wishes = WishQueue()
    loud, quiet = wish(Act.VOLUME, volume=90), wish(Act.VOLUME, volume=10)
    for one in (play("a"), loud, wish(Act.NEXT), play("b"), wish(Act.NEXT), quiet, wish(Act.NEXT)):
        wishes.put(one)
    assert taken(wishes) == [play("b"), wish(Act.NEXT), quiet, wish(Act.NEXT)]
    for one in (play("a"), loud, wish(Act.NEXT), wish(Act.PAUSE), wish(Act.RESUME)):
        wishes.put(one)
    assert taken(wishes) == [loud, wish(Act.RESUME)]


@pytest.mark.parametrize("when", [When.NOW, When.TRACK_END])
def test_newer_music_never_takes_a_song_from_the_queue(when: When) -> None:
    wishes = WishQueue()
    songs = [play("a", When.QUEUE), play("b", When.QUEUE)]
    for one in (*songs, play("c"), play("d", when), play("e", When.QUEUE)):
        wishes.put(one)
    assert taken(wishes) == [*songs, play("d", when), play("e", When.QUEUE)]


@pytest.mark.parametrize("when", When)
def test_what_was_to_play_is_forgotten_before_the_player_knows(when: When) -> None:
    wishes = WishQueue()
    person, device = wish(Act.RESUME), wish(Act.RESUME, basis=Basis(False))
    for one in (play("a", when), wish(Act.VOLUME, volume=3), person, wish(Act.FORGET)):
        wishes.put(one)
    assert taken(wishes) == [wish(Act.VOLUME, volume=3), person, wish(Act.FORGET)]
    for one in (device, wish(Act.FORGET)):
        wishes.put(one)
    assert taken(wishes) == [wish(Act.FORGET)]


def test_too_many_skips_push_nothing_else_out() -> None:
    wishes = WishQueue()
    kept = [play("a"), wish(Act.VOLUME, volume=3), play("b", When.QUEUE)]
    for one in kept:
        wishes.put(one)
    for _ in range(1000):
        wishes.put(wish(Act.NEXT))
    found = taken(wishes)
    assert len(found) == MAX_WISHES
    assert found[:3] == kept


def test_who_waits_is_woken_at_once() -> None:
    wishes = WishQueue()
    got: list[Wish | None] = []
    reader = threading.Thread(target=lambda: got.append(wishes.get(2 * PATIENCE)))
    reader.start()
    wishes.put(wish(Act.NEXT))
    reader.join(PATIENCE)
    assert got == [wish(Act.NEXT)]
    assert wishes.get(0.01) is None
