"""The chart of `analyze`: the room's mood, valence and arousal, and each person's expressions, over time."""

from __future__ import annotations

import math

from edge.analysis.film import Analysis
from edge.commands.charts import canvas
from edge.values import EXPRESSIONS, MOODS

# Layout in pixels: the margins and the width of the time axis.
LEFT, RIGHT, TOP, BOTTOM = 120, 30, 84, 50
TIME_AXIS_WIDTH_PX = 1200
# Heights: the band of moods, the lines of valence and arousal, one person's band, and the gap between people.
MOOD_HEIGHT, LINES_HEIGHT, PERSON_HEIGHT, GAP = 40, 110, 90, 22
# Only those who were in view longest are drawn: with more people nobody could read the chart.
MAX_PEOPLE = 8
VALENCE_COLOUR: canvas.Colour = (160, 90, 30)
AROUSAL_COLOUR: canvas.Colour = (60, 60, 200)


def analysis_png(analysis: Analysis, title: str) -> bytes:
    """The analysis as a PNG file, with time from left to right."""
    people = analysis.people()[:MAX_PEOPLE]
    first_person = TOP + MOOD_HEIGHT + LINES_HEIGHT + GAP
    height = first_person + (PERSON_HEIGHT + GAP) * len(people) + BOTTOM
    picture = canvas.blank(LEFT + TIME_AXIS_WIDTH_PX + RIGHT, height)
    canvas.write(picture, canvas.shorten(title, TIME_AXIS_WIDTH_PX, 0.8), (LEFT, 28), size=0.8)
    canvas.legend(picture, MOODS, (LEFT, 60), 118)
    seconds = max(analysis.seconds, 1e-6)
    edges = [LEFT + TIME_AXIS_WIDTH_PX * sample.at / seconds for sample in analysis.samples] + [
        float(LEFT + TIME_AXIS_WIDTH_PX)
    ]
    _axis(picture, seconds, height - BOTTOM)
    _room(picture, analysis, edges)
    for row, person in enumerate(people):
        top = first_person + (PERSON_HEIGHT + GAP) * row
        canvas.write(picture, f"person {person.number}", (LEFT - 12, top + PERSON_HEIGHT / 2), anchor="right")
        _person(picture, analysis, edges, person.number, top)
    return canvas.png(picture)


def _axis(picture: canvas.Canvas, seconds: float, bottom: float) -> None:
    """Draw about ten vertical lines, at round times."""
    rough = seconds / 10
    power = 10 ** math.floor(math.log10(rough))
    interval = next(power * n for n in (1, 2, 5, 10) if power * n >= rough)
    for number in range(int(seconds / interval + 1e-9) + 1):
        x = LEFT + TIME_AXIS_WIDTH_PX * number * interval / seconds
        canvas.band(picture, x, TOP, x + 1, bottom, canvas.GRID)
        text = f"{number * interval:g} s"
        canvas.write(picture, text, (x, bottom + 14), size=0.4, colour=canvas.FAINT, anchor="middle")


def _room(picture: canvas.Canvas, analysis: Analysis, edges: list[float]) -> None:
    canvas.write(picture, "room", (LEFT - 12, TOP + MOOD_HEIGHT / 2), anchor="right")
    top, middle = TOP + MOOD_HEIGHT + 6, TOP + MOOD_HEIGHT + LINES_HEIGHT / 2
    canvas.band(picture, LEFT, middle, LEFT + TIME_AXIS_WIDTH_PX, middle + 1, canvas.GRID)
    for name, colour, y in (("valence", VALENCE_COLOUR, middle - 10), ("arousal", AROUSAL_COLOUR, middle + 10)):
        canvas.write(picture, name, (LEFT - 12, y), size=0.4, colour=colour, anchor="right")
    valence, arousal = [], []
    scale = middle - top
    for sample, left, right in zip(analysis.samples, edges, edges[1:], strict=False):
        canvas.band(picture, left, TOP, right, TOP + MOOD_HEIGHT, canvas.MOOD_COLOURS[sample.mood.mood])
        valence.append((left, middle - scale * sample.mood.valence))
        arousal.append((left, middle - scale * sample.mood.arousal))
    canvas.line(picture, valence, VALENCE_COLOUR)
    canvas.line(picture, arousal, AROUSAL_COLOUR)


def _person(picture: canvas.Canvas, analysis: Analysis, edges: list[float], number: int, top: float) -> None:
    """Stack the expressions' probabilities; blank while the person isn't in view."""
    for sample, left, right in zip(analysis.samples, edges, edges[1:], strict=False):
        for person in sample.people:
            if person.number != number:
                continue
            low = top + PERSON_HEIGHT
            for name, probability in zip(EXPRESSIONS, person.probabilities, strict=True):
                high = low - PERSON_HEIGHT * probability
                if round(high) < round(low):
                    canvas.band(picture, left, high, right, low, canvas.MOOD_COLOURS[name])
                low = high
