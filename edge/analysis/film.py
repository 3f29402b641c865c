"""The result of analysing a video: each person's expression and the room's mood over time, and their totals. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge.values import EXPRESSIONS, MOODS, UNKNOWN, Box, Mood

QUALITY_MIN = 1e-3


@dataclass(frozen=True)
class PersonSample:
    """One person in one look.

    number: identifies a person while in view. mood: of this person alone, after all looks so far.
    probabilities: of EXPRESSIONS in this look. quality: 0..1, see Expression.
    """

    number: int
    box: Box
    mood: Mood
    probabilities: tuple[float, ...]
    quality: float


@dataclass(frozen=True)
class Sample:
    """One look. at: seconds from the start of the video. mood: the room's. present: whether anybody is present."""

    at: float
    mood: Mood
    present: bool
    people: tuple[PersonSample, ...]


@dataclass(frozen=True)
class Person:
    """A person in the video.

    first, last: seconds, when the person was in view first and last. looks: their number. seconds: in each mood.
    expression: the mean probabilities of EXPRESSIONS, weighted by quality.
    """

    number: int
    first: float
    last: float
    looks: int
    seconds: dict[str, float]
    expression: tuple[float, ...]


@dataclass(frozen=True)
class Analysis:
    """An analysed video.

    seconds: its length. samples: in the order of time. gaps: when they began and ended, times in which the video has no
    picture and nobody's mood is known. notes: what the source lacked, a sentence each.
    """

    source: str
    seconds: float
    samples: tuple[Sample, ...]
    gaps: tuple[tuple[float, float], ...] = ()
    notes: tuple[str, ...] = ()

    def room(self) -> dict[str, float]:
        """Seconds of each mood of the room, the longest first; a gap counts as `unknown`."""
        spent = dict.fromkeys(MOODS, 0.0)
        spent[UNKNOWN] = sum(end - begin for begin, end in self.gaps)
        for sample, duration in zip(self.samples, self.lengths(), strict=True):
            spent[sample.mood.mood] += duration
        return _longest_first(spent)

    def lengths(self) -> list[float]:
        """The duration of each sample in seconds: until the next one or the end of the video, without gaps."""
        times = [sample.at for sample in self.samples]
        spans = zip(times, [*times[1:], self.seconds], strict=False)
        return [max(0.0, later - at - self._gap_within(at, later)) for at, later in spans]

    def _gap_within(self, begin: float, end: float) -> float:
        return sum(max(0.0, min(end, later) - max(begin, earlier)) for earlier, later in self.gaps)

    def people(self) -> list[Person]:
        """All people, those in view for longest first."""
        looks_of: dict[int, list[tuple[float, float, PersonSample]]] = {}
        for sample, duration in zip(self.samples, self.lengths(), strict=True):
            for person in sample.people:
                looks_of.setdefault(person.number, []).append((sample.at, duration, person))
        people = [_person(number, looks) for number, looks in looks_of.items()]
        return sorted(people, key=lambda person: (-sum(person.seconds.values()), person.number))

    def moods(self) -> list[str]:
        """The expressions that were the room's mood, the longest first.

        If there were none, as in a video of one second, the most likely expression of all looks.
        """
        expressions = [mood for mood, seconds in self.room().items() if mood in EXPRESSIONS and seconds > 0]
        people = self.people()
        if expressions or not people:
            return expressions
        total = [sum(person.expression[i] * person.looks for person in people) for i in range(len(EXPRESSIONS))]
        return [EXPRESSIONS[total.index(max(total))]]


def _person(number: int, looks: Sequence[tuple[float, float, PersonSample]]) -> Person:
    spent = dict.fromkeys(MOODS, 0.0)
    total, weight = [0.0] * len(EXPRESSIONS), 0.0
    for _, duration, person in looks:
        spent[person.mood.mood] += duration
        # Not 0, so that a person with only poor looks still has an expression.
        look_weight = max(person.quality, QUALITY_MIN)
        total = [t + look_weight * p for t, p in zip(total, person.probabilities, strict=True)]
        weight += look_weight
    mean = tuple(t / weight for t in total)
    return Person(number, looks[0][0], looks[-1][0], len(looks), _longest_first(spent), mean)


def _longest_first(spent: dict[str, float]) -> dict[str, float]:
    return dict(sorted(((m, s) for m, s in spent.items() if s > 0), key=lambda pair: -pair[1]))
