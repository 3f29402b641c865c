"""Tracks: a person keeps a number while in view."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.values import Box, Face
from edge.vision.tracks import FORGET_AFTER_S, Tracks


def face(x: float, y: float = 100, side: float = 80) -> Face:
    return Face(Box(x, y, side, side), 0.9)


def test_somebody_who_moves_a_little_keeps_their_number() -> None:
    tracks = Tracks()
    first = tracks.update(0.0, [face(100)])[0]
    assert [tracks.update(0.2 * i, [face(100 + 30 * i)])[0].number for i in range(1, 10)] == [first.number] * 9


def test_two_people_keep_their_numbers_in_any_order() -> None:
    tracks = Tracks()
    left, right = tracks.update(0.0, [face(50), face(400)])
    again = tracks.update(0.2, [face(405), face(55)])
    assert [track.number for track in again] == [right.number, left.number]


def test_somebody_hidden_for_a_moment_keeps_their_number() -> None:
    tracks = Tracks()
    number = tracks.update(0.0, [face(100)])[0].number
    assert tracks.update(1.0, []) == []
    assert tracks.update(FORGET_AFTER_S - 0.1, [face(110)])[0].number == number


def test_somebody_gone_for_longer_gets_a_new_number() -> None:
    tracks = Tracks()
    number = tracks.update(0.0, [face(100)])[0].number
    assert tracks.update(FORGET_AFTER_S + 0.1, [face(100)])[0].number != number


def test_a_face_far_away_gets_a_new_number() -> None:
    tracks = Tracks()
    number = tracks.update(0.0, [face(50)])[0].number
    assert tracks.update(0.2, [face(450)])[0].number != number


def test_the_clock_may_go_back() -> None:
    tracks = Tracks()
    tracks.update(100.0, [face(100)])
    assert len(tracks.update(5.0, [face(100)])) == 1
    assert len(tracks.all) == 1


boxes = st.builds(
    lambda x, y, s: Face(Box(x, y, s, s), 0.9),
    st.floats(-100, 700), st.floats(-100, 500), st.floats(0, 400),
)  # fmt: skip


@given(st.lists(st.tuples(st.floats(0, 3), st.lists(boxes, max_size=5)), max_size=20))
def test_every_face_gets_one_number_of_its_own(looks: list[tuple[float, list[Face]]]) -> None:
    tracks, now = Tracks(), 0.0
    for gap, faces in looks:
        now += gap
        current = tracks.update(now, faces)
        assert [track.box for track in current] == [face.box for face in faces]
        assert len({track.number for track in current}) == len(faces)
        assert all(track.first_seen <= track.last_seen == now for track in current)
        assert all(now - track.last_seen <= FORGET_AFTER_S for track in tracks.all)
