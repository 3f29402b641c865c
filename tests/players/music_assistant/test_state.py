"""Players, queues and songs as servers of several versions tell them."""

from __future__ import annotations

import pytest

from edge.players.music_assistant.playback import QueueClock
from edge.players.music_assistant.state import RemoteQueue, parse_item, parse_player, parse_queue

BASE = "http://mass:8095"
ITEM = {"queue_item_id": "1", "name": "A - S", "duration": 60, "media_item": {"uri": "library://track/1", "name": "S"}}


def queue(**more: object) -> RemoteQueue:
    parsed = parse_queue({"queue_id": "q", "state": "playing", "current_item": ITEM} | more, BASE)
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    ("image", "address"),
    [
        ({"path": "https://x/1.jpg", "remotely_accessible": True}, "https://x/1.jpg"),
        ({"path": "/music/1.jpg", "provider": "files", "proxy_id": "ab/c"}, f"{BASE}/imageproxy/ab%2Fc?size=512"),
        (
            {"path": "/music/1.jpg", "provider": "files"},
            f"{BASE}/imageproxy?path=%252Fmusic%252F1.jpg&provider=files&size=512",
        ),
        ({"path": "javascript:alert(1)", "remotely_accessible": True}, None),
        ({"path": "https://x/" + "a" * 3000, "remotely_accessible": True}, None),
        ({"path": None}, None),
        ("https://x", None),
    ],
)
def test_covers_are_addresses_of_pictures(image: object, address: str | None) -> None:
    item = parse_item(ITEM | {"image": image}, BASE)
    assert item is not None and item.cover == address


def test_a_cover_may_be_the_songs_or_its_albums() -> None:
    picture = {"metadata": {"images": [{"path": "https://x/2.jpg", "remotely_accessible": True}]}}
    for media in (picture, {"album": picture}):
        item = parse_item(ITEM | {"media_item": media}, BASE)
        assert item is not None and item.cover == "https://x/2.jpg"


def test_a_stations_song_is_told() -> None:
    radio = {"queue_item_id": "1", "duration": 172800, "media_item": {"media_type": "radio", "name": "Paradise"}}
    item = parse_item(radio | {"streamdetails": {"stream_title": "Björk - Hunter"}}, BASE)
    assert item is not None and (item.title, item.duration) == ("Björk - Hunter", None)


def test_a_speaker_that_tells_no_progress_has_no_position() -> None:
    assert queue(elapsed_time=12).elapsed == 12
    assert queue(elapsed_time=1018).elapsed is None


def test_old_and_new_names_for_the_same() -> None:
    old = parse_player({"player_id": "p", "display_name": "Den", "state": "paused", "volume_level": 7})
    new = parse_player({"player_id": "p", "name": "Den", "playback_state": "paused", "volume_level": 7})
    assert old == new and new is not None and (new.name, new.state, new.volume) == ("Den", "paused", 7)
    assert parse_player({"name": "Den"}) is None and parse_player([]) is None


def test_positions_follow_the_servers_clock_whatever_it_shows() -> None:
    for clocks_differ in (-7000.0, 0.0, 5000.0):
        clock = QueueClock()
        # The machine's wall clock is at 10,000 s when its monotonic one is at 100 s.
        stamp = 10_000.0 + clocks_differ
        clock.read(100.0, queue(elapsed_time=5, elapsed_time_last_updated=stamp), fresh=True, unix=10_000.0)
        assert clock.position(103.0, playing=True) == pytest.approx(8)
        # An event tells a position of four seconds ago.
        clock.read(110.0, queue(elapsed_time=11, elapsed_time_last_updated=stamp + 6), fresh=True, unix=10_010.0)
        assert clock.position(110.0, playing=True) == pytest.approx(15)
        assert clock.position(200.0, playing=True, duration=60) == 60


def test_the_first_look_counts_from_the_stamp() -> None:
    clock = QueueClock()
    clock.read(100.0, queue(elapsed_time=5, elapsed_time_last_updated=9_990.0), fresh=False, unix=10_000.0)
    assert clock.position(100.0, playing=True) == pytest.approx(15)


def test_a_number_that_no_float_can_hold_is_unknown() -> None:
    huge = 10**400
    told = queue(elapsed_time=huge, elapsed_time_last_updated=huge)
    assert (told.elapsed, told.stamp) == (None, None)
    player = parse_player({"player_id": "p", "volume_level": huge})
    assert player is not None and player.volume is None
