"""The outcomes of the device's choices."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.events import (
    CommandReceived,
    ControlChanged,
    DecisionMade,
    Event,
    MoodChanged,
    PlaybackChanged,
    PresenceChanged,
    SettingsReported,
    TakenOver,
)
from edge.music.outcomes import START_WITHIN_S, TAKEOVER_WITHIN_S, Outcomes
from edge.music.tastes import Feedback, Outcome
from edge.values import Act, Command, Control, Mood, Music, Playback, When, Wish

LIST = Music("spotify:playlist:a", "A")
SONGS = Music("spotify:track:1", "Two songs", ("spotify:track:1", "spotify:track:2"))


def play(at: float, music: Music = LIST) -> Event:
    return DecisionMade(at, Wish(Act.PLAY, "happy", "why", music, When.NOW))


def song(
    at: float,
    uri: str = "spotify:track:1",
    context: str | None = LIST.uri,
    state: str = "playing",
    position: float = 0.0,
) -> Event:
    playback = Playback(state, "spotify", title=uri, uri=uri, context=context, duration=180.0, position=position)
    return PlaybackChanged(at, playback)


def command(at: float, name: str, value: str = "") -> Event:
    return CommandReceived(at, Command(name, value))


def tick(at: float) -> Event:
    return SettingsReported(at, {})


def feedback(*events: Event) -> list[Feedback]:
    outcomes = Outcomes()
    return [outcome.feedback for event in events for outcome in outcomes.of(event)]


def test_an_outcome_names_the_choice_and_its_mood() -> None:
    outcomes = Outcomes()
    for event in (play(0), song(1)):
        assert outcomes.of(event) == []
    assert outcomes.of(song(10, "spotify:track:2")) == [Outcome(10, "happy", LIST.uri, "A", Feedback.SKIP)]


def test_a_song_left_within_half_a_minute_was_skipped_once() -> None:
    assert feedback(play(0), song(1), song(20, "b"), song(25, "c"), tick(90)) == [Feedback.SKIP]
    assert feedback(play(0), song(1), song(20, "x", context="spotify:album:own")) == [Feedback.SKIP]
    assert feedback(play(0), song(1), command(20, "playback", "next"), song(21, "b")) == [Feedback.SKIP]


def test_a_skip_is_timed_by_the_new_songs_position() -> None:
    assert feedback(play(0), song(1), song(45, "b", position=30)) == [Feedback.SKIP]
    assert feedback(play(0), song(1), song(45, "b", position=2)) == [Feedback.STAYED]


def test_a_song_that_ended_by_itself_was_not_skipped() -> None:
    # The choice began in the middle of its first song, as when a player resumes.
    assert feedback(play(0), song(1, position=165), song(16, "b"), tick(40)) == [Feedback.STAYED]


def test_a_choice_that_plays_on_is_reported_as_stayed_once() -> None:
    assert feedback(play(0), song(1), tick(20), tick(31.1), tick(60), song(180, "b"), tick(300)) == [Feedback.STAYED]


def test_nothing_stayed_in_an_empty_room() -> None:
    away, back = PresenceChanged(2, False), PresenceChanged(100, True)
    assert feedback(play(0), song(1), away, tick(40), tick(99)) == []
    assert feedback(play(0), song(1), away, tick(40), back, tick(101)) == [Feedback.STAYED]


CHOSEN = TakenOver(10, kind="song", why="x")


@pytest.mark.parametrize("kind", ["volume", "pause", "speaker", "start"])
def test_a_takeover_that_is_not_about_the_music_has_no_outcome(kind: str) -> None:
    took, control = TakenOver(10, kind, "x"), ControlChanged(10, Control.HANDS_OFF)
    assert feedback(play(0), song(1), took, control, tick(90)) == []


@pytest.mark.parametrize("event", [CHOSEN, TakenOver(10, "music", "x"), ControlChanged(10, Control.HANDS_OFF)])
def test_a_takeover_rejects_a_recent_choice(event: TakenOver | ControlChanged) -> None:
    assert feedback(play(0), song(1), event, tick(90)) == [Feedback.HANDS_OFF]
    assert feedback(play(0), song(1), tick(40), replace(event, at=90)) == [Feedback.STAYED, Feedback.HANDS_OFF]
    assert feedback(play(0), song(1), tick(40), replace(event, at=2 + TAKEOVER_WITHIN_S)) == [Feedback.STAYED]


def test_two_events_of_one_takeover_count_once() -> None:
    twice = (ControlChanged(10, Control.HANDS_OFF), CHOSEN, song(11, "x", context=None))
    assert feedback(play(0), song(1), *twice) == [Feedback.HANDS_OFF]


def test_likes_and_replays() -> None:
    assert feedback(play(0), song(1), command(5, "like")) == [Feedback.LIKE]
    assert feedback(play(0), song(1), command(5, "playback", "previous")) == [Feedback.REPLAY]
    stayed = (play(0), song(1), song(170, "b"), song(180, "spotify:track:1"))
    assert feedback(*stayed) == [Feedback.STAYED, Feedback.REPLAY]


def test_a_track_list_is_recognized_by_its_songs() -> None:
    one, two, other = (
        song(at, uri, context=None) for at, uri in ((1, SONGS.uris[0]), (181, SONGS.uris[1]), (200, "x"))
    )
    assert feedback(play(0, SONGS), one, two) == [Feedback.STAYED]
    assert feedback(play(0, SONGS), one, two, other, command(210, "like")) == [Feedback.STAYED]


def test_music_that_people_chose_has_no_outcome() -> None:
    own = song(1, "x", context="spotify:album:own")
    assert feedback(own, song(5, "y", context="spotify:album:own"), command(6, "like"), tick(100)) == []
    assert feedback(play(0), tick(1), song(START_WITHIN_S + 1), tick(2000)) == []


def test_a_pause_has_no_outcome() -> None:
    assert feedback(play(0), song(1), song(5, state="paused"), song(7)) == []


def test_other_wishes_change_nothing() -> None:
    keep = DecisionMade(5, Wish(Act.KEEP, "sad", "kept"))
    mood = MoodChanged(6, Mood("sad", 1.0, 0.0, 0.0, 1, 6.0))
    assert feedback(play(0), song(1), keep, mood, song(8, "b")) == [Feedback.SKIP]


def test_a_switch_by_the_device_is_no_skip() -> None:
    other = Music("spotify:playlist:b", "B")
    assert feedback(play(0), song(1), play(10, other), song(12, "x", context=other.uri)) == []


moments = st.lists(
    st.tuples(
        st.floats(0.1, 50),
        st.sampled_from(["play", "song", "other", "pause", "next", "like", "taken", "gone", "back", "tick"]),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(moments)
def test_each_choice_is_rejected_at_most_once(history: list[tuple[float, str]]) -> None:
    outcomes, at, plays, ends = Outcomes(), 0.0, 0, 0
    for wait, what in history:
        at += wait
        event = {
            "play": play(at), "song": song(at), "other": song(at, "o"), "pause": song(at, state="paused"),
            "next": command(at, "playback", "next"), "like": command(at, "like"),
            "taken": replace(CHOSEN, at=at), "gone": PresenceChanged(at, False),
            "back": PresenceChanged(at, True), "tick": tick(at),
        }[what]  # fmt: skip
        plays += what == "play"
        for outcome in outcomes.of(event):
            assert outcome.at <= at
            ends += outcome.feedback in (Feedback.SKIP, Feedback.HANDS_OFF)
        assert ends <= plays
