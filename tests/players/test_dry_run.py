"""The dry run says in words what the others would do, and keeps up appearances."""

from __future__ import annotations

import logging

import pytest

from edge.players.dry_run import SONG, DryRun
from edge.players.wishes import AbandonedWish, patience, rotated, words
from edge.values import Act, Basis, Music, When, Wish
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


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (play(), "play jazz now"),
        (play(JAZZ, When.TRACK_END, volume=30), "play jazz once this song ends, at volume 30"),
        (play(TRACK, When.QUEUE), "play a song next, in the queue"),
        (play(LIST, offset=2, shuffle=True), "play liked (5 songs) now, from song 3 on, shuffled"),
        (play(shuffle=False, repeat="context", fade=True), "play jazz now, in its order, again and again, fading"),
        (play(repeat="track"), "play jazz now, one song again and again"),
        (play(repeat="off"), "play jazz now, without repeating"),
        (wish(Act.PAUSE), "pause"),
        (wish(Act.RESUME, 40), "go on, at volume 40"),
        (wish(Act.RESUME, music=JAZZ), "go on with jazz on our speaker"),
        (wish(Act.NEXT), "skip to the next song"),
        (wish(Act.PREVIOUS), "go back a song"),
        (wish(Act.VOLUME, 33, fade=True), "set the volume to 33, fading"),
        (wish(Act.FORGET), "let the music go on after this song"),
    ],
)
def test_every_act_and_option_has_its_words(
    player: DryRun, caplog: pytest.LogCaptureFixture, one: Wish, said: str
) -> None:
    caplog.set_level(logging.INFO)
    player.apply(one)
    assert caplog.messages == [f"dry run: would {said}"]
    assert words(one) == said


def test_what_is_kept_needs_no_words(player: DryRun, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    player.apply(wish(Act.KEEP))
    assert caplog.messages == []


def test_every_act_has_words_and_a_patience() -> None:
    said = {words(Wish(act, "happy", "why", music=JAZZ if act is Act.PLAY else None, volume=1)) for act in Act}
    assert len(said) == len(Act)
    assert {patience(wish(act)) for act in (Act.NEXT, Act.PREVIOUS, Act.VOLUME)} == {60}
    assert {patience(wish(act)) for act in (Act.PLAY, Act.PAUSE, Act.RESUME)} == {600}


def test_a_list_goes_round(player: DryRun, clock: Clock) -> None:
    player.apply(play(LIST, offset=4))
    heard = []
    for _ in range(3):
        heard.append(player.playback().uri)
        clock.now += SONG
    assert heard == [SONGS[4], SONGS[0], SONGS[1]]
    assert rotated([], 3) == []


def test_songs_end_and_what_waits_for_it_comes(player: DryRun, clock: Clock) -> None:
    player.apply(play())
    player.apply(play(ROCK, When.TRACK_END, volume=20))
    clock.now += SONG - 1
    assert (player.playback().uri, player.playback().volume) == (JAZZ.uri, 40)
    clock.now += 1
    assert (player.playback().uri, player.playback().volume) == (ROCK.uri, 20)


def test_what_waits_can_be_taken_back_or_skipped_to(player: DryRun, clock: Clock) -> None:
    player.apply(play())
    player.apply(play(ROCK, When.TRACK_END))
    player.apply(wish(Act.FORGET))
    clock.now += SONG
    assert player.playback().uri == JAZZ.uri
    player.apply(play(ROCK, When.TRACK_END))
    player.apply(wish(Act.NEXT))
    assert player.playback().uri == ROCK.uri


def test_queue_and_back(player: DryRun) -> None:
    player.apply(play(LIST))
    player.apply(play(TRACK, When.QUEUE))
    player.apply(wish(Act.NEXT))
    assert player.playback().uri == TRACK.uri
    player.apply(wish(Act.PREVIOUS))
    assert player.playback().uri == SONGS[0]


def test_a_pause_holds_the_song(player: DryRun, clock: Clock) -> None:
    player.apply(play())
    clock.now += 10
    player.apply(wish(Act.PAUSE))
    clock.now += 10000
    assert (player.playback().state, player.playback().position) == ("paused", 10)
    player.apply(wish(Act.RESUME, 55))
    clock.now += 5
    assert (player.playback().state, player.playback().position, player.playback().volume) == ("playing", 15, 55)


def test_one_song_again_and_again(player: DryRun, clock: Clock) -> None:
    player.apply(play(LIST, repeat="track"))
    clock.now += SONG
    assert player.playback().uri == SONGS[0]


def test_a_wish_that_no_longer_stands_is_given_up(player: DryRun) -> None:
    player.apply(play())
    late = play(ROCK, basis=Basis(True, "spotify:playlist:other", "spotify:track:x"))
    player.apply(late)
    assert player.playback().uri == JAZZ.uri
    assert player.given_up() == [AbandonedWish(late, "somebody chose otherwise", False)]
    assert player.given_up() == []


def test_music_is_named_for_people() -> None:
    assert words(play(Music("spotify:track:1", "one", ("spotify:track:1",)))) == "play one now"
