"""The dry run logs what a real player would do, and simulates playing."""

from __future__ import annotations

import logging

import pytest

from edge.players.dry_run import SONG_DURATION_S, DryRun
from edge.players.wishes import OVERRULED, AbandonedWish
from edge.values import Act, Basis, When
from tests.players.listening import JAZZ, LIST, ROCK, SONGS, play, wish
from tests.players.listening import SONG as TRACK


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def player(clock: Clock) -> DryRun:
    return DryRun(clock=clock)


def test_it_logs_what_it_would_do(player: DryRun, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    player.apply(play())
    player.apply(wish(Act.PAUSE))
    assert caplog.messages == ["dry run: would play jazz now", "dry run: would pause"]


def test_a_wish_to_keep_the_music_is_not_logged(player: DryRun, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    player.apply(wish(Act.KEEP))
    assert caplog.messages == []


def test_a_track_list_starts_over_at_its_end(player: DryRun, clock: Clock) -> None:
    player.apply(play(LIST, offset=4))
    played = []
    for _ in range(3):
        played.append(player.playback().uri)
        clock.now += SONG_DURATION_S
    assert played == [SONGS[4], SONGS[0], SONGS[1]]


def test_deferred_music_begins_when_the_song_ends(player: DryRun, clock: Clock) -> None:
    player.apply(play())
    player.apply(play(ROCK, When.TRACK_END, volume=20))
    clock.now += SONG_DURATION_S - 1
    assert (player.playback().uri, player.playback().volume) == (JAZZ.uri, 40)
    clock.now += 1
    assert (player.playback().uri, player.playback().volume) == (ROCK.uri, 20)


def test_deferred_music_can_be_taken_back_or_skipped_to(player: DryRun, clock: Clock) -> None:
    player.apply(play())
    player.apply(play(ROCK, When.TRACK_END))
    player.apply(wish(Act.FORGET))
    clock.now += SONG_DURATION_S
    assert player.playback().uri == JAZZ.uri
    player.apply(play(ROCK, When.TRACK_END))
    player.apply(wish(Act.NEXT))
    assert player.playback().uri == ROCK.uri


def test_a_queued_song_comes_next_and_going_back_returns(player: DryRun) -> None:
    player.apply(play(LIST))
    player.apply(play(TRACK, When.QUEUE))
    player.apply(wish(Act.NEXT))
    assert player.playback().uri == TRACK.uri
    player.apply(wish(Act.PREVIOUS))
    assert player.playback().uri == SONGS[0]


def test_a_pause_keeps_the_position(player: DryRun, clock: Clock) -> None:
    player.apply(play())
    clock.now += 10
    player.apply(wish(Act.PAUSE))
    clock.now += 10000
    assert (player.playback().state, player.playback().position) == ("paused", 10)
    player.apply(wish(Act.RESUME, 55))
    clock.now += 5
    assert (player.playback().state, player.playback().position, player.playback().volume) == ("playing", 15, 55)


def test_one_song_repeats(player: DryRun, clock: Clock) -> None:
    player.apply(play(LIST, repeat="track"))
    clock.now += SONG_DURATION_S
    assert player.playback().uri == SONGS[0]


def test_a_wish_that_no_longer_applies_is_abandoned(player: DryRun) -> None:
    player.apply(play())
    late = play(ROCK, basis=Basis(True, "spotify:playlist:other", "spotify:track:x"))
    player.apply(late)
    assert player.playback().uri == JAZZ.uri
    assert player.take_abandoned() == [AbandonedWish(late, OVERRULED, False)]
    assert player.take_abandoned() == []
