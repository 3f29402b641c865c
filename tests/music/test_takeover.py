"""Whose hand moved the music."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.music.interpretation import Cause
from edge.music.pending import REQUEST_EXPIRES_S
from edge.music.takeover import TakeoverDetector
from edge.values import Act, Playback, When, Wish
from tests.music.looks import LIST, A, B, C, shown, wish


@pytest.fixture
def detector() -> TakeoverDetector:
    """A asked for at 0 and seen at 2, in its first song, which ends at 192."""
    detector = TakeoverDetector(8.0)
    detector.request(0, wish(music=A))
    assert detector.observe(2, shown()).cause is Cause.STARTED
    assert detector.observe(20, shown(position=28)).cause is Cause.NOTHING
    return detector


# --- what nobody did --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [0, 5, 25, 300])
def test_the_next_song_of_the_same_list_comes_by_itself(detector: TakeoverDetector, late: float) -> None:
    assert detector.observe(192 + late, shown(song="s2", position=late)).cause is Cause.ADVANCED


def test_a_cross_fade_begins_the_next_song_early(detector: TakeoverDetector) -> None:
    assert detector.observe(181, shown(song="s2", position=1)).cause is Cause.ADVANCED


def test_the_same_song_again_at_its_end_is_another_one(detector: TakeoverDetector) -> None:
    assert detector.observe(195, shown(position=3)).cause is Cause.ADVANCED


@pytest.mark.parametrize(
    "end", [shown(state="stopped"), shown(state="paused", position=0), shown(state="paused", position=200)]
)
def test_an_album_that_is_over_is_not_a_person(detector: TakeoverDetector, end: Playback) -> None:
    assert detector.observe(195, end).cause is Cause.ENDED


def test_the_radio_that_follows_an_album_is_not_a_person(detector: TakeoverDetector) -> None:
    assert detector.observe(195, shown(None, "s9", 3)).cause is Cause.ADVANCED


def test_a_speaker_that_was_away_is_not_a_person(detector: TakeoverDetector) -> None:
    detector.observe(60, Playback("unavailable", "spotify"))
    assert detector.observe(300, Playback("stopped", "spotify")).cause is Cause.ENDED


def test_what_we_asked_for_is_ours_however_late(detector: TakeoverDetector) -> None:
    detector.request(30, wish(music=B, when=When.TRACK_END))
    assert detector.pending.play is not None
    assert detector.observe(60, shown(position=68)).cause is Cause.NOTHING
    assert detector.observe(193, shown(B.uri, "t1", 1)).cause is Cause.STARTED
    assert detector.pending.play is None


def test_state_that_lags_behind_a_command_is_not_judged(detector: TakeoverDetector) -> None:
    detector.request(30, wish(music=B))
    assert detector.observe(31, shown(B.uri, "t1", 0)).cause is Cause.STARTED
    assert detector.observe(33, shown(position=41)).cause is Cause.NOTHING
    assert detector.observe(50, shown(B.uri, "t1", 19)).cause is Cause.NOTHING


def test_our_pause_and_going_on_are_ours(detector: TakeoverDetector) -> None:
    detector.request(30, wish(Act.PAUSE))
    assert detector.pending.state is not None
    assert detector.observe(60, shown(state="paused", position=38)).cause is Cause.NOTHING
    detector.request(90, wish(Act.RESUME))
    assert detector.pending.resuming
    assert detector.observe(120, shown(position=40)).cause is Cause.NOTHING
    assert not detector.pending.resuming


def test_our_skip_is_ours(detector: TakeoverDetector) -> None:
    detector.request(30, wish(Act.NEXT))
    assert detector.observe(33, shown(song="s2", position=2)).cause is Cause.NOTHING
    assert detector.observe(60, shown(song="s2", position=29)).cause is Cause.ADVANCED
    assert detector.observe(70, shown(song="s3", position=1)).cause is Cause.TAKEOVER


@pytest.mark.parametrize("silence", ["stopped", "paused"])
def test_our_skip_in_silence_is_ours_too(detector: TakeoverDetector, silence: str) -> None:
    detector.request(30, wish(Act.PAUSE))
    detector.observe(40, shown(state=silence, position=8))
    detector.request(60, wish(Act.NEXT))
    assert detector.observe(62, shown(song="s2", position=1)).cause is Cause.NOTHING
    found = detector.observe(80, shown(song="s2", position=19))
    assert (found.cause, found.kind) == (Cause.FOUND, "requested")
    detector.observe(90, shown(state=silence, position=29))
    assert detector.observe(120, shown(B.uri, "t1", 1)).cause is Cause.TAKEOVER, "one skip explains one start"


def test_the_steps_of_our_fade_are_ours_even_over_a_long_break(detector: TakeoverDetector) -> None:
    detector.request(30, wish(music=B, fade=True))
    assert detector.observe(31, shown(position=39, volume=20)).cause is Cause.NOTHING
    assert detector.observe(32, shown(B.uri, "t1", 0, volume=6)).cause is Cause.STARTED
    for at in range(40, 400, 10):
        detector.observe(at, Playback("unavailable", "spotify"))
    assert detector.observe(401, shown(B.uri, "t2", 180, volume=6)).cause is not Cause.TAKEOVER
    assert detector.observe(402, shown(B.uri, "t2", 181, volume=20)).cause is Cause.NOTHING
    assert detector.observe(403, shown(B.uri, "t2", 182, volume=40)).cause is Cause.NOTHING
    assert detector.volume_settled
    assert detector.observe(430, shown(B.uri, "t3", 9, volume=55)).kind == "volume"


def test_a_speaker_may_round_a_volume(detector: TakeoverDetector) -> None:
    detector.request(30, wish(Act.VOLUME, volume=50))
    assert detector.observe(33, shown(position=41, volume=47)).cause is Cause.NOTHING
    assert detector.volume_settled
    assert detector.observe(60, shown(position=68, volume=47)).cause is Cause.NOTHING


def test_a_speaker_that_takes_no_volume_settles_all_the_same(detector: TakeoverDetector) -> None:
    detector.request(30, wish(Act.VOLUME, volume=90))
    for at in (33, 45, 60):
        assert detector.observe(at, shown(position=at + 8)).cause is Cause.NOTHING
    assert detector.volume_settled and detector.volume.current == 40


def test_a_song_of_a_track_list_that_has_another_address_is_ours() -> None:
    detector = TakeoverDetector(8.0)
    detector.request(0, wish(music=LIST))
    assert detector.observe(3, shown(None, "spotify:track:elsewhere", 2)).cause is Cause.STARTED


def test_a_command_that_never_came_to_anything_is_forgotten(detector: TakeoverDetector) -> None:
    detector.request(30, wish(music=B))
    detector.pending.expire(30 + REQUEST_EXPIRES_S)
    assert detector.pending.play is not None
    detector.pending.expire(31 + REQUEST_EXPIRES_S)
    assert detector.pending.play is None


def test_what_waits_for_a_songs_end_and_misses_two_is_forgotten(detector: TakeoverDetector) -> None:
    detector.request(30, wish(music=B, when=When.TRACK_END))
    detector.observe(195, shown(song="s2", position=3))
    assert detector.pending.play is not None
    detector.observe(395, shown(song="s3", position=3))
    assert detector.pending.play is None


def test_what_was_taken_back_a_moment_too_late_is_ours_all_the_same(detector: TakeoverDetector) -> None:
    detector.request(100, wish(music=B, when=When.TRACK_END))
    detector.request(193, wish(Act.FORGET))
    assert detector.observe(195, shown(B.uri, "t1", 3)).cause is Cause.LATE
    detector.request(200, wish(music=C, when=When.TRACK_END))
    assert detector.observe(300, shown(A.uri, "s7", 3)).cause is Cause.TAKEOVER, "what was never asked for isn't"


def test_a_queued_song_has_come_with_the_next_song(detector: TakeoverDetector) -> None:
    detector.request(30, wish(music=LIST, when=When.QUEUE))
    assert detector.observe(195, shown(song="another edition", position=3)).cause is Cause.STARTED


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
def test_a_person_is_noticed(detector: TakeoverDetector, kind: str, look: Playback) -> None:
    meaning = detector.observe(50, look)
    assert (meaning.cause, meaning.kind) == (Cause.TAKEOVER, kind)
    assert meaning.why.startswith("somebody ")
    assert detector.observe(52, replace(look, position=(look.position or 0) + 2)).cause is Cause.NOTHING, "told once"


@pytest.mark.parametrize(("kind", "look"), TAKEN)
def test_a_person_who_acts_within_the_grace_time_is_noticed_after_it(
    detector: TakeoverDetector, kind: str, look: Playback
) -> None:
    detector.request(44, wish(music=B))
    detector.observe(45, shown(B.uri, "t1", 0))
    detector.observe(47, look)
    assert detector.observe(60, look).cause is Cause.TAKEOVER


def test_somebody_who_starts_the_music_is_noticed(detector: TakeoverDetector) -> None:
    detector.request(30, wish(Act.PAUSE))
    detector.observe(40, shown(state="paused", position=48))
    assert detector.observe(90, shown(C.uri, "c1", 3)).kind == "start"


def test_going_on_with_what_was_paused_is_told_apart(detector: TakeoverDetector) -> None:
    detector.request(30, wish(Act.PAUSE))
    detector.observe(40, shown(state="paused", position=48))
    assert detector.observe(90, shown(position=50)).cause is Cause.RESUMED


def test_what_plays_at_the_first_look_is_found() -> None:
    assert TakeoverDetector(8.0).observe(0, shown()).cause is Cause.FOUND
    assert TakeoverDetector(8.0).observe(0, shown(state="paused")).cause is Cause.NOTHING
    assert TakeoverDetector(8.0).observe(0, shown(elsewhere=True)).cause is Cause.NOTHING


def test_a_look_that_names_nothing_yet_says_nothing() -> None:
    detector = TakeoverDetector(8.0)
    detector.request(0, wish(music=LIST))
    assert detector.observe(1, Playback("playing", "spotify", volume=40)).cause is Cause.NOTHING
    assert detector.observe(3, shown(None, "spotify:track:1", 2)).cause is Cause.STARTED


def test_what_goes_on_because_somebody_asked_the_device_before_the_first_look_is_nobodys_takeover() -> None:
    detector = TakeoverDetector(8)
    detector.request(0, Wish(Act.RESUME, "unknown", "somebody asked for it"))
    assert detector.observe(1, Playback("playing", "mpd", uri="mpd:theirs", context="mpd:theirs")).kind == "requested"
    assert TakeoverDetector(8).observe(1, Playback("playing", "mpd", uri="mpd:theirs", context="mpd:theirs")).kind == ""
