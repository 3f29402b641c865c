"""Picking one of a mood's choices, and how choices are configured."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.config import Choice, MusicConfig, several
from edge.config import file as config_file
from edge.errors import ConfigError
from edge.music.choices import Picker, choices_for, music_of
from edge.values import Music


def choices(*weights: float) -> list[Choice]:
    return [Choice(play=f"mpd:{n}", weight=weight) for n, weight in enumerate(weights)]


def picked(picker: Picker, among: Sequence[Choice], times: int) -> list[str]:
    return [picker.pick("happy", among).play for _ in range(times)]


def test_the_same_choice_is_never_picked_twice_in_a_row() -> None:
    found = picked(Picker(random.Random(1)), choices(1, 5, 1), 200)
    assert all(a != b for a, b in itertools.pairwise(found))
    assert set(found) == {"mpd:0", "mpd:1", "mpd:2"}


def test_the_only_choice_is_picked_again() -> None:
    assert picked(Picker(random.Random(1)), choices(1), 3) == ["mpd:0"] * 3


def test_the_choice_that_just_ended_is_excluded_if_there_is_another() -> None:
    picker = Picker(random.Random(1))
    assert all(Picker(random.Random(n)).pick("sad", choices(1, 1), exclude="mpd:0").play == "mpd:1" for n in range(20))
    assert picker.pick("sad", choices(1), exclude="mpd:0").play == "mpd:0"


def test_choices_are_picked_by_weight_and_weight_0_never() -> None:
    among = choices(1, 3, 0)
    found = Counter(Picker(random.Random(n)).pick("happy", among).play for n in range(2000))
    assert found["mpd:2"] == 0
    assert 2.4 < found["mpd:1"] / found["mpd:0"] < 3.7


def test_the_same_seed_picks_the_same_music() -> None:
    among = choices(1, 1, 1, 1)
    assert picked(Picker(random.Random(7)), among, 50) == picked(Picker(random.Random(7)), among, 50)


def test_what_was_learned_multiplies_the_weights() -> None:
    asked: list[tuple[str, list[Music]]] = []

    def weigh(mood: str, among: Sequence[Music]) -> list[float]:
        asked.append((mood, list(among)))
        return [0.0 if music.uri == "mpd:0" else 1.0 for music in among]

    found = [Picker(random.Random(n), weigh).pick("happy", choices(100, 1)).play for n in range(50)]
    assert set(found) == {"mpd:1"}
    assert asked[0] == ("happy", [Music("mpd:0", "mpd:0"), Music("mpd:1", "mpd:1")])


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_invalid_factors_make_the_choices_equal(factor: float) -> None:
    found = {Picker(random.Random(n), lambda _, among: [factor] * len(among)).pick("sad", choices(1, 1)).play
             for n in range(50)}  # fmt: skip
    assert found == {"mpd:0", "mpd:1"}


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=6), st.integers())
def test_one_of_the_choices_is_always_picked(weights: list[float], seed: int) -> None:
    among = choices(*weights)
    picker = Picker(random.Random(seed))
    assert all(picker.pick("happy", among) in among for _ in range(5))


# --- in the configuration ---------------------------------------------------------------------------------------------


def profile(text: str) -> MusicConfig:
    return config_file.parse(f"music:\n  profiles:\n    everyday:\n      {text}").music


def test_a_mood_has_one_choice_or_several() -> None:
    found = profile("happy: [mpd:a, {play: mpd:b, weight: 2, volume: -10, shuffle: true, repeat: context}]")
    plain, rich = several(found.profiles["everyday"]["happy"])
    assert (plain.play, plain.weight, plain.volume, plain.shuffle) == ("mpd:a", 1.0, 0, None)
    assert (rich.weight, rich.volume, rich.shuffle, rich.repeat) == (2.0, -10, True, "context")
    assert several(profile("happy: mpd:a").profiles["everyday"]["happy"]) == (Choice(play="mpd:a"),)
    assert several(None) == ()


def test_a_list_of_songs_is_one_choice() -> None:
    found = profile('happy: {play: ["https://open.spotify.com/track/abc?si=1", spotify:track:def], name: Ours}')
    (choice,) = several(found.profiles["everyday"]["happy"])
    assert music_of(choice) == Music("spotify:track:abc", "Ours", ("spotify:track:abc", "spotify:track:def"))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("happy: []", "line 4: music.profiles.everyday.happy: "),
        ("happy: [mpd:a, jazz]", "music.profiles.everyday.happy.1.play: must begin with spotify:, mpd: or library:"),
        ("happy: {play: []}", "music.profiles.everyday.happy.play: must be text, such as spotify:playlist:"),
        ("happy: {play: [spotify:album:abc]}", "a list under `play` must hold single songs (spotify:track:...), and"),
        ("happy: {plya: mpd:a, play: mpd:b}", "happy.plya: there is no such key; did you mean play?"),
        ("happy: [{wieght: 2, play: mpd:b}]", "happy.0.wieght: there is no such key; did you mean weight?"),
        ("happy: {play: mpd:a, weight: -1}", "happy.weight: must be at least 0, not -1"),
        ("happy: {play: mpd:a, volume: 101}", "happy.volume: must be at most 100, not 101"),
        ("happy: {play: mpd:a, repeat: off}", ""),
        ("happy: {play: mpd:a, repeat: twice}", "happy.repeat: must be 'off', 'context' or 'track', not 'twice'"),
    ],
)
def test_a_mistake_is_one_sentence(text: str, part: str) -> None:
    if not part:
        profile(text)
        return
    with pytest.raises(ConfigError) as caught:
        profile(text)
    assert part in str(caught.value) and len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("schedule: [{profile: party, begins: '18:00', ends: '23:00'}]", "schedule.0.profile: there is no profile"),
        ("schedule: [{profile: everyday, begins: 18, ends: '23:00'}]", "schedule.0.begins: must be a time of day"),
        ("quiet_hours: [{begins: '22:00', ends: '7:00', days: [so]}]", "quiet_hours.0.days.0: must be 'mon', 'tue',"),
        ("quiet_hours: [{begins: '22:00', ends: '7:00', max_volum: 3}]", "0.max_volum: there is no such key; did"),
        ("strategy: fixed", "music.strategy: fixed plays the profile's `default`, and 'everyday' has none; name one"),
        ("lift: {valence: 2}", "music.lift.valence: must be at most 1, not 2"),
        ("takeover: [songs]", "music.takeover.0: must be 'song', "),
        ("switch: later", "music.switch: must be 'at_track_end', 'queue' or 'now', not 'later'"),
        ("time_zone: Berlin", "music.time_zone: must be a time zone such as Europe/Berlin, not 'Berlin'"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_music_section_is_one_sentence(text: str, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config_file.parse(f"music:\n  {text}")
    assert part in str(caught.value) and len(str(caught.value).splitlines()) == 1


def test_nothing_removes_choices_and_unnamed_moods_take_the_default() -> None:
    everyday = {"happy": "nothing", "sad": ["nothing", "mpd:a"], "default": "mpd:b"}
    found = MusicConfig.model_validate({"profiles": {"everyday": everyday}}).profiles["everyday"]
    assert choices_for(found, "happy") == ()
    assert [choice.play for choice in choices_for(found, "sad")] == ["mpd:a"]
    assert [choice.play for choice in choices_for(found, "fear")] == ["mpd:b"]


def test_a_choice_is_frozen() -> None:
    with pytest.raises(ValidationError):
        Choice(play="mpd:a").weight = 2  # type: ignore[misc]


def test_the_better_of_two_choices_may_repeat() -> None:
    found = picked(Picker(random.Random(1), lambda _, among: [0.9 if m.uri == "mpd:0" else 0.1 for m in among]),
                   choices(1, 1), 200)  # fmt: skip
    assert 150 < found.count("mpd:0") < 200
    ended = [Picker(random.Random(n), lambda _, among: [1.0] * len(among)) for n in range(20)]
    assert {picker.pick("sad", choices(1, 1), exclude="mpd:0").play for picker in ended} == {"mpd:1"}
