"""Which of the faces in view are living ones.

A face counts once it has moved as heads do, be it by a fraction of a pixel, and the camera hasn't. Whoever keeps still
goes on counting; the more often a face has moved, the longer. A picture never moves, and its place is remembered. So
is a television's, whose faces are replaced in the same place again and again. Whom its cuts leave as they were is
before it.
"""

from __future__ import annotations

from edge.values import Box, Grey
from edge.vision.liveness.cuts import Cells, CutFinder
from edge.vision.liveness.registration import area_around
from edge.vision.liveness.screens import REPLACED_WITHIN_S, Screens, is_inside
from edge.vision.liveness.subject import (
    PENDING_FOR_S,
    SAME_FACE_LIKENESS,
    Subject,
    begin,
    has_walked,
    is_same,
    observe,
    was_cut,
)
from edge.vision.tracks import FORGET_AFTER_S, Track

# Faces out of view are remembered for this long, the pictures so that they aren't looked at again and again.
REMEMBER_PERSON_S, REMEMBER_PICTURE_S = 60.0, 24 * 3600.0
REMEMBERED_MAX = 24
SAME_PLACE_OVERLAP = 0.3


class Liveness:
    """Follows the faces of all looks."""

    def __init__(self, *, enabled: bool = True) -> None:
        """enabled: whether a face must move to count."""
        self._enabled = enabled
        self._subjects: list[Subject] = []
        self._screens, self._cut_finder = Screens(), CutFinder()
        self._now, self._slower = 0.0, 1.0

    def clear(self) -> None:
        """Forget all faces, for example when the camera is switched off."""
        self._subjects.clear()
        self._screens.clear()
        self._cut_finder.clear()

    @property
    def pending(self) -> bool:
        """Whether a face is in view about which more looks would tell something."""
        waiting = [s for s in self._subjects if s.track is not None and not self._counts(s)]
        return any(not self._is_picture(s) for s in waiting)

    def is_picture(self, number: int) -> bool:
        """Whether the face with this track's number is taken for a picture."""
        return any(s.track == number and self._is_picture(s) for s in self._subjects)

    @property
    def pictures(self) -> int:
        """How many faces in view are taken for pictures, those on televisions apart."""
        still = [s for s in self._subjects if s.track is not None and self._is_picture(s)]
        return sum(not self.is_on_screen(s.box) for s in still)

    def is_on_screen(self, box: Box) -> bool:
        """Whether a television was seen in this place, and nobody who is before it."""
        before = any(s.before_screen and s.box.overlap(box) > SAME_PLACE_OVERLAP for s in self._subjects)
        return not before and self._screens.contains(self._now, box)

    def screens(self, now: float) -> list[Box]:
        """Where a television may be, in pixels of the frame."""
        return self._screens.suspected(now)

    def watch(self, now: float, cells: Cells, shape: tuple[int, ...]) -> None:
        """Take a frame, be it looked at or not. cells: its mean grey levels, (rows, columns). shape: of the frame."""
        if not self._enabled:
            return
        if (found := self._cut_finder.find(now, cells, shape)) is not None:
            self._screens.add_rectangle(now, found)
        for screen in self._screens.suspected(now):
            for subject in self._subjects:
                if subject.track is not None and is_inside(subject.box, screen):
                    told = self._cut_finder.is_before(screen, subject.box, shape)
                    subject.before_screen = subject.before_screen if told is None else told

    def look(
        self,
        now: float,
        grey: Grey,
        tracks: list[Track],
        *,
        before: Grey | None = None,
        held_for: float = FORGET_AFTER_S,
    ) -> set[int]:
        """Take the faces of a look; returns the numbers of those that are alive.

        grey: (height, width) luma. before: the frame before it, if that was a moment ago. held_for: how long somebody
        out of view is held, in seconds; longer where looks are rare.
        """
        if not self._enabled:
            return {track.number for track in tracks}
        self._now, self._slower = now, max(1.0, held_for / FORGET_AFTER_S)
        numbers = {track.number for track in tracks}
        for subject in self._subjects:
            if subject.track is not None and subject.track not in numbers:
                subject.track = None
                if was_cut(subject, grey):
                    self._screens.add_cut(now, subject.reference.area)
        for track in tracks:
            known = self._find(now, grey, track)
            if known is None:
                if self._replaces_another(now, grey, track):
                    self._screens.face_replaced(now, track.box)
                self._subjects.append(begin(now, grey, track, before))
            else:
                known.track, known.last_seen, known.slower = track.number, now, self._slower
                area = known.reference.area
                if observe(known, now, grey, track.box):
                    self._screens.add_cut(now, area)
                    self._screens.face_replaced(now, track.box)
        self._forget(now)
        return {s.track for s in self._subjects if s.track is not None and self._counts(s)}

    def _counts(self, subject: Subject) -> bool:
        on_screen = not subject.before_screen and self._screens.suspects(self._now, subject.box)
        return subject.alive(self._now) and not on_screen

    def _replaces_another(self, now: float, grey: Grey, track: Track) -> bool:
        """Whether another face was in view a moment before this one began, and isn't any more."""
        area = area_around(track.box)
        gone = [s for s in self._subjects if s.track is None and 0 <= now - s.last_seen <= REPLACED_WITHIN_S]
        return any(s.reference.resembles(grey, area) < SAME_FACE_LIKENESS for s in gone)

    def _is_picture(self, subject: Subject) -> bool:
        old = self._now - subject.first_seen >= PENDING_FOR_S * self._slower
        return not self._counts(subject) and (old or self.is_on_screen(subject.box))

    def _find(self, now: float, grey: Grey, track: Track) -> Subject | None:
        """The face that this one was before, if it is known."""
        own = next((s for s in self._subjects if s.track == track.number), None)
        for other in self._subjects:
            if other.track is not None or other.box.overlap(track.box) <= SAME_PLACE_OVERLAP:
                continue
            # Whoever stood in front of a picture has left it, or a face that was lost is found again.
            if (own is None or self._is_picture(other)) and is_same(other.reference.compare(grey)):
                if own is not None:
                    own.track = None
                return other
        if own is not None:
            return own
        return next((s for s in self._subjects if s.track is None and has_walked(s, now, grey, track.box)), None)

    def _forget(self, now: float) -> None:
        kept = [
            s
            for s in self._subjects
            if 0 <= now - s.last_seen <= (REMEMBER_PICTURE_S if self._is_picture(s) else REMEMBER_PERSON_S)
        ]
        self._subjects = sorted(kept, key=lambda s: -s.last_seen)[:REMEMBERED_MAX]
