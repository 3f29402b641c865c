"""An analysis as a picture: the room's mood, its valence and arousal, and everybody's expressions over time."""

from __future__ import annotations

import math

from edge.analysis.film import Analysis
from edge.commands.charts import canvas as plot
from edge.values import EXPRESSIONS, MOODS

LEFT, RIGHT, TOP, BOTTOM = 120, 30, 84, 50
WIDE = 1200
BAND, LINES, PERSON, GAP = 40, 110, 90, 22
# More people than this make no readable picture; those who were seen longest are drawn.
MOST = 8
VALENCE: plot.Colour = (160, 90, 30)
AROUSAL: plot.Colour = (60, 60, 200)


def analysis_png(analysis: Analysis, title: str) -> bytes:
    """Draw it as a PNG file, with time from left to right."""
    people = analysis.people()[:MOST]
    height = TOP + BAND + LINES + GAP + (PERSON + GAP) * len(people) + BOTTOM
    picture = plot.canvas(LEFT + WIDE + RIGHT, height)
    plot.write(picture, plot.shorten(title, WIDE, 0.8), (LEFT, 28), size=0.8)
    plot.legend(picture, MOODS, (LEFT, 60), 118)
    whole = max(analysis.seconds, 1e-6)
    edges = [LEFT + WIDE * sample.at / whole for sample in analysis.samples] + [float(LEFT + WIDE)]
    _axis(picture, whole, height - BOTTOM)
    _room(picture, analysis, edges)
    for row, person in enumerate(people):
        top = TOP + BAND + LINES + GAP + (PERSON + GAP) * row
        plot.write(picture, f"person {person.number}", (LEFT - 12, top + PERSON / 2), anchor="right")
        _person(picture, analysis, edges, person.number, top)
    return plot.png(picture)


def _axis(picture: plot.Canvas, whole: float, bottom: float) -> None:
    """Vertical lines at round times, about ten of them."""
    rough = whole / 10
    size = 10 ** math.floor(math.log10(rough))
    gap = next(size * n for n in (1, 2, 5, 10) if size * n >= rough)
    for number in range(int(whole / gap + 1e-9) + 1):
        x = LEFT + WIDE * number * gap / whole
        plot.band(picture, x, TOP, x + 1, bottom, plot.GRID)
        plot.write(picture, f"{number * gap:g} s", (x, bottom + 14), size=0.4, colour=plot.FAINT, anchor="middle")


def _room(picture: plot.Canvas, analysis: Analysis, edges: list[float]) -> None:
    plot.write(picture, "room", (LEFT - 12, TOP + BAND / 2), anchor="right")
    top, middle = TOP + BAND + 6, TOP + BAND + LINES / 2
    plot.band(picture, LEFT, middle, LEFT + WIDE, middle + 1, plot.GRID)
    for name, colour, y in (("valence", VALENCE, middle - 10), ("arousal", AROUSAL, middle + 10)):
        plot.write(picture, name, (LEFT - 12, y), size=0.4, colour=colour, anchor="right")
    valence, arousal = [], []
    for sample, left, right in zip(analysis.samples, edges, edges[1:], strict=False):
        plot.band(picture, left, TOP, right, TOP + BAND, plot.MOOD_COLOURS[sample.mood.mood])
        scale = middle - top
        valence.append((left, middle - scale * sample.mood.valence))
        arousal.append((left, middle - scale * sample.mood.arousal))
    plot.line(picture, valence, VALENCE)
    plot.line(picture, arousal, AROUSAL)


def _person(picture: plot.Canvas, analysis: Analysis, edges: list[float], number: int, top: float) -> None:
    """The shares of the expressions, one on top of the other; nothing where the person isn't seen."""
    for sample, left, right in zip(analysis.samples, edges, edges[1:], strict=False):
        for person in sample.people:
            if person.number != number:
                continue
            low = top + PERSON
            for name, probability in zip(EXPRESSIONS, person.probabilities, strict=True):
                high = low - PERSON * probability
                if round(high) < round(low):
                    plot.band(picture, left, high, right, low, plot.MOOD_COLOURS[name])
                low = high
