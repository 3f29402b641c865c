"""The vision thread: it looks at the newest frame."""

from __future__ import annotations

from collections.abc import Callable

from edge.system.threads import Latest
from edge.values import Frame, Reading
from edge.vision.pipeline import Pipeline


class Looking:
    """Looks at the newest frame, if it is worth it."""

    def __init__(
        self, watch: Pipeline, frames: Latest[Frame], *, on: Callable[[], bool], post: Callable[[Reading], None]
    ) -> None:
        self._watch, self._frames, self._on, self._post = watch, frames, on, post

    def turn(self) -> None:
        frame = self._frames.get(0.5)
        if not self._on():
            self._watch.clear()
            return
        if frame is not None and (reading := self._watch.frame(frame)) is not None:
            self._post(reading)
