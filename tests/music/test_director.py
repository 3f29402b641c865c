"""The director: what plays for a mood, and the reason for each wish."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from edge.circumplex import CIRCUMPLEX
from edge.config import MusicConfig
from edge.music.director import Director
from edge.music.interpretation import Cause
from edge.music.limits import RETRY_FIRST_S, RETRY_MAX_S
from edge.values import EXPRESSIONS, MOODS, Act, Control, Mood, Music, Playback, When, Wish


def mood(name: str, since: float = 0.0) -> Mood:
    return Mood(name, 0.9, 0.0, 0.0, 1, since)


def music(**changes: object) -> MusicConfig:
    profile = {
        "happy": "spotify:playlist:aaa",
        "sad": {"play": "spotify:album:bbb", "name": "Blue"},
        "neutral": "nothing",
        "default": {"play": "spotify:artist:ccc", "name": "Anyone"},
    }
    return MusicConfig.model_validate({"profiles": {"everyday": profile}} | changes)


def test_the_first_mood_plays_now_and_the_next_at_the_end_of_the_track() -> None:
    director = Director(music())
    first = director.decide(0, mood("happy"), Control.AUTO)
    assert (first.act, first.when, first.music and first.music.uri) == (Act.PLAY, When.NOW, "spotify:playlist:aaa")
    second = director.decide(5, mood("sad"), Control.AUTO)
    assert (second.act, second.when, second.music and second.music.name) == (Act.PLAY, When.TRACK_END, "Blue")
    assert second.why == "the room is sad: Blue plays once this song ends"


def test_a_mood_that_is_not_named_takes_the_default() -> None:
    wish = Director(music()).decide(0, mood("fear"), Control.AUTO)
    assert wish.music is not None
    assert wish.music.name == "Anyone"


def test_a_mood_set_to_nothing_keeps_the_music() -> None:
    wish = Director(music()).decide(0, mood("neutral"), Control.AUTO)
    assert wish.act is Act.KEEP
    assert "leave the music" in wish.why


def test_the_same_music_is_not_started_twice() -> None:
    director = Director(music())
    director.decide(0, mood("happy"), Control.AUTO)
    director.decide(1, mood("absent"), Control.AUTO)
    assert director.decide(2, mood("happy"), Control.AUTO).act is Act.KEEP


@pytest.mark.parametrize("name", ["absent", "unknown"])
def test_without_a_mood_nothing_is_played(name: str) -> None:
    assert Director(music()).decide(0, mood(name), Control.AUTO).act is Act.KEEP


@pytest.mark.parametrize("control", [Control.HANDS_OFF, Control.OFF])
@pytest.mark.parametrize("name", MOODS)
def test_nothing_happens_unless_control_is_auto(control: Control, name: str) -> None:
    director = Director(music(switch="now"))
    assert director.decide(0, mood(name), control).act is Act.KEEP
    assert director.tick(1000, control) is None


def test_interruptions_wait_for_the_cooldown_and_the_newest_mood_counts() -> None:
    director = Director(music(switch="now", cooldown=60))
    assert director.decide(0, mood("happy"), Control.AUTO).act is Act.PLAY
    assert director.decide(10, mood("sad"), Control.AUTO).act is Act.KEEP
    assert director.decide(20, mood("angry"), Control.AUTO).act is Act.KEEP
    assert director.tick(59, Control.AUTO) is None
    late = director.tick(60, Control.AUTO)
    assert late is not None
    assert late.music is not None
    assert late.music.name == "Anyone"
    assert director.tick(61, Control.AUTO) is None


def test_a_delayed_switch_is_dropped_when_the_mood_returns() -> None:
    director = Director(music(switch="now", cooldown=60))
    director.decide(0, mood("happy"), Control.AUTO)
    director.decide(10, mood("sad"), Control.AUTO)
    director.decide(20, mood("happy"), Control.AUTO)
    assert director.tick(100, Control.AUTO) is None


@pytest.mark.parametrize("name", MOODS)
def test_every_wish_has_a_reason_in_one_line(name: str) -> None:
    wish = Director(music()).decide(0, mood(name), Control.AUTO)
    assert wish.why
    assert "\n" not in wish.why
    assert wish.mood == name


def test_the_default_profile_plays_for_every_expression() -> None:
    director = Director(MusicConfig())
    assert all(director.decide(0, mood(name), Control.AUTO).act is Act.PLAY for name in EXPRESSIONS)


# --- with reports from a player ---------------------------------------------------------------------------------------

AUTO = Control.AUTO
HAPPY, BLUE = "spotify:playlist:aaa", "spotify:album:bbb"


def at(name: str) -> Mood:
    return Mood(name, 1.0, *CIRCUMPLEX[name], 1, 0.0)


def shown(context: str = HAPPY, *, state: str = "playing", position: float = 10.0, **more: object) -> Playback:
    values = {"volume": 40, "duration": 200.0, "speaker": "Den", "uri": f"{context}#1"} | more
    return Playback(state, "x", context=context, position=position, **values)


def playing(**changes: object) -> Director:
    """A director whose happy music was requested at 0 and reported at 1; the first song ends at 200."""
    director = Director(music(**changes))
    director.observe(-1, Playback("stopped", "x", volume=40))
    assert director.decide(0, at("happy"), AUTO).act is Act.PLAY
    assert director.observe(1, shown(position=1)).cause is Cause.STARTED
    return director


def test_a_wish_has_a_basis_unless_a_person_requested_it() -> None:
    wish = playing().decide(20, at("sad"), AUTO)
    assert wish.basis is not None and wish.basis.playing and wish.basis.context == HAPPY and wish.basis.ends == 200
    by_person = playing().decide(20, at("sad"), AUTO, requested=True)
    assert by_person.basis is None and (by_person.when, by_person.fade) == (When.NOW, True)


def test_a_mood_that_is_over_cancels_the_upcoming_music() -> None:
    director = playing()
    assert director.decide(20, at("sad"), AUTO).when is When.TRACK_END
    back = director.decide(30, at("happy"), AUTO)
    assert (back.act, back.why) == (Act.FORGET, f"the room is happy again: {HAPPY} goes on")
    assert director.decide(40, at("sad"), AUTO).act is Act.PLAY


def test_upcoming_music_becomes_the_music_that_plays() -> None:
    director = playing()
    director.decide(20, at("sad"), AUTO)
    assert director.tick(21, AUTO) is None
    assert director.observe(201, shown(BLUE, position=1)).cause is Cause.STARTED
    assert director.decide(210, at("sad"), AUTO).why == "kept: Blue is already playing for sad"
    assert director.situation.own_music == Music(BLUE, "Blue")


def test_a_reason_is_not_repeated_each_second() -> None:
    director = playing(switch="now", cooldown=60, min_dwell=0)
    wishes = [director.decide(20, at("sad"), AUTO), *(director.tick(20 + n, AUTO) for n in range(1, 40))]
    assert [wish.why for wish in wishes if wish] == ["kept for now: the last switch was less than 60 s ago"]


def test_new_music_begins_when_the_old_has_ended() -> None:
    director = playing()
    director.observe(199, shown(position=198))
    assert director.observe(203, shown(state="paused", position=0)).cause is Cause.ENDED
    wish = director.tick(204, AUTO)
    assert wish is not None and wish.act is Act.PLAY and wish.when is When.NOW and not wish.fade


def test_the_music_pauses_in_an_empty_room_and_resumes_on_return() -> None:
    director = playing(pause_after=60, resume_within=600)
    director.situation.presence.update(10, False)
    assert director.tick(69, AUTO) is None
    wish = director.tick(70, AUTO)
    assert wish is not None and (wish.act, wish.why) == (
        Act.PAUSE,
        "the room has been empty for 60 s: the music pauses",
    )
    director.observe(72, shown(state="paused", position=71))
    assert director.tick(200, AUTO) is None
    director.situation.presence.update(300, True)
    back = director.tick(300, AUTO)
    assert back is not None and back.act is Act.RESUME
    assert director.tick(301, AUTO) is None, "requested once"


def test_music_that_a_person_chose_is_never_paused() -> None:
    director = playing(pause_after=60)
    assert director.observe(20, shown("spotify:album:theirs", position=1)).cause is Cause.TAKEOVER
    director.yield_control(20, "somebody chose this music")
    director.resume_control()
    director.situation.presence.update(30, False)
    assert director.tick(1000, AUTO) is None


def test_a_failed_wish_is_retried_with_growing_delays() -> None:
    director = playing(switch="now", min_dwell=0, cooldown=0)
    now, waits = 20.0, []
    wish: Wish | None = director.decide(now, at("sad"), AUTO)
    for _ in range(8):
        assert wish is not None and wish.act is Act.PLAY
        director.drop(now, wish)
        began = now
        while (wish := director.tick(now, AUTO)) is None:
            now += 1
            if int(now) % 30 == 0:
                director.observe(now, shown(position=now % 200, uri=f"{HAPPY}#{now // 200}"))
        waits.append(now - began)
    assert waits[:3] == [RETRY_FIRST_S, 2 * RETRY_FIRST_S, 4 * RETRY_FIRST_S] and waits[-1] == RETRY_MAX_S


def test_a_strong_change_interrupts_once_it_has_lasted() -> None:
    director = playing(strong_change=1.4, min_dwell=20, cooldown=60)
    first = director.decide(100, at("sad"), AUTO)
    assert first.when is When.TRACK_END
    assert director.tick(119, AUTO) is None
    wish = director.tick(120, AUTO)
    assert wish is not None and (wish.when, wish.fade) == (When.NOW, True)
    mild = playing(strong_change=1.7)
    mild.decide(100, at("sad"), AUTO)
    assert mild.tick(190, AUTO) is None


def test_quiet_hours_start_nothing_and_give_the_reason_once() -> None:
    director = Director(music(quiet_hours=[{"begins": "22:00", "ends": "7:00", "max_volume": 10}]))
    director.timetable.set_clock(0, 1_790_031_600.0)  # 2026-09-21 23:00 UTC
    assert director.decide(0, at("happy"), AUTO).why == "kept: quiet hours: nothing is started until 07:00"
    assert all(director.tick(n, AUTO) is None for n in range(1, 100))
    assert director.requests.set_volume(100, 80).volume == 10
    morning = director.tick(8 * 3600, AUTO)
    assert morning is not None and morning.act is Act.PLAY


def test_music_on_another_speaker_is_left_alone() -> None:
    director = Director(music())
    director.observe(0, shown("spotify:album:theirs", elsewhere=True, speaker="Kitchen"))
    why = "kept: the account plays on Kitchen, which is left alone"
    assert director.decide(1, at("happy"), AUTO).why == why
    assert director.decide(2, at("sad"), AUTO, requested=True).why == why
    assert director.requests.control(3, Act.RESUME, AUTO).why == why
    director.observe(60, shown("spotify:album:theirs", state="paused", speaker="Kitchen"))
    wish = director.tick(61, AUTO)
    assert wish is not None and wish.act is Act.PLAY


def test_a_wish_has_the_volume_shuffle_and_repeat_of_the_learned_choice() -> None:
    weighed: list[str] = []

    def weigh(mood: str, candidates: Sequence[Music]) -> list[float]:
        weighed.append(mood)
        return [float(music.uri == "mpd:b") for music in candidates]

    profile = {"happy": ["mpd:a", {"play": "mpd:b", "volume": 15, "shuffle": True, "repeat": "context"}]}
    director = Director(music(profiles={"everyday": profile}), weigh=weigh)
    director.observe(0, Playback("stopped", "x", volume=40))
    wish = director.decide(1, at("happy"), AUTO)
    assert wish.music == Music("mpd:b", "mpd:b") and weighed == ["happy"]
    assert (wish.volume, wish.shuffle, wish.repeat) == (55, True, "context")


def test_own_music_is_recognized_after_a_restart_and_other_music_is_a_takeover() -> None:
    own, other = Director(music()), Director(music())
    assert own.observe(0, shown()).cause is Cause.FOUND
    assert own.decide(1, at("happy"), AUTO).why == f"kept: {HAPPY} is already playing for happy"
    assert other.observe(0, shown("spotify:album:theirs")).why == "somebody's music was playing already"


def test_nothing_is_requested_while_the_player_is_unavailable() -> None:
    director = playing()
    director.observe(30, Playback("unavailable", "x"))
    assert director.decide(31, at("sad"), AUTO).why == "kept: the player can't be reached now"
    assert director.tick(100, AUTO) is None
    director.observe(150, shown(position=150))
    wish = director.tick(151, AUTO)
    assert wish is not None and wish.when is When.TRACK_END
