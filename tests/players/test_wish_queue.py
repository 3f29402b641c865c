"""The queue of wishes between two threads."""

from __future__ import annotations

import threading

import pytest

from edge.players.wish_queue import MAX_WISHES, WishQueue
from edge.values import Act, Basis, Music, When, Wish
from tests.waiting import PATIENCE


def wish(act: Act, **more: object) -> Wish:
    return Wish(act, "happy", "why", **more)


def play(name: str, when: When = When.NOW) -> Wish:
    return wish(Act.PLAY, music=Music(f"mpd:{name}", name), when=when)


def take_all(queue: WishQueue) -> list[Wish]:
    wishes = []
    while (wish := queue.get(0)) is not None:
        wishes.append(wish)
    return wishes


def test_a_newer_wish_removes_those_that_it_replaces() -> None:
    queue = WishQueue()
    loud, quiet = wish(Act.VOLUME, volume=90), wish(Act.VOLUME, volume=10)
    for new in (play("a"), loud, wish(Act.NEXT), play("b"), wish(Act.NEXT), quiet, wish(Act.NEXT)):
        queue.put(new)
    assert take_all(queue) == [play("b"), wish(Act.NEXT), quiet, wish(Act.NEXT)]
    for new in (play("a"), loud, wish(Act.NEXT), wish(Act.PAUSE), wish(Act.RESUME)):
        queue.put(new)
    assert take_all(queue) == [loud, wish(Act.RESUME)]


@pytest.mark.parametrize("when", [When.NOW, When.TRACK_END])
def test_newer_music_never_removes_a_song_for_the_queue(when: When) -> None:
    queue = WishQueue()
    songs = [play("a", When.QUEUE), play("b", When.QUEUE)]
    for new in (*songs, play("c"), play("d", when), play("e", When.QUEUE)):
        queue.put(new)
    assert take_all(queue) == [*songs, play("d", when), play("e", When.QUEUE)]


@pytest.mark.parametrize("when", When)
def test_forget_removes_music_before_it_reaches_the_player(when: When) -> None:
    queue = WishQueue()
    person, device = wish(Act.RESUME), wish(Act.RESUME, basis=Basis(False))
    for new in (play("a", when), wish(Act.VOLUME, volume=3), person, wish(Act.FORGET)):
        queue.put(new)
    assert take_all(queue) == [wish(Act.VOLUME, volume=3), person, wish(Act.FORGET)]
    for new in (device, wish(Act.FORGET)):
        queue.put(new)
    assert take_all(queue) == [wish(Act.FORGET)]


def test_too_many_skips_remove_nothing_else() -> None:
    queue = WishQueue()
    kept = [play("a"), wish(Act.VOLUME, volume=3), play("b", When.QUEUE)]
    for new in kept:
        queue.put(new)
    for _ in range(1000):
        queue.put(wish(Act.NEXT))
    left = take_all(queue)
    assert len(left) == MAX_WISHES
    assert left[:3] == kept


def test_a_waiting_reader_gets_a_wish_at_once() -> None:
    queue = WishQueue()
    got: list[Wish | None] = []
    reader = threading.Thread(target=lambda: got.append(queue.get(2 * PATIENCE)))
    reader.start()
    queue.put(wish(Act.NEXT))
    reader.join(PATIENCE)
    assert got == [wish(Act.NEXT)]
    assert queue.get(0.01) is None
