"""The chart of songs in the valence-energy plane."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge.commands.charts.canvas import COLOURS
from edge.commands.charts.songs import plane_png
from edge.songs import SONG_MOODS, Features, Placed, Song


def drawn(placed: list[Placed]) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(plane_png(placed, "a title"), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture


def pixels(picture: np.ndarray, mood: str) -> int:
    return int((np.abs(picture.astype(int) - COLOURS[mood]).max(2) <= 6).sum())


@pytest.mark.parametrize("mood", SONG_MOODS)
def test_each_song_is_a_dot_in_its_moods_colour(mood: str) -> None:
    empty = drawn([])
    songs = [Placed(Song(f"x:{n}", features=Features(0.05 + 0.1 * n, 0.12)), mood, 0.0, "quadrant") for n in range(9)]
    assert pixels(drawn(songs), mood) > pixels(empty, mood) + 9 * 40


def test_songs_without_features_are_not_drawn() -> None:
    moved = [Placed(Song("mpd:x"), "sad", 0.0, "moved")]
    assert abs(pixels(drawn(moved), "sad") - pixels(drawn([]), "sad")) < 40


def test_each_mood_has_a_colour_of_its_own() -> None:
    assert set(COLOURS) == set(SONG_MOODS) and len(set(COLOURS.values())) == len(SONG_MOODS)
