"""The Bayes filter, presence and dwell, in simulated time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.circumplex import CIRCUMPLEX, override_mood
from edge.config import MoodConfig
from edge.room.mood import NEXT_MOOD_MARGIN, MoodFilter
from edge.values import EXPRESSIONS, MOODS, Expression, Reading

CONFIG = MoodConfig()


def shows(name: str, sure: float = 0.8, quality: float = 1.0) -> Expression:
    rest = (1 - sure) / 6
    return Expression(tuple(sure if label == name else rest for label in EXPRESSIONS), quality)


def watch(room: MoodFilter, start: float, seconds: float, *faces: Expression, every: float = 0.2) -> list[Reading]:
    """The readings while these people are in view."""
    times = start + np.arange(0, seconds, every)
    return [room.look(float(now), dict(enumerate(faces))) for now in times]


def test_an_empty_room_is_absent_after_a_second_and_stays_so() -> None:
    readings = watch(MoodFilter(CONFIG), 0.0, 10.0)
    assert [r.mood.mood for r in readings[:5]] == ["unknown"] * 5
    assert readings[-1].mood.mood == "absent"
    assert len({r.mood.since for r in readings if r.mood.mood == "absent"}) == 1
    assert not any(r.present for r in readings)


def test_a_person_enters_is_read_and_leaves() -> None:
    room = MoodFilter(CONFIG)
    watch(room, 0, 2)
    inside = watch(room, 2, 5, shows("happy"))
    first = next(r.at for r in inside if r.present)
    assert first - 2 == pytest.approx(CONFIG.enter_after, abs=0.21)
    assert inside[-1].mood.mood == "happy"
    # As sure as each look, however many there are.
    assert inside[-1].mood.confidence == pytest.approx(0.8, abs=0.05)
    assert inside[-1].mood.people == 1
    gone = watch(room, 7, 10)
    left = next(r.at for r in gone if not r.present)
    assert left - inside[-1].at == pytest.approx(CONFIG.leave_after, abs=0.21)
    assert gone[-1].mood.mood == "absent"
    assert all(r.mood.mood == "happy" for r in gone if r.present)


def test_a_face_in_one_look_only_is_no_presence() -> None:
    room = MoodFilter(CONFIG)
    watch(room, 0, 2)
    blip = room.look(2.0, {1: shows("angry", 0.99)})
    assert not blip.present
    assert blip.mood.mood == "absent"
    assert {r.mood.mood for r in watch(room, 2.2, 10)} == {"absent"}


def test_after_a_clock_that_went_back_moods_change_as_before() -> None:
    room = MoodFilter(CONFIG)
    watch(room, 5000, 20, shows("happy", 0.9))
    room.clear()
    change = watch(room, 20, 10, shows("sad", 0.8))
    assert next(r.at for r in change if r.mood.mood == "sad") - 20 < 4.0


def test_a_new_expression_becomes_the_mood_within_two_seconds() -> None:
    room = MoodFilter(CONFIG)
    watch(room, 0, 60, shows("happy", 0.9))
    change = watch(room, 60, 10, shows("sad", 0.7))
    assert next(r.at for r in change if r.mood.mood == "sad") - 60 < 2.0


def test_one_odd_look_among_many_changes_nothing() -> None:
    room = MoodFilter(CONFIG)
    watch(room, 0, 20, shows("neutral"))
    assert room.look(20.1, {0: shows("angry", 0.95)}).mood.mood == "neutral"


def test_a_mood_is_kept_for_the_dwell() -> None:
    room = MoodFilter(MoodConfig(min_dwell=30.0))
    watch(room, 0, 5, shows("happy"))
    readings = watch(room, 5, 60, shows("sad"))
    changed = next(r for r in readings if r.mood.mood == "sad")
    assert changed.at - 0.6 >= 30.0


def test_more_frequent_looks_do_not_raise_the_confidence() -> None:
    def sure(every: float) -> float:
        room = MoodFilter(CONFIG)
        watch(room, 0, 3, shows("happy", 0.5), every=every)
        return room.look(3.0, {0: shows("happy", 0.5)}).mood.confidence

    assert sure(0.05) == pytest.approx(sure(0.2), abs=0.1)


def test_a_face_of_low_quality_counts_less() -> None:
    room = MoodFilter(CONFIG)
    readings = watch(room, 0, 10, shows("happy", quality=1.0), shows("sad", quality=0.2))
    assert readings[-1].mood.mood == "happy"
    assert readings[-1].mood.people == 2


def test_unclear_expressions_for_long_are_unknown() -> None:
    room = MoodFilter(CONFIG)
    watch(room, 0, 5, shows("happy"))
    readings = watch(room, 5, 60, Expression(tuple([1 / 7] * 7)))
    assert readings[0].mood.mood == "happy"
    assert readings[-1].mood.mood == "unknown"


def test_disgust_can_be_counted_as_angry() -> None:
    room = MoodFilter(MoodConfig(merge_disgust=True))
    assert watch(room, 0, 5, shows("disgust"))[-1].mood.mood == "angry"


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_valence_and_arousal_follow_the_expression(name: str) -> None:
    mood = watch(MoodFilter(CONFIG), 0, 10, shows(name, 0.97))[-1].mood
    assert (mood.valence, mood.arousal) == pytest.approx(CIRCUMPLEX[name], abs=0.1)
    by_hand = override_mood(name, 5.0, 2)
    assert (by_hand.valence, by_hand.arousal, by_hand.source) == (*CIRCUMPLEX[name], "override")


def test_the_filter_is_settled_once_each_person_is_read() -> None:
    room = MoodFilter(CONFIG)
    assert watch(room, 0, 2)
    assert room.settled
    room.look(2.0, {0: shows("happy"), 1: shows("sad")})
    assert not room.settled
    watch(room, 2.2, 5, shows("happy"), shows("sad"))
    assert room.settled


def test_looks_at_a_face_that_does_not_change_make_no_surer() -> None:
    readings = watch(MoodFilter(CONFIG), 0, 60, shows("happy", 0.6))
    told = [r.mood.confidence for r in readings if r.mood.mood == "happy"]
    assert max(told) - min(told) < 0.01 and 0.5 < max(told) < 0.75


def test_a_mood_is_settled_after_some_time_and_if_it_is_told_surely() -> None:
    sure = watch(MoodFilter(CONFIG), 0, 10, shows("happy", 0.9))
    began = next(r.at for r in sure if r.mood.mood == "happy")
    assert next(r.at for r in sure if r.settled) - began == pytest.approx(1.5, abs=0.21)
    assert not any(r.settled for r in watch(MoodFilter(CONFIG), 0, 10, shows("happy", 0.6)))
    assert not any(r.settled for r in watch(MoodFilter(CONFIG), 0, 10))


def test_a_mood_that_is_told_below_the_least_confidence_becomes_unknown() -> None:
    room = MoodFilter(CONFIG)
    watch(room, 0, 10, shows("happy", 0.9))
    # Not enough for another mood, and too much for this one.
    unclear = watch(room, 10, 20, Expression((0.1, 0.1, 0.1, 0.1, 0.25, 0.1, 0.25)))
    low = [r.at for r in unclear if r.mood.mood != "unknown" and r.mood.confidence < CONFIG.min_confidence]
    assert low and low[-1] - low[0] <= 3.0
    assert unclear[-1].mood.mood == "unknown" and unclear[-1].mood.confidence == 0.0


def test_after_a_mood_was_told_the_next_one_needs_more_than_one_that_stands() -> None:
    """So that a face that can hardly be read doesn't begin a mood again and again."""
    weak, unreadable = shows("happy", 0.5), Expression((0.1, 0.1, 0.1, 0.1, 0.25, 0.1, 0.25))
    assert watch(MoodFilter(CONFIG), 0, 10, weak)[-1].mood.mood == "happy"
    room = MoodFilter(CONFIG)
    watch(room, 0, 10, shows("happy", 0.9))
    assert watch(room, 10, 60, weak)[-1].mood.mood == "happy"
    assert watch(room, 70, 30, unreadable)[-1].mood.mood == "unknown"
    assert {reading.mood.mood for reading in watch(room, 100, 30, weak)} == {"unknown"}
    again = watch(room, 130, 10, shows("happy", 0.9))
    first = next(reading for reading in again if reading.mood.mood == "happy")
    assert first.at - 130 < 3 and first.mood.confidence >= CONFIG.min_confidence + NEXT_MOOD_MARGIN


@pytest.mark.parametrize("least", [0.3, 0.6, 0.9])
def test_the_least_confidence_is_about_the_published_number(least: float) -> None:
    for sure in (0.3, 0.5, 0.7, 0.95):
        readings = watch(MoodFilter(MoodConfig(min_confidence=least)), 0, 10, shows("happy", sure))
        told = {r.mood.confidence for r in readings if r.mood.mood == "happy"}
        assert all(confidence >= least for confidence in told)


def test_people_of_different_moods_have_no_mood_together() -> None:
    differ = watch(MoodFilter(CONFIG), 0, 20, shows("happy", 0.9), shows("sad", 0.9))
    assert {r.mood.mood for r in differ if r.present} == {"unknown"}
    assert differ[-1].mood.people == 2
    one, two = (watch(MoodFilter(CONFIG), 0, 5, *([shows("happy", 0.7)] * n))[-1].mood for n in (1, 2))
    assert one.mood == two.mood == "happy" and two.confidence > one.confidence


@pytest.mark.parametrize("name", ["angry", "disgust", "fear"])
def test_some_expressions_need_more_looks(name: str) -> None:
    def reached(config: MoodConfig) -> float:
        room = MoodFilter(config)
        watch(room, 0, 30, shows("neutral", 0.8))
        return next(r.at for r in watch(room, 30, 20, shows(name, 0.6)) if r.mood.mood == name)

    assert reached(CONFIG) >= reached(MoodConfig(hesitant=())) + 0.4


probabilities = st.lists(st.floats(0, 1), min_size=7, max_size=7).map(
    lambda raw: Expression(tuple((np.array(raw) + 1e-9) / (np.sum(raw) + 7e-9)))
)


@given(
    st.lists(
        st.tuples(st.floats(-1, 30), st.dictionaries(st.integers(0, 3), probabilities, max_size=3)),
        max_size=30,
    )
)
def test_every_reading_is_in_its_ranges(looks: list[tuple[float, dict[int, Expression]]]) -> None:
    room, now, before = MoodFilter(CONFIG), 1000.0, None
    for gap, expressions in looks:
        now += gap
        reading = room.look(now, expressions)
        mood = reading.mood
        assert mood.mood in MOODS
        assert 0 <= mood.confidence <= 1
        assert -1 <= mood.valence <= 1
        assert -1 <= mood.arousal <= 1
        assert (mood.mood == "absent") <= (not reading.present)
        if before is not None and before.mood in EXPRESSIONS and mood.mood in EXPRESSIONS and mood != before:
            assert mood.mood == before.mood or now - before.since >= CONFIG.min_dwell
        before = mood


def test_any_number_of_looks_at_a_face_that_can_hardly_be_read_makes_no_mood() -> None:
    """A head that is bowed over a phone looks sad to the classifier, look after look."""
    room = MoodFilter(MoodConfig())
    assert {reading.mood.mood for reading in watch(room, 0, 60, shows("sad", quality=0.15))} <= {"absent", "unknown"}


def test_a_mood_fades_while_its_face_is_hardly_read() -> None:
    room = MoodFilter(MoodConfig())
    assert watch(room, 0, 10, shows("happy"))[-1].mood.mood == "happy"
    bowed = watch(room, 10, 60, shows("sad", quality=0.15))
    assert {reading.mood.mood for reading in bowed} == {"happy", "unknown"} and bowed[-1].mood.mood == "unknown"
    assert watch(room, 70, 10, shows("happy"))[-1].mood.mood == "happy"


def test_the_longer_a_mood_stands_the_more_looks_it_rests_on() -> None:
    """So that a mood near `min_confidence` doesn't come and go with each look that is wrong."""

    def drop(minutes: float) -> float:
        room = MoodFilter(CONFIG)
        before = watch(room, 0, 60 * minutes, shows("disgust", 0.6), every=1.0)[-1].mood
        after = watch(room, 60 * minutes, 4, shows("disgust", 0.3), every=1.0)[-1].mood
        assert before.mood == after.mood == "disgust"
        return before.confidence - after.confidence

    assert drop(5) < 0.6 * drop(0.25)


def seen(name: str, exposed: float) -> Expression:
    return replace(shows(name), exposed=exposed)


def test_somebody_who_arrives_half_turned_away_or_covered_has_no_mood_until_the_face_is_seen() -> None:
    """One look in five seems good: the detector shows a bowed head too upright now and then."""
    room = MoodFilter(CONFIG)
    hidden = []
    for look in range(100):
        face = seen("sad", 0.9 if look % 5 == 4 else 0.2)
        hidden.append(room.look(0.2 * look, {0: face}).mood.mood)
    assert set(hidden) == {"unknown"}
    readings = watch(room, 20.0, 8.0, seen("happy", 0.9))
    happy = next(reading.at for reading in readings if reading.mood.mood == "happy")
    assert happy - 20 < 5
    assert {reading.mood.mood for reading in readings} == {"unknown", "happy"}


def test_a_mood_goes_on_and_comes_back_but_does_not_change_while_the_face_is_half_covered() -> None:
    room = MoodFilter(CONFIG)
    watch(room, 0.0, 10.0, seen("happy", 1.0))
    covered = watch(room, 10.0, 20.0, seen("sad", 0.3))
    assert {reading.mood.mood for reading in covered[20:]} <= {"happy", "unknown"}
    assert watch(room, 30.0, 3.0, seen("happy", 0.3))[-1].mood.mood == "happy"


def test_a_new_face_that_is_seen_well_is_told_as_soon_as_before() -> None:
    readings = watch(MoodFilter(CONFIG), 0.0, 2.0, seen("happy", 0.85))
    assert next(reading.at for reading in readings if reading.mood.mood == "happy") < 0.9
