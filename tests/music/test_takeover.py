"""Telling a person's change of the music from the device's own and the player's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.music.interpretation import Cause
from edge.music.takeover import TakeoverDetector
from edge.values import Act, Playback, When, Wish
from tests.music.samples import LIST, A, B, C, shown, wish


@pytest.fixture
def detector() -> TakeoverDetector:
    """A was requested at 0 and reported at 2; its first song ends at 192."""
    detector = TakeoverDetector(8.0)
    detector.request(0, wish(music=A))
    assert detector.observe(2, shown()).cause is Cause.STARTED
    assert detector.observe(20, shown(position=28)).cause is Cause.NOTHING
    return detector


# --- no takeover ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [0, 5, 25, 300])
def test_the_next_song_of_the_same_list_is_no_takeover(detector: TakeoverDetector, late: float) -> None:
    assert detector.observe(192 + late, shown(song="s2", position=late)).cause is Cause.ADVANCED


def test_a_song_that_cross_fades_in_early_is_no_takeover(detector: TakeoverDetector) -> None:
    assert detector.observe(181, shown(song="s2", position=1)).cause is Cause.ADVANCED


@pytest.mark.parametrize("between", [None, "stopped", "paused"])
def test_a_song_after_one_that_could_not_be_played_is_no_takeover(
    detector: TakeoverDetector, between: str | None
) -> None:
    if between is not None:
        detector.observe(60, shown(state=between, position=68))
    assert detector.observe(62, shown(song="s2", position=0, passed_over=True)).cause is Cause.ADVANCED
    assert not detector.in_doubt


def test_a_song_that_repeats_at_its_end_has_advanced(detector: TakeoverDetector) -> None:
    assert detector.observe(195, shown(position=3)).cause is Cause.ADVANCED


@pytest.mark.parametrize(
    "end", [shown(state="stopped"), shown(state="paused", position=0), shown(state="paused", position=200)]
)
def test_an_album_that_ends_is_no_takeover(detector: TakeoverDetector, end: Playback) -> None:
    assert detector.observe(195, end).cause is Cause.ENDED


def test_the_radio_that_follows_an_album_is_no_takeover(detector: TakeoverDetector) -> None:
    assert detector.observe(195, shown(None, "s9", 3)).cause is Cause.ADVANCED


def test_a_speaker_that_was_unavailable_is_no_takeover(detector: TakeoverDetector) -> None:
    detector.observe(60, Playback("unavailable", "spotify"))
    assert detector.observe(300, Playback("stopped", "spotify")).cause is Cause.ENDED


def test_requested_music_is_recognized_however_late(detector: TakeoverDetector) -> None:
    detector.request(30, wish(music=B, when=When.TRACK_END))
    assert detector.pending.play is not None
    assert detector.observe(60, shown(position=68)).cause is Cause.NOTHING
    assert detector.observe(193, shown(B.uri, "t1", 1)).cause is Cause.STARTED
    assert detector.pending.play is None


def test_state_that_lags_behind_a_command_is_no_takeover(detector: TakeoverDetector) -> None:
    detector.request(30, wish(music=B))
    assert detector.observe(31, shown(B.uri, "t1", 0)).cause is Cause.STARTED
    assert detector.observe(33, shown(position=41)).cause is Cause.NOTHING
    assert detector.observe(50, shown(B.uri, "t1", 19)).cause is Cause.NOTHING


def test_a_requested_pause_and_resume_are_no_takeover(detector: TakeoverDetector) -> None:
    detector.request(30, wish(Act.PAUSE))
    assert detector.pending.state is not None
    assert detector.observe(60, shown(state="paused", position=38)).cause is Cause.NOTHING
    detector.request(90, wish(Act.RESUME))
    assert detector.pending.resuming
    assert detector.observe(120, shown(position=40)).cause is Cause.NOTHING
    assert not detector.pending.resuming


def test_a_requested_skip_is_no_takeover(detector: TakeoverDetector) -> None:
    detector.request(30, wish(Act.NEXT))
    assert detector.observe(33, shown(song="s2", position=2)).cause is Cause.NOTHING
    assert detector.observe(60, shown(song="s2", position=29)).cause is Cause.ADVANCED
    assert detector.observe(70, shown(song="s3", position=1)).cause is Cause.TAKEOVER


@pytest.mark.parametrize("silence", ["stopped", "paused"])
def test_a_requested_skip_in_silence_is_no_takeover(detector: TakeoverDetector, silence: str) -> None:
    detector.request(30, wish(Act.PAUSE))
    detector.observe(40, shown(state=silence, position=8))
    detector.request(60, wish(Act.NEXT))
    assert detector.observe(62, shown(song="s2", position=1)).cause is Cause.NOTHING
    result = detector.observe(80, shown(song="s2", position=19))
    assert (result.cause, result.kind) == (Cause.FOUND, "requested")
    detector.observe(90, shown(state=silence, position=29))
    assert detector.observe(120, shown(B.uri, "t1", 1)).cause is Cause.TAKEOVER, "one skip explains one start"


def test_the_steps_of_a_fade_are_no_takeover_even_after_an_outage(detector: TakeoverDetector) -> None:
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


def test_a_speaker_that_refuses_volumes_settles(detector: TakeoverDetector) -> None:
    detector.request(30, wish(Act.VOLUME, volume=90))
    for at in (33, 45, 60):
        assert detector.observe(at, shown(position=at + 8)).cause is Cause.NOTHING
    assert detector.volume_settled and detector.volume.current == 40


def test_another_edition_of_a_requested_song_is_recognized() -> None:
    detector = TakeoverDetector(8.0)
    detector.request(0, wish(music=LIST))
    assert detector.observe(3, shown(None, "spotify:track:elsewhere", 2)).cause is Cause.STARTED


def test_a_request_that_misses_two_song_ends_is_dropped(detector: TakeoverDetector) -> None:
    detector.request(30, wish(music=B, when=When.TRACK_END))
    detector.observe(195, shown(song="s2", position=3))
    assert detector.pending.play is not None
    detector.observe(395, shown(song="s3", position=3))
    assert detector.pending.play is None


def test_music_that_was_cancelled_too_late_is_no_takeover(detector: TakeoverDetector) -> None:
    detector.request(100, wish(music=B, when=When.TRACK_END))
    detector.request(193, wish(Act.FORGET))
    assert detector.observe(195, shown(B.uri, "t1", 3)).cause is Cause.LATE
    detector.request(200, wish(music=C, when=When.TRACK_END))
    assert detector.observe(300, shown(A.uri, "s7", 3)).cause is Cause.TAKEOVER, "this music was never requested"


def test_a_queued_song_has_started_with_the_next_song(detector: TakeoverDetector) -> None:
    detector.request(30, wish(music=LIST, when=When.QUEUE))
    assert detector.observe(195, shown(song="another edition", position=3)).cause is Cause.STARTED


# --- takeover ---------------------------------------------------------------------------------------------------------

TAKEOVERS = [
    ("song", shown(song="s2", position=5)),
    ("music", shown(C.uri, "c1", 5)),
    ("music", shown(None, "c1", 5)),
    ("speaker", shown(position=58, elsewhere=True, speaker="Kitchen")),
    ("volume", shown(position=58, volume=60)),
]


@pytest.mark.parametrize(("kind", "playback"), TAKEOVERS)
def test_a_takeover_is_detected_once(detector: TakeoverDetector, kind: str, playback: Playback) -> None:
    result = detector.observe(50, playback)
    assert (result.cause, result.kind) == (Cause.TAKEOVER, kind)
    assert result.why.startswith("somebody ")
    assert detector.observe(52, replace(playback, position=(playback.position or 0) + 2)).cause is Cause.NOTHING, (
        "reported once"
    )


@pytest.mark.parametrize(("kind", "playback"), TAKEOVERS)
def test_a_takeover_within_the_grace_time_is_detected_after_it(
    detector: TakeoverDetector, kind: str, playback: Playback
) -> None:
    detector.request(44, wish(music=B))
    detector.observe(45, shown(B.uri, "t1", 0))
    detector.observe(47, playback)
    assert detector.observe(60, playback).cause is Cause.TAKEOVER


PAUSES = [shown(state="paused", position=40), Playback("stopped", "spotify")]


@pytest.mark.parametrize("paused", PAUSES)
def test_a_pause_that_lasts_is_a_takeover(detector: TakeoverDetector, paused: Playback) -> None:
    assert detector.observe(32, paused).cause is Cause.NOTHING and detector.pause.active
    assert detector.observe(50, paused).cause is Cause.NOTHING
    result = detector.observe(62, paused)
    assert (result.cause, result.kind, result.why) == (Cause.TAKEOVER, "pause", "somebody paused the music")
    assert detector.observe(90, paused).cause is Cause.NOTHING, "reported once"


@pytest.mark.parametrize("paused", PAUSES)
def test_a_pause_within_the_grace_time_is_detected_after_it(detector: TakeoverDetector, paused: Playback) -> None:
    detector.request(44, wish(music=B))
    detector.observe(45, shown(B.uri, "t1", 0))
    for at in (47, 60):
        assert detector.observe(at, paused).cause is Cause.NOTHING
    assert detector.observe(90, paused).kind == "pause"


def test_a_pause_for_an_announcement_is_no_takeover(detector: TakeoverDetector) -> None:
    detector.observe(32, shown(state="paused", position=40, volume=70))
    assert detector.observe(40, shown(position=40)).cause is Cause.NOTHING
    assert detector.observe(43, shown(position=43)).cause is Cause.NOTHING, "nor is the announcement's volume"
    assert detector.observe(203, shown(song="s2", position=1)).cause is Cause.ADVANCED, "the song ended eight s later"
    assert detector.observe(220, shown(song="s3", position=1)).kind == "song"


def test_a_pause_whose_song_ended_meanwhile_is_no_takeover(detector: TakeoverDetector) -> None:
    detector.observe(150, shown(position=158))
    detector.observe(175, shown(state="paused", position=180))
    assert detector.observe(205, shown(song="s2", position=2)).cause is Cause.NOTHING


@pytest.mark.parametrize(
    "then", [shown(C.uri, "c1", 2), shown(song="s7", position=2), shown(position=44, elsewhere=True, speaker="Kitchen")]
)
def test_what_somebody_does_during_a_pause_is_no_announcement(detector: TakeoverDetector, then: Playback) -> None:
    detector.observe(32, shown(state="paused", position=40))
    assert detector.observe(40, then).cause in (Cause.TAKEOVER, Cause.RESUMED)


def test_how_long_a_pause_lasted_shows_the_songs_position(detector: TakeoverDetector) -> None:
    assert detector.observe(45, shown(state="paused", position=30)).cause is Cause.NOTHING
    assert detector.observe(55, shown(position=31)).cause is Cause.RESUMED, "after 32 s, of which ten were reported"


def test_a_request_ends_the_doubt_about_a_pause(detector: TakeoverDetector) -> None:
    detector.observe(32, shown(state="paused", position=40))
    detector.request(40, wish(Act.PAUSE))
    assert not detector.pause.active
    for at in (45, 60, 90):
        assert detector.observe(at, shown(state="paused", position=40)).cause is Cause.NOTHING


def test_a_start_by_a_person_is_detected(detector: TakeoverDetector) -> None:
    detector.request(30, wish(Act.PAUSE))
    detector.observe(40, shown(state="paused", position=48))
    assert detector.observe(90, shown(C.uri, "c1", 3)).kind == "start"


def test_a_resume_by_a_person_has_its_own_cause(detector: TakeoverDetector) -> None:
    detector.request(30, wish(Act.PAUSE))
    detector.observe(40, shown(state="paused", position=48))
    assert detector.observe(90, shown(position=50)).cause is Cause.RESUMED


def test_music_in_the_first_report_is_found() -> None:
    assert TakeoverDetector(8.0).observe(0, shown()).cause is Cause.FOUND
    assert TakeoverDetector(8.0).observe(0, shown(state="paused")).cause is Cause.NOTHING
    assert TakeoverDetector(8.0).observe(0, shown(elsewhere=True)).cause is Cause.NOTHING


def test_a_report_that_names_no_music_is_ignored() -> None:
    detector = TakeoverDetector(8.0)
    detector.request(0, wish(music=LIST))
    assert detector.observe(1, Playback("playing", "spotify", volume=40)).cause is Cause.NOTHING
    assert detector.observe(3, shown(None, "spotify:track:1", 2)).cause is Cause.STARTED


def test_a_resume_requested_before_the_first_report_is_no_takeover() -> None:
    detector = TakeoverDetector(8)
    detector.request(0, Wish(Act.RESUME, "unknown", "somebody asked for it"))
    assert detector.observe(1, Playback("playing", "mpd", uri="mpd:theirs", context="mpd:theirs")).kind == "requested"
    assert TakeoverDetector(8).observe(1, Playback("playing", "mpd", uri="mpd:theirs", context="mpd:theirs")).kind == ""


# --- players that tell little -----------------------------------------------------------------------------------------


def test_songs_without_positions_end_by_themselves(detector: TakeoverDetector) -> None:
    def told(song: str) -> Playback:
        return shown(song=song, position=0.0)

    quiet = TakeoverDetector(8.0)
    quiet.observe(-5, Playback("stopped", "spotify"))
    quiet.request(0, wish(music=A))
    assert quiet.observe(2, told("s1")).cause is Cause.STARTED
    for at, song in ((30, "s1"), (201, "s2"), (231, "s2"), (391, "s2"), (421, "s3"), (451, "s3")):
        assert quiet.observe(at, told(song)).cause in (Cause.NOTHING, Cause.ADVANCED)
    assert quiet.observe(481, told("s4")).kind == "song", "s3 can't have ended yet"


def test_unnamed_music_is_a_persons_after_the_grace(detector: TakeoverDetector) -> None:
    unnamed = Playback("playing", "spotify", volume=40, duration=200.0, position=3.0)
    assert detector.observe(40, unnamed).cause is Cause.NOTHING and detector.in_doubt
    result = detector.observe(50, unnamed)
    assert (result.cause, result.kind) == (Cause.TAKEOVER, "music")


def test_a_moment_without_a_name_is_nobodys(detector: TakeoverDetector) -> None:
    assert detector.observe(40, Playback("playing", "spotify", volume=40)).cause is Cause.NOTHING
    assert detector.observe(60, shown(position=68)).cause is Cause.NOTHING and not detector.in_doubt


def test_a_pause_in_the_last_seconds_of_a_song_is_a_pause(detector: TakeoverDetector) -> None:
    detector.observe(170, shown(position=178))
    assert detector.observe(182, shown(state="paused", position=190)).cause is Cause.NOTHING and detector.pause.active
    assert detector.observe(192, shown(position=192)).cause is Cause.NOTHING, "an announcement"
    detector.observe(193, shown(state="paused", position=193))
    assert detector.observe(225, shown(state="paused", position=193)).kind == "pause"


# --- Players that say who began the music -----------------------------------------------------------------------------


def test_what_a_person_began_by_the_players_word_is_theirs_at_once(detector: TakeoverDetector) -> None:
    detector.request(50.0, wish(music=B))
    result = detector.observe(51.0, shown(B.uri, "s9", 0.5, theirs=True))
    assert (result.cause, result.kind, result.why) == (Cause.TAKEOVER, "music", "somebody chose this music")
    again = detector.observe(81.0, shown(B.uri, "s9", 30.5, theirs=True))
    assert again.cause is not Cause.TAKEOVER, "it is told once"


def test_what_the_device_began_by_the_players_word_is_judged_as_ever(detector: TakeoverDetector) -> None:
    assert detector.observe(40.0, shown(position=48.0, theirs=False)).cause is Cause.NOTHING
    assert detector.observe(50.0, shown(B.uri, "s9", 1.0, theirs=False)).cause is Cause.TAKEOVER


# --- what nobody saw --------------------------------------------------------------------------------------------------

AWAY = Playback("unavailable", "test")


@pytest.mark.parametrize("away", [75, 300])
def test_a_skip_is_no_takeover_although_the_player_was_away_until_it_showed(
    detector: TakeoverDetector, away: float
) -> None:
    detector.request(40, wish(Act.NEXT))
    for seconds in (50, 110, 50 + away - 1):
        detector.observe(seconds, AWAY)
        detector.pending.expire(seconds)
    assert detector.observe(50 + away, shown(song="s2", position=75)).cause is Cause.ADVANCED
    # It explains one song, and not for ever.
    assert detector.observe(60 + away, shown(song="s3", position=0)).kind == "song"


def test_a_skip_in_a_pause_starts_the_music_although_the_player_was_away(detector: TakeoverDetector) -> None:
    detector.request(30, wish(Act.PAUSE))
    detector.observe(31, shown(state="paused", position=39))
    detector.request(60, wish(Act.NEXT))
    detector.observe(70, AWAY)
    assert detector.observe(200, shown(song="s2", position=130)).cause is Cause.FOUND


def test_a_skip_that_was_answered_by_other_music_explains_no_later_one(detector: TakeoverDetector) -> None:
    detector.request(40, wish(Act.NEXT))
    detector.request(42, wish(music=B))
    assert detector.observe(44, shown(B.uri, "t1", 0)).cause is Cause.STARTED
    assert detector.observe(90, shown(B.uri, "t2", 0)).kind == "song"


def test_each_previous_explains_what_it_does(detector: TakeoverDetector) -> None:
    detector.request(40, wish(Act.PREVIOUS))
    detector.request(41, wish(Act.PREVIOUS))
    assert detector.observe(49.5, shown(position=8)).cause is Cause.NOTHING
    assert detector.observe(52, shown(song="s0", position=0)).cause is Cause.ADVANCED
    assert detector.observe(70, shown(song="s1", position=0)).kind == "song"


def test_a_position_that_jitters_isnt_what_a_skip_has_done(detector: TakeoverDetector) -> None:
    detector.observe(32, shown(position=0.3))
    detector.request(33, wish(Act.PREVIOUS))
    detector.observe(33, shown(position=0.1))
    detector.observe(34, shown(song="s0", position=0))
    assert detector.observe(44, shown(song="s0", position=10)).cause is Cause.ADVANCED


def test_a_resume_that_was_cancelled_too_late_is_nobodys(detector: TakeoverDetector) -> None:
    detector.request(30, wish(Act.PAUSE))
    detector.observe(31, shown(state="paused", position=39))
    detector.request(60, wish(Act.RESUME))
    detector.observe(61, AWAY)
    detector.request(200, wish(Act.FORGET))
    assert detector.observe(201, shown(position=150)).cause is Cause.LATE
    assert detector.observe(206, shown(state="paused", position=152)).cause is Cause.NOTHING
    assert detector.observe(250, shown(state="paused", position=152)).cause is Cause.NOTHING, "the player did it"
    assert detector.observe(300, shown(position=152)).cause is Cause.RESUMED, "and this is somebody"


def test_an_announcement_at_a_songs_end_isnt_the_end(detector: TakeoverDetector) -> None:
    assert detector.observe(193, shown(song="s2", state="paused", position=0)).cause is Cause.ENDED
    found = detector.observe(205, shown(song="s2", position=0))
    assert (found.cause, found.kind) == (Cause.FOUND, "requested")
    detector.observe(392, shown(song="s3", state="paused", position=0))
    assert detector.observe(500, shown(song="s3", position=0)).cause is Cause.RESUMED


def test_how_long_a_pause_lasted_isnt_told_by_a_song_that_nobody_saw(detector: TakeoverDetector) -> None:
    detector.request(40, wish(Act.PREVIOUS))
    detector.observe(50, AWAY)
    assert detector.observe(160, shown(state="paused", position=110)).cause is Cause.NOTHING
    assert detector.in_doubt
    assert detector.observe(168, shown(position=110)).cause is Cause.NOTHING


def test_music_that_somebody_pauses_as_it_begins_is_in_doubt(detector: TakeoverDetector) -> None:
    detector.request(40, wish(music=B))
    detector.observe(42, shown(B.uri, "t1", 0))
    assert detector.observe(45, shown(B.uri, "t1", 3, state="paused")).cause is Cause.NOTHING and detector.in_doubt
    detector.observe(51, shown(B.uri, "t1", 3, state="paused"))
    assert detector.observe(82, shown(B.uri, "t1", 3, state="paused")).kind == "pause"


def test_a_volume_far_above_a_fade_is_somebodys(detector: TakeoverDetector) -> None:
    detector.observe(30, shown(position=38, volume=40))
    detector.request(60, wish(music=B, volume=30, fade=True))
    detector.observe(61, shown(B.uri, "t1", 0, volume=10))
    assert detector.observe(62, shown(B.uri, "t1", 1, volume=30)).cause is Cause.NOTHING
    assert detector.observe(63, shown(B.uri, "t1", 2, volume=75)).kind == "volume"
