"""What waits for the player."""

from __future__ import annotations

import threading
import time

from edge.values import Act, Music, Wish
from edge.wishes import MOST, Wishes


def wish(act: Act, **more: object) -> Wish:
    return Wish(act, "happy", "why", **more)  # type: ignore[arg-type]


def taken(wishes: Wishes) -> list[Wish]:
    found = []
    while (one := wishes.get(0)) is not None:
        found.append(one)
    return found


def test_the_newest_of_each_kind_waits_and_none_pushes_another_kind_out() -> None:
    wishes = Wishes()
    play = [wish(Act.PLAY, music=Music(f"mpd:{n}", n)) for n in "ab"]
    loud, quiet = wish(Act.VOLUME, volume=90), wish(Act.VOLUME, volume=10)
    for one in (play[0], loud, wish(Act.NEXT), play[1], wish(Act.NEXT), quiet, wish(Act.PAUSE), wish(Act.RESUME)):
        wishes.put(one)
    assert taken(wishes) == [wish(Act.NEXT), play[1], wish(Act.NEXT), quiet, wish(Act.RESUME)]


def test_never_more_than_a_few_wait() -> None:
    wishes = Wishes()
    for _ in range(1000):
        wishes.put(wish(Act.NEXT))
    assert len(taken(wishes)) == MOST


def test_who_waits_is_woken_at_once() -> None:
    wishes = Wishes()
    got: list[Wish | None] = []
    reader = threading.Thread(target=lambda: got.append(wishes.get(10)))
    reader.start()
    began = time.monotonic()
    wishes.put(wish(Act.NEXT))
    reader.join()
    assert time.monotonic() - began < 0.5
    assert got == [wish(Act.NEXT)]
    assert wishes.get(0.01) is None
