"""Who is in the room, in simulated time."""

from __future__ import annotations

import pytest

from edge.config import MoodConfig
from edge.room.mood import MoodFilter
from edge.room.presence import EMPTY_AFTER_S, HELD_WITHOUT_FACE_MAX_S, PresenceFilter
from edge.values import EXPRESSIONS, Expression

CONFIG = MoodConfig()
HAPPY = Expression(tuple(0.8 if name == "happy" else 0.2 / 6 for name in EXPRESSIONS))


def occupied(until: float = 12.0, config: MoodConfig = CONFIG) -> PresenceFilter:
    """A room in which a face was in view from 0 to `until`."""
    presence = PresenceFilter(config)
    for tenth in range(round(until * 10) + 1):
        presence.look(tenth / 10, faces=True)
    return presence


def left(presence: PresenceFilter, start: float, seconds: float, *, moves_every: float | None = None) -> float | None:
    """When the room became empty, without a face in view."""
    for tenth in range(round(seconds * 10)):
        now = start + tenth / 10
        moves = moves_every is not None and tenth % round(moves_every * 10) == 0
        if presence.look(now, faces=False, moved_at=now if moves else None):
            return now
    return None


def test_movement_where_somebody_was_seen_holds_presence() -> None:
    presence = occupied()
    assert left(presence, 12.1, 600, moves_every=5.0) is None and presence.present
    assert left(presence, 612.1, 60) == pytest.approx(607.1 + CONFIG.leave_after, abs=0.2)


def test_an_empty_chair_ends_presence_after_the_last_sign_of_life() -> None:
    assert left(occupied(), 12.1, 60) == pytest.approx(12.0 + CONFIG.leave_after, abs=0.2)


def test_movement_begins_no_presence() -> None:
    presence = PresenceFilter(CONFIG)
    assert left(presence, 0.0, 60, moves_every=0.2) == pytest.approx(EMPTY_AFTER_S)
    assert not presence.present and presence.is_empty(60)


def test_movement_alone_holds_presence_for_hours_but_not_for_days() -> None:
    presence = occupied()
    end = left(presence, 12.1, HELD_WITHOUT_FACE_MAX_S + 60, moves_every=5.0)
    assert end == pytest.approx(12.0 + HELD_WITHOUT_FACE_MAX_S + CONFIG.leave_after, abs=6.0)


def test_the_mood_of_a_turned_head_fades_to_unknown_and_comes_back() -> None:
    room = MoodFilter(CONFIG)
    moods = {}
    for tenth in range(1200):
        seen = not 120 <= tenth < 1000
        faces = {0 if tenth < 500 else 1: HAPPY} if seen else {}
        reading = room.look(tenth / 10, faces, moved_at=(tenth - tenth % 30) / 10)
        moods[tenth] = reading.mood
        assert reading.present or tenth < 10
    assert (moods[119].mood, moods[119].people) == ("happy", 1)
    assert (moods[140].mood, moods[140].people) == ("happy", 0), "a head that turned for a moment"
    unknown = [tenth for tenth, mood in moods.items() if mood.mood == "unknown" and tenth > 100]
    assert unknown == list(range(unknown[0], 1000))
    assert unknown[0] / 10 - 11.9 == pytest.approx(CONFIG.leave_after, abs=0.2)
    fading = [moods[tenth].confidence for tenth in range(119, 1000)]
    assert fading == sorted(fading, reverse=True) and abs(moods[999].valence) < moods[119].valence / 2
    assert {moods[tenth].since for tenth in unknown} == {unknown[0] / 10}
    assert (moods[1199].mood, moods[1199].people) == ("happy", 1)


def test_with_a_long_leave_after_the_mood_still_fades() -> None:
    room = MoodFilter(MoodConfig(leave_after=600.0, stickiness=20.0))
    for tenth in range(120):
        room.look(tenth / 10, {0: HAPPY})
    moods = [room.look(12 + second, {}).mood.mood for second in range(500)]
    assert moods[2] == "happy" and moods[60] == moods[-1] == "unknown"
