"""What plays for which mood, and how soon."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from edge.events import TakenOver
from edge.values import Act, Control, When
from tests.scenarios.house import HAPPY, PROFILE, SAD, House
from tests.scenarios.simple_player import SONG_S
from tests.spotify_server import World

Build = Callable[..., House]
ROOM = "Living Room"


def played(home: House) -> list[str]:
    return [wish.music.name for wish in home.actions if wish.music is not None]


def test_lift_leads_a_sad_listener_step_by_step(simple: Build) -> None:
    home = simple(strategy="lift", lift={"valence": 0.8, "arousal": 0.5, "tracks": 2, "step": 0.5})
    home.feels("sad", 20 * SONG_S)
    assert played(home) == ["Sad Songs", "Calm Songs", "Happy Songs"]
    assert all(wish.when is When.TRACK_END for wish in home.actions[1:]), "no song is interrupted"
    assert "leads on to happy" in home.reasons[-1]
    assert home.happened(TakenOver) == []


def test_lift_starts_again_for_the_next_listener(simple: Build) -> None:
    home = simple(strategy="lift", lift={"valence": 0.8, "arousal": 0.5, "tracks": 2, "step": 0.5})
    home.feels("sad", 20 * SONG_S)
    home.leaves(3 * 3600)
    home.feels("sad", 60)
    assert played(home)[-1] == "Sad Songs"


def test_fixed_music_whatever_the_mood(simple: Build) -> None:
    home = simple(strategy="fixed", profiles={"everyday": {**PROFILE, "default": {"play": "mpd:work", "name": "Work"}}})
    for mood in ("unknown", "happy", "sad", "angry"):
        home.feels(mood, 300)
    assert played(home) == ["Work"]
    assert home.reasons[0] in ("this music is set for any mood: Work plays now", "kept: the mood isn't clear")


def test_another_album_follows_one_that_ends(simple: Build) -> None:
    choices = [{"play": f"mpd:{name}", "name": name} for name in ("one", "two", "three")]
    home = simple(profiles={"everyday": {"happy": choices}})
    home.player.loops = False
    home.feels("happy", 8 * SONG_S)
    names = played(home)
    assert len(names) >= 7 and set(names) == {"one", "two", "three"}
    assert all(a != b for a, b in itertools.pairwise(names)), "never the same twice in a row"
    assert home.happened(TakenOver) == []


def test_two_runs_with_the_same_seed_choose_alike(simple: Build) -> None:
    choices = [{"play": f"mpd:{n}", "name": str(n), "weight": n} for n in range(1, 6)]

    def evening(seed: int) -> list[str]:
        home = simple(profiles={"everyday": {"happy": choices}}, seed=seed)
        home.player.loops = False
        home.feels("happy", 12 * SONG_S)
        return played(home)

    assert evening(3) == evening(3)
    assert len({tuple(evening(n)) for n in range(5)}) > 1


def test_changing_moods_switch_the_music_a_limited_number_of_times(simple: Build) -> None:
    home = simple(switch="now", cooldown=0, min_dwell=0, max_switches=3)
    for _ in range(10):
        home.feels("happy", 60)
        home.feels("sad", 60)
    assert len(played(home)) == 1 + 3
    assert "kept for now: the music has changed 3 times within the hour" in home.reasons
    home.feels("happy", 3600)
    home.feels("sad", 60)
    assert played(home)[-1] == "Sad Songs"


def test_a_short_mood_does_not_interrupt_a_song(simple: Build) -> None:
    home = simple(switch="now", cooldown=0, min_dwell=20)
    home.feels("happy", 60)
    home.feels("sad", 15)
    assert home.reasons[-1] == "kept for now: the room must be sad for 20 s first"
    home.feels("happy", 60)
    home.feels("sad", 25)
    assert played(home) == ["Happy Songs", "Sad Songs"]
    assert home.actions[-1].fade


def test_a_strong_change_does_not_wait_for_the_songs_end(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00", strong_change=1.4, cooldown=30)
    home.feels("neutral", 40)
    home.feels("happy", 40)
    assert home.actions[-1].when is When.TRACK_END, "this change isn't strong"
    home.feels("happy", 200)
    home.feels("sad", 40)
    assert world.now_playing().context == SAD and home.actions[-1].when is When.NOW and home.actions[-1].fade
    assert world.device(ROOM).volume == 40 and home.happened(TakenOver) == []


def test_single_songs_go_into_the_queue(house: Build, world: World) -> None:
    song = "spotify:track:11dFghVXANMlKmJXsNCbNl"
    profile = {**PROFILE, "sad": {"play": song, "name": "One Sad Song"}}
    home = house(at="2026-11-21 18:00", profiles={"everyday": profile}, switch="queue", cooldown=0)
    home.feels("happy", 60)
    home.feels("sad", 60)
    assert [command.do for command in world.executed] == ["play", "queue"]
    assert home.reasons[-1] == "the room is sad: One Sad Song comes next"
    home.passes(150)
    assert home.happened(TakenOver) == [], "the queued song is the device's own"


def test_a_song_for_another_mood_takes_a_list_that_waits_back(house: Build, world: World) -> None:
    song = "spotify:track:angry00000000000000000"
    profile = PROFILE | {"angry": {"play": song, "name": "Angry Song"}}
    home = house(at="2026-11-21 18:00", switch="queue", cooldown=0, min_dwell=0, profiles={"everyday": profile})
    home.feels("happy", 60)
    home.feels("sad", 20)
    home.feels("angry", 150)
    assert "Sad Songs doesn't play next: the room is angry" in home.reasons
    now = world.now_playing()
    assert now.uris[now.index] == song and now.context == HAPPY
    assert home.happened(TakenOver) == [] and home.control is Control.AUTO


def test_a_list_of_songs(house: Build, world: World) -> None:
    songs = [f"spotify:track:{n}1dFghVXANMlKmJXsNCbN{n}" for n in range(3)]
    profile = {**PROFILE, "happy": {"play": songs, "name": "Three Songs", "repeat": "context"}}
    home = house(at="2026-11-21 18:00", profiles={"everyday": profile})
    home.feels("happy", 900)
    plays = [one for one in world.executed if one.do == "play"]
    assert len(plays) == 1 and list(plays[0].value[1]) == songs
    assert home.happened(TakenOver) == [] and played(home) == ["Three Songs"]


def test_start_volume_and_ceiling(house: Build, world: World) -> None:
    world.device(ROOM).volume = 90
    home = house(at="2026-11-21 18:00", start_volume=35, max_volume=50)
    home.feels("happy", 60)
    assert world.device(ROOM).volume == 35, "the loud volume of last night doesn't stay"
    profile_wishes = [wish for wish in home.actions if wish.act is Act.PLAY]
    assert profile_wishes[0].volume == 35


def test_a_speaker_that_is_too_loud_is_turned_down(house: Build, world: World) -> None:
    world.device(ROOM).volume = 90
    home = house(at="2026-11-21 18:00", max_volume=50)
    home.feels("happy", 90)
    assert world.device(ROOM).volume == 50 and world.now_playing().context == HAPPY
    assert "the loudest that is allowed now" in home.reasons[-1]
    assert home.happened(TakenOver) == []


def test_music_begins_in_silence_once_the_mood_has_settled(simple: Build) -> None:
    home = simple()
    home.settled, home.confidence = False, 0.59
    home.feels("sad", 30)
    assert home.actions == [] and home.reasons == ["kept for now: the mood hasn't settled yet"]
    home.settled = True
    home.feels("sad", 2)
    assert played(home) == ["Sad Songs"]


def test_a_mood_that_does_not_settle_starts_music_after_four_seconds(simple: Build) -> None:
    home = simple()
    home.settled, home.confidence = False, 0.6
    home.feels("sad", 3)
    home.feels("happy", 3.5)
    assert home.actions == [], "the time begins anew with each mood"
    home.feels("happy", 2)
    assert played(home) == ["Happy Songs"]


def test_music_that_plays_changes_without_a_settled_mood_and_a_wish_needs_none(simple: Build) -> None:
    home = simple(switch="now", cooldown=0, min_dwell=0)
    home.settled, home.confidence = False, 0.5
    home.feels("happy", 20)
    assert home.actions == []
    home.command("mood", "happy")
    assert played(home) == ["Happy Songs"]
    home.command("mood", "auto")
    home.feels("sad", 20)
    assert played(home) == ["Happy Songs", "Sad Songs"]
