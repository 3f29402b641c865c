"""Which songs in MPD's queue are ours."""

from __future__ import annotations

from edge.players.mpd.queue import KEPT, OwnSongs, QueueEntry

ADDRESS = "mpd:folder/calm"


def entries(first: int, *files: str) -> list[QueueEntry]:
    return [QueueEntry(str(first + n), file) for n, file in enumerate(files)]


def seen(*queues: list[QueueEntry], ours: list[QueueEntry]) -> OwnSongs:
    known = OwnSongs()
    known.know(ours, ADDRESS)
    for queue in queues:
        known.see(queue)
    return known


def test_number_and_file_both_count() -> None:
    known = seen(entries(1, "a"), ours=entries(1, "a"))
    assert known.address(QueueEntry("1", "a")) == ADDRESS
    assert known.address(QueueEntry("1", "b")) is None
    assert known.address(QueueEntry("2", "a")) is None


def test_what_left_the_queue_is_forgotten() -> None:
    known = seen(entries(1, "a", "b"), entries(2, "b"), ours=entries(1, "a", "b"))
    assert known.address(QueueEntry("1", "a")) is None
    assert known.address(QueueEntry("2", "b")) == ADDRESS
    known.see([])
    assert not known


def test_the_same_queue_comes_back_by_other_numbers() -> None:
    known = seen(entries(7, "a", "b", "a"), ours=entries(8, "b", "a"))
    assert known.restarted(entries(1, "a", "b", "a")) == {"7": "1", "8": "2", "9": "3"}
    assert [known.address(entry) for entry in entries(1, "a", "b", "a")] == [None, ADDRESS, ADDRESS]


def test_what_people_do_after_the_restart_is_told_apart() -> None:
    known = seen(entries(7, "a", "b"), ours=entries(7, "a", "b"))
    now = [QueueEntry("10", "a"), QueueEntry("2", "b"), QueueEntry("1", "a")]
    assert known.restarted(now) == {"7": "1", "8": "2"}
    assert [known.address(entry) for entry in now] == [None, ADDRESS, ADDRESS]


def test_another_queue_is_nobodys_of_ours() -> None:
    for now in (entries(1, "a", "c"), entries(1, "b", "a"), entries(1, "a"), []):
        known = seen(entries(1, "a", "b"), ours=entries(1, "a", "b"))
        assert known.restarted(now) == {}
        assert not known


def test_one_song_alone_is_no_proof() -> None:
    known = seen(entries(1, "a"), ours=entries(1, "a"))
    assert known.restarted(entries(1, "a", "b")) == {}
    known = seen(entries(5, "http://radio"), ours=entries(5, "http://radio"))
    assert known.restarted(entries(1, "http://radio")) == {"5": "1"}


def test_an_older_queue_comes_back_but_not_any() -> None:
    queues = [entries(1, *["a", "b"] * n) for n in range(1, KEPT + 2)]
    known = seen(*queues, ours=entries(1, "a"))
    assert known.restarted(entries(1, "a", "b", "a", "b")) != {}
    known = seen(*queues, ours=entries(1, "a"))
    assert known.restarted(entries(1, "a", "b")) == {}
