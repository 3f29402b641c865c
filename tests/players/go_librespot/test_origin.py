"""Who began what plays, and from which list."""

from __future__ import annotations

import pytest

from edge.players.go_librespot.messages import DaemonEvent, DaemonStatus, DaemonTrack
from edge.players.go_librespot.origin import MOVED_S, PlaybackOrigin, StartedMusic

OURS = DaemonStatus(origin="go-librespot", stopped=False, track=DaemonTrack("spotify:track:1"))
THEIRS = DaemonStatus(origin="playlist", stopped=False, track=DaemonTrack("spotify:track:1"))
STARTED = StartedMusic("library:happy", "spotify:playlist:1")


def told(origin: PlaybackOrigin, kind: str, context: str | None = None, at: float = 0.0) -> None:
    origin.take(at, DaemonEvent(kind, context), was_loaded=True)


@pytest.mark.parametrize(
    ("context", "address"),
    [
        (None, "library:happy"),
        ("spotify:playlist:1", "library:happy"),
        ("spotify:station:playlist:1", "library:happy"),
        ("spotify:album:2", "spotify:album:2"),
    ],
)
def test_the_devices_list_is_known_by_its_own_address(context: str | None, address: str) -> None:
    origin = PlaybackOrigin(STARTED)
    told(origin, "will_play", context)
    assert origin.context(OURS) == address


def test_a_persons_list_is_never_taken_for_the_devices() -> None:
    origin = PlaybackOrigin(STARTED)
    assert origin.theirs(THEIRS) is True and origin.context(THEIRS) is None
    told(origin, "playing", "spotify:playlist:1")
    assert origin.context(THEIRS) == "spotify:playlist:1"
    assert origin.theirs(OURS) is False
    assert origin.theirs(DaemonStatus(origin="", stopped=False)) is None


def test_after_events_were_missed_the_list_is_unknown_and_the_devices_own_is_believed() -> None:
    origin = PlaybackOrigin()
    origin.begin(STARTED)
    told(origin, "will_play", "spotify:album:2")
    origin.miss()
    assert origin.context(THEIRS) is None and origin.context(OURS) == "library:happy"


def test_the_end_of_a_list_and_what_follows() -> None:
    origin = PlaybackOrigin()
    told(origin, "stopped")
    assert origin.ended
    told(origin, "paused")
    assert origin.ended, "the first song is loaded again"
    told(origin, "playing")
    assert not origin.ended


def test_music_that_moves_away_is_told_for_a_while() -> None:
    origin = PlaybackOrigin()
    told(origin, "inactive", at=5.0)
    assert origin.moved(5.0) and not origin.moved(5.0 + MOVED_S)
    origin.take(30.0, DaemonEvent("inactive"), was_loaded=False)
    assert not origin.moved(30.0), "nothing played here"
