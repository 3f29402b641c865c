"""Which songs in MPD's queue are the device's own."""

from __future__ import annotations

from edge.players.mpd.own_songs import MAX_SNAPSHOTS, OwnSongs, QueueEntry

ADDRESS = "mpd:folder/calm"


def entries(first_id: int, *files: str) -> list[QueueEntry]:
    return [QueueEntry(str(first_id + n), file) for n, file in enumerate(files)]


def own_songs(*queues: list[QueueEntry], added: list[QueueEntry]) -> OwnSongs:
    """Return the state after the device added songs and the queue was read several times."""
    own = OwnSongs()
    own.add(added, ADDRESS)
    for queue in queues:
        own.update(queue)
    return own


def test_a_song_is_known_by_its_id_and_file() -> None:
    own = own_songs(entries(1, "a"), added=entries(1, "a"))
    assert own.address(QueueEntry("1", "a")) == ADDRESS
    assert own.address(QueueEntry("1", "b")) is None
    assert own.address(QueueEntry("2", "a")) is None


def test_songs_that_left_the_queue_are_forgotten() -> None:
    own = own_songs(entries(1, "a", "b"), entries(2, "b"), added=entries(1, "a", "b"))
    assert own.address(QueueEntry("1", "a")) is None
    assert own.address(QueueEntry("2", "b")) == ADDRESS
    own.update([])
    assert not own


def test_the_same_queue_is_recognized_by_other_ids() -> None:
    own = own_songs(entries(7, "a", "b", "a"), added=entries(8, "b", "a"))
    assert own.restore(entries(1, "a", "b", "a")) == {"7": "1", "8": "2", "9": "3"}
    assert [own.address(entry) for entry in entries(1, "a", "b", "a")] == [None, ADDRESS, ADDRESS]


def test_songs_that_people_add_after_the_restart_stay_theirs() -> None:
    own = own_songs(entries(7, "a", "b"), added=entries(7, "a", "b"))
    now = [QueueEntry("10", "a"), QueueEntry("2", "b"), QueueEntry("1", "a")]
    assert own.restore(now) == {"7": "1", "8": "2"}
    assert [own.address(entry) for entry in now] == [None, ADDRESS, ADDRESS]


def test_another_queue_holds_no_songs_of_the_device() -> None:
    for now in (entries(1, "a", "c"), entries(1, "b", "a"), entries(1, "a"), []):
        own = own_songs(entries(1, "a", "b"), added=entries(1, "a", "b"))
        assert own.restore(now) == {}
        assert not own


def test_a_single_song_is_recognized_only_if_it_is_the_whole_queue() -> None:
    own = own_songs(entries(1, "a"), added=entries(1, "a"))
    assert own.restore(entries(1, "a", "b")) == {}
    own = own_songs(entries(5, "http://radio"), added=entries(5, "http://radio"))
    assert own.restore(entries(1, "http://radio")) == {"5": "1"}


def test_a_recent_queue_is_recognized_and_an_old_one_is_not() -> None:
    queues = [entries(1, *["a", "b"] * n) for n in range(1, MAX_SNAPSHOTS + 2)]
    own = own_songs(*queues, added=entries(1, "a"))
    assert own.restore(entries(1, "a", "b", "a", "b")) != {}
    own = own_songs(*queues, added=entries(1, "a"))
    assert own.restore(entries(1, "a", "b")) == {}
