"""An analysis as plain data and as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

from edge.analysis.film import Analysis, Person, PersonSample, Sample
from edge.values import EXPRESSIONS, Mood

COLUMNS = ("seconds", "who", "mood", "confidence", "valence", "arousal", "people", "x", "y", "w", "h", *EXPRESSIONS)


def as_dict(analysis: Analysis) -> dict[str, Any]:
    """All results: `source`, `seconds`, `room`, `people`, and `looks`, one for each frame that was looked at.

    `gaps` are times without pictures, `notes` sentences about what the source lacked.
    """
    return {
        "source": analysis.source,
        "seconds": round(analysis.seconds, 3),
        "room": {"moods": _rounded(analysis.room())},
        "gaps": [{"from": round(begin, 3), "to": round(end, 3)} for begin, end in analysis.gaps],
        "notes": list(analysis.notes),
        "people": [_person(person) for person in analysis.people()],
        "looks": [_look(sample) for sample in analysis.samples],
    }


def as_csv(analysis: Analysis) -> str:
    """For each look a line for the room (`who` is room) and one for each person (a number), with COLUMNS."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for sample in analysis.samples:
        seconds = {"seconds": round(sample.at, 3)}
        writer.writerow(seconds | {"who": "room", "people": len(sample.people)} | _mood(sample.mood))
        for person in sample.people:
            writer.writerow(seconds | {"who": person.number} | _mood(person.mood) | _box(person) | _expression(person))
    return text.getvalue()


def _look(sample: Sample) -> dict[str, Any]:
    people = [
        {"person": person.number} | _mood(person.mood) | {"box": _box(person), "expression": _expression(person)}
        for person in sample.people
    ]
    return {"t": round(sample.at, 3)} | _mood(sample.mood) | {"people": people}


def _person(person: Person) -> dict[str, Any]:
    return {
        "person": person.number,
        "first": round(person.first, 3),
        "last": round(person.last, 3),
        "looks": person.looks,
        "moods": _rounded(person.seconds),
        "expression": _named(person.expression),
    }


def _mood(mood: Mood) -> dict[str, Any]:
    return {
        "mood": mood.mood,
        "confidence": round(mood.confidence, 3),
        # Adding 0.0 turns -0.0 into 0.0.
        "valence": round(mood.valence, 3) + 0.0,
        "arousal": round(mood.arousal, 3) + 0.0,
    }


def _box(person: PersonSample) -> dict[str, float]:
    box = person.box
    return {"x": round(box.x, 1), "y": round(box.y, 1), "w": round(box.w, 1), "h": round(box.h, 1)}


def _expression(person: PersonSample) -> dict[str, float]:
    return _named(person.probabilities)


def _named(probabilities: tuple[float, ...]) -> dict[str, float]:
    return {name: round(p, 4) for name, p in zip(EXPRESSIONS, probabilities, strict=True)}


def _rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in seconds.items()}
