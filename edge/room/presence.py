"""Whether anybody is in the room, from the looks of the camera. Pure.

A face begins presence; a face, or movement where one was last seen, holds it.
"""

from __future__ import annotations

from edge.config import MoodConfig

# A room in which no one was present counts as empty after this time without a face.
EMPTY_AFTER_S = 1.0
# Movement alone holds presence for this long: nobody turns their back for hours, but a curtain moves all day.
HELD_WITHOUT_FACE_MAX_S = 3 * 3600.0


class PresenceFilter:
    """Takes each look. present: whether anybody is in the room."""

    def __init__(self, config: MoodConfig) -> None:
        self._config = config
        self.present = False
        self._first_face: float | None = None
        self._last_face: float | None = None
        # When the last face was seen, or the last movement in its place.
        self._last_sign: float | None = None

    @property
    def begun(self) -> bool:
        """Whether there was a look since the start or `clear`."""
        return self._last_face is not None

    @property
    def face_known(self) -> bool:
        """Whether somebody is present, or was in view a moment ago."""
        return self._first_face is not None

    def clear(self) -> None:
        """Forget everything, as when the camera is switched off."""
        self.present = False
        self._first_face = self._last_face = self._last_sign = None

    def look(self, now: float, *, faces: bool, moved_at: float | None = None, held_for: float = 0.0) -> bool:
        """Take a look; returns whether the room became or stays empty with it.

        A person is present after being in view for `enter_after`, and absent `leave_after` after the last sign of life.
        faces: somebody is in view. moved_at: when something last moved where somebody was last seen. held_for: nobody
        becomes absent sooner after the last sign of life.
        """
        if self._last_face is None:
            self._last_face = self._last_sign = now
        if faces:
            self._first_face = now if self._first_face is None else self._first_face
            self._last_face = self._last_sign = now
            self.present = self.present or now - self._first_face >= self._config.enter_after
            return False
        if self.present and moved_at is not None and moved_at <= self._last_face + HELD_WITHOUT_FACE_MAX_S:
            self._last_sign = max(self._last_sign or now, min(moved_at, now))
        if self._without_sign(now) < max(held_for, self._config.leave_after if self.present else self._empty_after):
            return False
        self._first_face, self.present = None, False
        return True

    def out_of_view(self, now: float) -> float:
        """Seconds since a face was in view, or since the first look."""
        return 0.0 if self._last_face is None else now - self._last_face

    def is_empty(self, now: float) -> bool:
        """Whether nobody is in the room, for long enough to say so."""
        return self.begun and not self.face_known and self._without_sign(now) >= self._empty_after

    @property
    def _empty_after(self) -> float:
        return min(EMPTY_AFTER_S, self._config.leave_after)

    def _without_sign(self, now: float) -> float:
        return 0.0 if self._last_sign is None else now - self._last_sign
