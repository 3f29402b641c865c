"""What a film lacks: pictures that can't be decoded, gaps, its end. Pure."""

from __future__ import annotations

from collections import deque

from edge.median import median

# A wait for the next picture that is longer than this, and than so many usual ones, is worth a note.
NOTED_GAP_S, NOTED_GAP_STEPS = 2.0, 10.0
# The same for a film of which this share of the last steps are alike: unlike by no more than UNLIKE_MAX of a step.
REGULAR_GAP_S, REGULAR_GAP_STEPS, REGULAR_SHARE, UNLIKE_MAX = 0.5, 4.0, 0.9, 0.3
# A video that ends so much earlier than its file says is incomplete.
INCOMPLETE_S, INCOMPLETE_SHARE = 0.7, 0.03


class Losses:
    """Counts what is missing while a film is read, and puts it into words at the end."""

    def __init__(self, name: str) -> None:
        """name: of the film, as the sentences begin."""
        self._name = name
        self._undecodable, self._first_undecodable = 0, 0.0
        self._gaps: list[tuple[float, float]] = []
        self._steps: deque[float] = deque(maxlen=31)
        self._last: float | None = None
        self._explained = False

    def undecodable(self, pictures: int, at: float) -> None:
        """Take a number of pictures that couldn't be decoded, from `at` seconds on."""
        if pictures:
            self._first_undecodable = self._first_undecodable if self._undecodable else at
            self._undecodable += pictures
            self._explained = True

    def picture(self, at: float) -> None:
        """Take the time of a picture in seconds."""
        last, self._last = self._last, at
        if last is None:
            return
        elapsed = at - last
        if self._is_gap(elapsed):
            self._gaps.append((last, at))
        self._steps.append(elapsed)
        self._explained = False

    def _is_gap(self, elapsed: float) -> bool:
        if elapsed <= REGULAR_GAP_S or not self._steps:
            return False
        usual = median(self._steps)
        alike = sum(abs(step - usual) <= UNLIKE_MAX * usual for step in self._steps)
        # A gap left by pictures that couldn't be decoded is told already.
        if alike >= REGULAR_SHARE * len(self._steps) and not self._explained:
            return elapsed > REGULAR_GAP_STEPS * usual
        return elapsed > NOTED_GAP_S and elapsed > NOTED_GAP_STEPS * usual

    def notes(self, end: float, length: float | None) -> list[str]:
        """A sentence about each kind of loss. end: of the last picture. length: as the file tells, both in seconds."""
        notes = []
        if self._undecodable:
            pictures = "1 picture" if self._undecodable == 1 else f"{self._undecodable} pictures"
            first = f"the first at {self._first_undecodable:.1f} s"
            notes.append(f"{self._name}: {pictures} could not be decoded, {first}; the rest was read")
        if self._gaps:
            total = sum(later - before for before, later in self._gaps)
            gaps = "a gap" if len(self._gaps) == 1 else f"{len(self._gaps)} gaps"
            first = f"the first at {self._gaps[0][0]:.1f} s"
            notes.append(f"{self._name}: has {gaps} without pictures, {total:.1f} s in total, {first}")
        if length is not None and end < length - max(INCOMPLETE_S, INCOMPLETE_SHARE * length):
            notes.append(f"{self._name}: ends after {end:.1f} of {length:.1f} s; the file is incomplete or damaged")
        return notes
