"""Seeded scenes with known moods for tests and benchmarks, 640x480 luma at 10 frames a second.

The faces are the bundled composites, or FER2013's if the data set is available.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np

from edge.values import EXPRESSIONS, Frame, Grey

WIDTH, HEIGHT, FPS = 640, 480, 10
SHEET = Path(__file__).parents[2] / "edge" / "demo" / "faces.png"
Faces = dict[str, list[Grey]]


@dataclass(frozen=True)
class Visit:
    """A person in the room. start, end: seconds. shows: (start time, expression) in order; None: turned away.

    x: where they stand, 0..1 of the width. size: of the head, pixels. restless: 0 sits still, 1 moves around.
    """

    start: float
    end: float
    shows: tuple[tuple[float, str | None], ...]
    x: float = 0.5
    size: int = 130
    restless: float = 0.3

    def expression(self, at: float) -> str | None:
        """Return the expression at `at`."""
        return [name for since, name in self.shows if since <= at][-1]

    def turn(self, at: float) -> int:
        """Return the number of expressions before the one at `at`; turning away and back does not count."""
        return len(list(groupby(name for since, name in self.shows if since <= at and name is not None))) - 1


@dataclass(frozen=True)
class Scene:
    """A room and the people in it.

    noise: of the sensor, grey levels. flicker: of the lamps, a share of the light. television: whether one is running.
    light: a function of time, 1 is day.
    """

    name: str
    seconds: float
    visits: tuple[Visit, ...] = ()
    noise: float = 2.0
    flicker: float = 0.0
    television: bool = False
    light: Callable[[float], float] = field(default=lambda _: 1.0)
    seed: int = 1

    def changes(self) -> list[tuple[float, str]]:
        """Return the times at which a single visitor's expression changes."""
        return [(since, name) for visit in self.visits for since, name in visit.shows if name is not None]

    def frames(self, faces: Faces | None = None) -> Iterator[Frame]:
        """Yield the scene's frames, from time 0."""
        random = np.random.default_rng(self.seed)
        faces = faces or composites()
        picks = {id(visit): int(random.integers(1 << 30)) for visit in self.visits}
        empty = draw_room(random)
        grain = [random.normal(0, self.noise, (HEIGHT, WIDTH)).astype(np.float32) for _ in range(8)]
        for seq in range(round(self.seconds * FPS)):
            at = seq / FPS
            picture = empty.copy()
            if self.television:
                screen = random.integers(40, 200, (6, 9)).astype(np.float32)
                picture[40:130, 40:180] = cv2.resize(screen, (140, 90), interpolation=cv2.INTER_LINEAR)
            for visit in self.visits:
                if visit.start <= at < visit.end:
                    _stand(picture, visit, at, faces, picks[id(visit)])
            light = self.light(at) * (1 + self.flicker * np.sin(2 * np.pi * 7.3 * at))
            noisy = picture * np.float32(light) + grain[int(random.integers(len(grain)))]
            yield Frame(seq, at, np.clip(noisy, 0, 255).astype(np.uint8))


def composites() -> Faces:
    """Return the seven bundled composites, one face each."""
    sheet = cv2.imread(str(SHEET), cv2.IMREAD_GRAYSCALE)
    assert sheet is not None
    tiles = np.split(sheet, len(EXPRESSIONS), axis=1)
    return {name: [np.asarray(tile, np.uint8)] for name, tile in zip(EXPRESSIONS, tiles, strict=True)}


def draw_room(random: np.random.Generator) -> np.ndarray:
    """Draw a wall, a window, shelves and a floor."""
    wall = np.linspace(150, 120, HEIGHT, dtype=np.float32)[:, None] * np.ones((1, WIDTH), np.float32)
    cv2.rectangle(wall, (30, 30), (190, 140), 60.0, -1)
    cv2.rectangle(wall, (470, 40), (600, 190), 205.0, -1)
    cv2.line(wall, (535, 40), (535, 190), 120.0, 4)
    for shelf in range(3):
        for book in range(8):
            tone = float(random.integers(50, 190))
            cv2.rectangle(wall, (230 + 22 * book, 60 + 55 * shelf), (248 + 22 * book, 100 + 55 * shelf), tone, -1)
    cv2.rectangle(wall, (0, 430), (WIDTH, HEIGHT), 90.0, -1)
    return wall


def _stand(picture: np.ndarray, visit: Visit, at: float, faces: Faces, pick: int) -> None:
    """Draw a visitor: shoulders, hair and the face, entering and leaving at the nearer side."""
    side = 1 if visit.x >= 0.5 else -1
    walk = max(0.0, 1 - (at - visit.start) / 0.8, 1 - (visit.end - at) / 0.8)
    sway = visit.restless * (10 * np.sin(0.9 * at + pick % 7) + 6 * np.sin(2.3 * at))
    x = visit.x * WIDTH + sway + side * walk * WIDTH * 0.6
    y = 190 + visit.restless * 4 * np.sin(1.4 * at)
    half = visit.size // 2
    cv2.ellipse(picture, (int(x), int(y + 2.2 * half)), (int(2.0 * half), int(1.4 * half)), 0, 180, 360, 70.0, -1)
    cv2.rectangle(picture, (int(x - 2.0 * half), int(y + 2.2 * half)), (int(x + 2.0 * half), HEIGHT), 70.0, -1)
    cv2.ellipse(picture, (int(x), int(y)), (int(0.95 * half), int(1.15 * half)), 0, 0, 360, 45.0, -1)
    name = visit.expression(at)
    if name is None:
        return
    choice = faces[name]
    # Another face at each change, so that the result does not depend on one face of each expression.
    face = cv2.resize(
        choice[(pick + visit.turn(at)) % len(choice)], (visit.size, visit.size), interpolation=cv2.INTER_AREA
    )
    _paste(picture, face.astype(np.float32), int(x - half), int(y - half))


def _paste(picture: np.ndarray, face: np.ndarray, left: int, top: int) -> None:
    """Blend a square face into the picture with a soft oval edge."""
    size = face.shape[0]
    rows, columns = np.mgrid[0:size, 0:size]
    distance = np.hypot((columns / size - 0.5) / 0.44, (rows / size - 0.5) / 0.5)
    mask = np.clip((1 - distance) / 0.08, 0, 1).astype(np.float32)
    x0, x1, y0, y1 = max(0, left), min(WIDTH, left + size), max(0, top), min(HEIGHT, top + size)
    if x0 >= x1 or y0 >= y1:
        return
    part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    under = picture[y0:y1, x0:x1]
    under += mask[part] * (face[part] - under)


def catalogue(seed: int = 1) -> dict[str, Scene]:
    """Return the scenes of the published figures."""
    random = np.random.default_rng(seed)

    def evening(start: float, end: float, every: float) -> tuple[tuple[float, str | None], ...]:
        shows: list[tuple[float, str | None]] = []
        at, last = start, ""
        while at < end - 5:
            last = str(random.choice([name for name in EXPRESSIONS if name != last]))
            shows.append((at, last))
            at += every * float(random.uniform(0.8, 1.2))
        return tuple(shows)

    def dusk(at: float) -> float:
        return 1.0 if at < 20 else 0.25

    found = [
        Scene("nothing", 600, noise=3.0),
        Scene("enter and leave", 60, (Visit(15, 40, ((15, "happy"),)),)),
        Scene("changing", 240, (Visit(3, 235, evening(3, 235, 14)),)),
        Scene("settled", 180, (Visit(3, 178, ((3, "neutral"),), restless=0.15),)),
        Scene("turned away", 60, (Visit(5, 55, ((5, "happy"), (20, None), (24, "happy"), (40, "sad"))),)),
        Scene("two people", 60, (Visit(3, 57, ((3, "happy"),), x=0.28), Visit(5, 57, ((5, "sad"),), x=0.72))),
        Scene("flicker", 60, (Visit(20, 55, ((20, "surprise"),)),), flicker=0.04),
        Scene("noise", 60, (Visit(20, 55, ((20, "happy"),)),), noise=10.0),
        Scene("television", 90, (Visit(40, 80, ((40, "neutral"), (60, "happy")), x=0.6),), television=True),
        Scene("lights off", 40, (Visit(5, 38, ((5, "happy"),)),), light=dusk),
    ]
    return {scene.name: scene for scene in found}
