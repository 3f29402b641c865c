"""Picking one of a mood's choices."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.config import Choice, MusicConfig
from edge.music.choices import Picker, choices_for
from edge.values import Music


def choices(*weights: float) -> list[Choice]:
    return [Choice(play=f"mpd:{n}", weight=weight) for n, weight in enumerate(weights)]


def picked(picker: Picker, candidates: Sequence[Choice], times: int) -> list[str]:
    return [picker.pick("happy", candidates).play for _ in range(times)]


def test_the_same_choice_is_never_picked_twice_in_a_row() -> None:
    uris = picked(Picker(random.Random(1)), choices(1, 5, 1), 200)
    assert all(a != b for a, b in itertools.pairwise(uris))
    assert set(uris) == {"mpd:0", "mpd:1", "mpd:2"}


def test_the_only_choice_is_picked_again() -> None:
    assert picked(Picker(random.Random(1)), choices(1), 3) == ["mpd:0"] * 3


def test_the_choice_that_just_ended_is_excluded_if_there_is_another() -> None:
    picker = Picker(random.Random(1))
    assert all(Picker(random.Random(n)).pick("sad", choices(1, 1), exclude="mpd:0").play == "mpd:1" for n in range(20))
    assert picker.pick("sad", choices(1), exclude="mpd:0").play == "mpd:0"


def test_choices_are_picked_by_weight_and_weight_0_never() -> None:
    candidates = choices(1, 3, 0)
    uris = Counter(Picker(random.Random(n)).pick("happy", candidates).play for n in range(2000))
    assert uris["mpd:2"] == 0
    assert 2.4 < uris["mpd:1"] / uris["mpd:0"] < 3.7


def test_the_same_seed_picks_the_same_music() -> None:
    candidates = choices(1, 1, 1, 1)
    assert picked(Picker(random.Random(7)), candidates, 50) == picked(Picker(random.Random(7)), candidates, 50)


def test_what_was_learned_multiplies_the_weights() -> None:
    calls: list[tuple[str, list[Music]]] = []

    def weigh(mood: str, candidates: Sequence[Music]) -> list[float]:
        calls.append((mood, list(candidates)))
        return [0.0 if music.uri == "mpd:0" else 1.0 for music in candidates]

    uris = [Picker(random.Random(n), weigh).pick("happy", choices(100, 1)).play for n in range(50)]
    assert set(uris) == {"mpd:1"}
    assert calls[0] == ("happy", [Music("mpd:0", "mpd:0"), Music("mpd:1", "mpd:1")])


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_invalid_factors_make_the_choices_equal(factor: float) -> None:
    uris = {Picker(random.Random(n), lambda _, candidates: [factor] * len(candidates)).pick("sad", choices(1, 1)).play
             for n in range(50)}  # fmt: skip
    assert uris == {"mpd:0", "mpd:1"}


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=6), st.integers())
def test_one_of_the_choices_is_always_picked(weights: list[float], seed: int) -> None:
    candidates = choices(*weights)
    picker = Picker(random.Random(seed))
    assert all(picker.pick("happy", candidates) in candidates for _ in range(5))


def test_nothing_removes_choices_and_unnamed_moods_take_the_default() -> None:
    everyday = {"happy": "nothing", "sad": ["nothing", "mpd:a"], "default": "mpd:b"}
    profile = MusicConfig.model_validate({"profiles": {"everyday": everyday}}).profiles["everyday"]
    assert choices_for(profile, "happy") == ()
    assert [choice.play for choice in choices_for(profile, "sad")] == ["mpd:a"]
    assert [choice.play for choice in choices_for(profile, "fear")] == ["mpd:b"]


def test_the_better_of_two_choices_may_repeat() -> None:
    uris = picked(Picker(random.Random(1), lambda _, music: [0.9 if m.uri == "mpd:0" else 0.1 for m in music]),
                   choices(1, 1), 200)  # fmt: skip
    assert 150 < uris.count("mpd:0") < 200
    pickers = [Picker(random.Random(n), lambda _, candidates: [1.0] * len(candidates)) for n in range(20)]
    assert {picker.pick("sad", choices(1, 1), exclude="mpd:0").play for picker in pickers} == {"mpd:1"}
