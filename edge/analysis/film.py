"""What a film shows over time: everybody's expression and the room's mood, and what they add up to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge.values import EXPRESSIONS, MOODS, Box, Mood


@dataclass(frozen=True)
class PersonSample:
    """One person in one look.

    number: the same for a person while in view. mood: what the looks up to now say about this person alone.
    probabilities: of EXPRESSIONS, in this look. quality: 0..1, see Expression.
    """

    number: int
    box: Box
    mood: Mood
    probabilities: tuple[float, ...]
    quality: float


@dataclass(frozen=True)
class Sample:
    """One look. at: seconds from the film's start. mood: the room's. present: whether anybody counts as being there."""

    at: float
    mood: Mood
    present: bool
    people: tuple[PersonSample, ...]


@dataclass(frozen=True)
class Person:
    """Somebody in the film. first, last: seconds, when they were seen. seconds: for how long in each mood.

    expression: the mean of the probabilities of EXPRESSIONS, weighed by quality.
    """

    number: int
    first: float
    last: float
    looks: int
    seconds: dict[str, float]
    expression: tuple[float, ...]


@dataclass(frozen=True)
class Analysis:
    """A film. seconds: its length. samples: in the order of time."""

    source: str
    seconds: float
    samples: tuple[Sample, ...]

    def room(self) -> dict[str, float]:
        """For how many seconds the room was in each mood, the longest first."""
        spent = dict.fromkeys(MOODS, 0.0)
        for sample, lasted in zip(self.samples, self.lengths(), strict=True):
            spent[sample.mood.mood] += lasted
        return _longest_first(spent)

    def lengths(self) -> list[float]:
        """How long each sample stands: until the next one, the last one until the film's end."""
        times = [sample.at for sample in self.samples]
        return [max(0.0, later - at) for at, later in zip(times, [*times[1:], self.seconds], strict=False)]

    def people(self) -> list[Person]:
        """Everybody, those who were seen longest first."""
        seen: dict[int, list[tuple[float, float, PersonSample]]] = {}
        for sample, lasted in zip(self.samples, self.lengths(), strict=True):
            for person in sample.people:
                seen.setdefault(person.number, []).append((sample.at, lasted, person))
        found = [_person(number, looks) for number, looks in seen.items()]
        return sorted(found, key=lambda person: (-sum(person.seconds.values()), person.number))

    def moods(self) -> list[str]:
        """The expressions that the room's mood was, the longest first.

        Where it never became clear, as in a film of a second, the likeliest one of all that was read in faces.
        """
        clear = [mood for mood, seconds in self.room().items() if mood in EXPRESSIONS and seconds > 0]
        people = self.people()
        if clear or not people:
            return clear
        total = [sum(person.expression[i] * person.looks for person in people) for i in range(len(EXPRESSIONS))]
        return [EXPRESSIONS[total.index(max(total))]]


def _person(number: int, looks: Sequence[tuple[float, float, PersonSample]]) -> Person:
    spent = dict.fromkeys(MOODS, 0.0)
    total, weight = [0.0] * len(EXPRESSIONS), 0.0
    for _, lasted, person in looks:
        spent[person.mood.mood] += lasted
        # A face that can hardly be read still counts, where there is no better one.
        counts = max(person.quality, 1e-3)
        total = [t + counts * p for t, p in zip(total, person.probabilities, strict=True)]
        weight += counts
    mean = tuple(t / weight for t in total)
    return Person(number, looks[0][0], looks[-1][0], len(looks), _longest_first(spent), mean)


def _longest_first(spent: dict[str, float]) -> dict[str, float]:
    return dict(sorted(((m, s) for m, s in spent.items() if s > 0), key=lambda pair: -pair[1]))
