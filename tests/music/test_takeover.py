"""Whose hand moved the music."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.music.takeover import LAPSE, Cause, TakeoverDetector
from edge.values import Act, Playback, When, Wish
from tests.music.looks import LIST, A, B, C, shown, wish


@pytest.fixture
def hands() -> TakeoverDetector:
    """A asked for at 0 and seen at 2, in its first song, which ends at 192."""
    hands = TakeoverDetector(8.0)
    hands.asked(0, wish(music=A))
    assert hands.see(2, shown()).means is Cause.STARTED
    assert hands.see(20, shown(position=28)).means is Cause.NOTHING
    return hands


# --- what nobody did --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [0, 5, 25, 300])
def test_the_next_song_of_the_same_list_comes_by_itself(hands: TakeoverDetector, late: float) -> None:
    assert hands.see(192 + late, shown(song="s2", position=late)).means is Cause.ADVANCED


def test_a_cross_fade_begins_the_next_song_early(hands: TakeoverDetector) -> None:
    assert hands.see(181, shown(song="s2", position=1)).means is Cause.ADVANCED


def test_the_same_song_again_at_its_end_is_another_one(hands: TakeoverDetector) -> None:
    assert hands.see(195, shown(position=3)).means is Cause.ADVANCED


@pytest.mark.parametrize(
    "end", [shown(state="stopped"), shown(state="paused", position=0), shown(state="paused", position=200)]
)
def test_an_album_that_is_over_is_not_a_person(hands: TakeoverDetector, end: Playback) -> None:
    assert hands.see(195, end).means is Cause.ENDED


def test_the_radio_that_follows_an_album_is_not_a_person(hands: TakeoverDetector) -> None:
    assert hands.see(195, shown(None, "s9", 3)).means is Cause.ADVANCED


def test_a_speaker_that_was_away_is_not_a_person(hands: TakeoverDetector) -> None:
    hands.see(60, Playback("unavailable", "spotify"))
    assert hands.see(300, Playback("stopped", "spotify")).means is Cause.ENDED


def test_what_we_asked_for_is_ours_however_late(hands: TakeoverDetector) -> None:
    hands.asked(30, wish(music=B, when=When.TRACK_END))
    assert hands.pending is not None
    assert hands.see(60, shown(position=68)).means is Cause.NOTHING
    assert hands.see(193, shown(B.uri, "t1", 1)).means is Cause.STARTED
    assert hands.pending is None


def test_state_that_lags_behind_a_command_is_not_judged(hands: TakeoverDetector) -> None:
    hands.asked(30, wish(music=B))
    assert hands.see(31, shown(B.uri, "t1", 0)).means is Cause.STARTED
    assert hands.see(33, shown(position=41)).means is Cause.NOTHING
    assert hands.see(50, shown(B.uri, "t1", 19)).means is Cause.NOTHING


def test_our_pause_and_going_on_are_ours(hands: TakeoverDetector) -> None:
    hands.asked(30, wish(Act.PAUSE))
    assert hands.pausing
    assert hands.see(60, shown(state="paused", position=38)).means is Cause.NOTHING
    hands.asked(90, wish(Act.RESUME))
    assert hands.resuming
    assert hands.see(120, shown(position=40)).means is Cause.NOTHING
    assert not hands.resuming


def test_our_skip_is_ours(hands: TakeoverDetector) -> None:
    hands.asked(30, wish(Act.NEXT))
    assert hands.see(33, shown(song="s2", position=2)).means is Cause.NOTHING
    assert hands.see(60, shown(song="s2", position=29)).means is Cause.ADVANCED
    assert hands.see(70, shown(song="s3", position=1)).means is Cause.TAKEN


@pytest.mark.parametrize("silence", ["stopped", "paused"])
def test_our_skip_in_silence_is_ours_too(hands: TakeoverDetector, silence: str) -> None:
    hands.asked(30, wish(Act.PAUSE))
    hands.see(40, shown(state=silence, position=8))
    hands.asked(60, wish(Act.NEXT))
    assert hands.see(62, shown(song="s2", position=1)).means is Cause.NOTHING
    found = hands.see(80, shown(song="s2", position=19))
    assert (found.means, found.kind) == (Cause.FOUND, "asked")
    hands.see(90, shown(state=silence, position=29))
    assert hands.see(120, shown(B.uri, "t1", 1)).means is Cause.TAKEN, "one skip explains one start"


def test_the_steps_of_our_fade_are_ours_even_over_a_long_break(hands: TakeoverDetector) -> None:
    hands.asked(30, wish(music=B, fade=True))
    assert hands.see(31, shown(position=39, volume=20)).means is Cause.NOTHING
    assert hands.see(32, shown(B.uri, "t1", 0, volume=6)).means is Cause.STARTED
    for at in range(40, 400, 10):
        hands.see(at, Playback("unavailable", "spotify"))
    assert hands.see(401, shown(B.uri, "t2", 180, volume=6)).means is not Cause.TAKEN
    assert hands.see(402, shown(B.uri, "t2", 181, volume=20)).means is Cause.NOTHING
    assert hands.see(403, shown(B.uri, "t2", 182, volume=40)).means is Cause.NOTHING
    assert hands.level_settled
    assert hands.see(430, shown(B.uri, "t3", 9, volume=55)).kind == "volume"


def test_a_speaker_may_round_a_volume(hands: TakeoverDetector) -> None:
    hands.asked(30, wish(Act.VOLUME, volume=50))
    assert hands.see(33, shown(position=41, volume=47)).means is Cause.NOTHING
    assert hands.level_settled
    assert hands.see(60, shown(position=68, volume=47)).means is Cause.NOTHING


def test_a_speaker_that_takes_no_volume_settles_all_the_same(hands: TakeoverDetector) -> None:
    hands.asked(30, wish(Act.VOLUME, volume=90))
    for at in (33, 45, 60):
        assert hands.see(at, shown(position=at + 8)).means is Cause.NOTHING
    assert hands.level_settled and hands.volume == 40


def test_a_song_of_a_track_list_that_has_another_address_is_ours() -> None:
    hands = TakeoverDetector(8.0)
    hands.asked(0, wish(music=LIST))
    assert hands.see(3, shown(None, "spotify:track:elsewhere", 2)).means is Cause.STARTED


def test_a_command_that_never_came_to_anything_is_forgotten(hands: TakeoverDetector) -> None:
    hands.asked(30, wish(music=B))
    hands.lapse(30 + LAPSE)
    assert hands.pending is not None
    hands.lapse(31 + LAPSE)
    assert hands.pending is None


def test_what_waits_for_a_songs_end_and_misses_two_is_forgotten(hands: TakeoverDetector) -> None:
    hands.asked(30, wish(music=B, when=When.TRACK_END))
    hands.see(195, shown(song="s2", position=3))
    assert hands.pending is not None
    hands.see(395, shown(song="s3", position=3))
    assert hands.pending is None


def test_what_was_taken_back_a_moment_too_late_is_ours_all_the_same(hands: TakeoverDetector) -> None:
    hands.asked(100, wish(music=B, when=When.TRACK_END))
    hands.asked(193, wish(Act.FORGET))
    assert hands.see(195, shown(B.uri, "t1", 3)).means is Cause.LATE
    hands.asked(200, wish(music=C, when=When.TRACK_END))
    assert hands.see(300, shown(A.uri, "s7", 3)).means is Cause.TAKEN, "what was never asked for isn't"


def test_a_queued_song_has_come_with_the_next_song(hands: TakeoverDetector) -> None:
    hands.asked(30, wish(music=LIST, when=When.QUEUE))
    assert hands.see(195, shown(song="another edition", position=3)).means is Cause.STARTED


# --- what a person did ------------------------------------------------------------------------------------------------

TAKEN = [
    ("song", shown(song="s2", position=5)),
    ("music", shown(C.uri, "c1", 5)),
    ("music", shown(None, "c1", 5)),
    ("pause", shown(state="paused", position=40)),
    ("pause", Playback("stopped", "spotify")),
    ("speaker", shown(position=58, elsewhere=True, speaker="Kitchen")),
    ("volume", shown(position=58, volume=60)),
]


@pytest.mark.parametrize(("kind", "look"), TAKEN)
def test_a_person_is_noticed(hands: TakeoverDetector, kind: str, look: Playback) -> None:
    meaning = hands.see(50, look)
    assert (meaning.means, meaning.kind) == (Cause.TAKEN, kind)
    assert meaning.why.startswith("somebody ")
    assert hands.see(52, replace(look, position=(look.position or 0) + 2)).means is Cause.NOTHING, "told once"


@pytest.mark.parametrize(("kind", "look"), TAKEN)
def test_a_person_who_acts_within_the_grace_time_is_noticed_after_it(
    hands: TakeoverDetector, kind: str, look: Playback
) -> None:
    hands.asked(44, wish(music=B))
    hands.see(45, shown(B.uri, "t1", 0))
    hands.see(47, look)
    assert hands.see(60, look).means is Cause.TAKEN


def test_somebody_who_starts_the_music_is_noticed(hands: TakeoverDetector) -> None:
    hands.asked(30, wish(Act.PAUSE))
    hands.see(40, shown(state="paused", position=48))
    assert hands.see(90, shown(C.uri, "c1", 3)).kind == "start"


def test_going_on_with_what_was_paused_is_told_apart(hands: TakeoverDetector) -> None:
    hands.asked(30, wish(Act.PAUSE))
    hands.see(40, shown(state="paused", position=48))
    assert hands.see(90, shown(position=50)).means is Cause.RESUMED


def test_what_plays_at_the_first_look_is_found() -> None:
    assert TakeoverDetector(8.0).see(0, shown()).means is Cause.FOUND
    assert TakeoverDetector(8.0).see(0, shown(state="paused")).means is Cause.NOTHING
    assert TakeoverDetector(8.0).see(0, shown(elsewhere=True)).means is Cause.NOTHING


def test_a_look_that_names_nothing_yet_says_nothing() -> None:
    hands = TakeoverDetector(8.0)
    hands.asked(0, wish(music=LIST))
    assert hands.see(1, Playback("playing", "spotify", volume=40)).means is Cause.NOTHING
    assert hands.see(3, shown(None, "spotify:track:1", 2)).means is Cause.STARTED


def test_what_goes_on_because_somebody_asked_the_device_before_the_first_look_is_nobodys_takeover() -> None:
    hands = TakeoverDetector(8)
    hands.asked(0, Wish(Act.RESUME, "unknown", "somebody asked for it"))
    assert hands.see(1, Playback("playing", "mpd", uri="mpd:theirs", context="mpd:theirs")).kind == "asked"
    assert TakeoverDetector(8).see(1, Playback("playing", "mpd", uri="mpd:theirs", context="mpd:theirs")).kind == ""
