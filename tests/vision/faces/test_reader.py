"""Faces that stay as they were are read again only now and then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from edge.config import Config
from edge.values import Box, Expression, Face, Frame, Grey
from edge.vision.classifier import Classifier
from edge.vision.faces.reader import KEPT_FOR_S, FaceReader
from edge.vision.pipeline import BASE, find_model
from tests.vision.faces.test_change import room
from tests.vision.outputs import demo_faces

FACE = Face(Box(112.0, 70.0, 104.0, 116.0), 0.95)


@pytest.fixture
def reader() -> FaceReader:
    return FaceReader(Classifier(find_model(Config().vision.model, BASE)))


@pytest.fixture
def still() -> Iterator[Grey]:
    """Pictures of somebody who keeps still, each with its own noise."""
    return (room(demo_faces()[0], seed=seed) for seed in range(1, 1000))


def read(reader: FaceReader, at: float, grey: Grey, *, settled: bool = True, number: int = 1) -> Expression:
    return reader.read(Frame(int(10 * at), at, grey), {number: FACE}, settled=settled)[number]


def test_the_reading_of_a_still_face_is_kept_for_a_time(reader: FaceReader, still: Iterator[Grey]) -> None:
    first = read(reader, 0.0, next(still))
    assert [read(reader, at, next(still)).probabilities for at in (1.0, 2.0, 3.0)] == [first.probabilities] * 3
    assert reader.kept == 3
    assert read(reader, KEPT_FOR_S + 0.5, next(still)).probabilities != first.probabilities
    assert reader.kept == 3


def test_its_quality_is_that_of_the_new_picture(reader: FaceReader, still: Iterator[Grey]) -> None:
    first = read(reader, 0.0, next(still))
    frame, unsure = Frame(10, 1.0, next(still)), replace(FACE, score=0.6)
    second = reader.read(frame, {1: unsure}, settled=True)[1]
    assert reader.kept == 1
    assert second.probabilities == first.probabilities
    assert second.quality < first.quality


def test_another_expression_is_read_at_once(reader: FaceReader, still: Iterator[Grey]) -> None:
    first = read(reader, 0.0, next(still))
    other = read(reader, 1.0, room(demo_faces()[3], seed=5))
    assert other.probabilities != first.probabilities
    assert reader.kept == 0


def test_every_look_counts_until_the_mood_is_settled(reader: FaceReader, still: Iterator[Grey]) -> None:
    for at in (0.0, 1.0, 2.0):
        read(reader, at, next(still), settled=False)
    assert reader.kept == 0
    read(reader, 3.0, next(still))
    assert reader.kept == 1


def test_nobody_takes_over_the_reading_of_another(reader: FaceReader, still: Iterator[Grey]) -> None:
    read(reader, 0.0, next(still))
    read(reader, 1.0, next(still), number=2)
    reader.clear()
    read(reader, 2.0, next(still), number=2)
    assert reader.kept == 0


def test_a_clock_that_goes_back_keeps_nothing(reader: FaceReader, still: Iterator[Grey]) -> None:
    read(reader, 100.0, next(still))
    read(reader, 1.0, next(still))
    assert reader.kept == 0
