"""One turn of the vision thread: pass the newest frame through the pipeline."""

from __future__ import annotations

from collections.abc import Callable

from edge.system.threads import Latest
from edge.values import Frame, Reading
from edge.vision.pipeline import Pipeline

FRAME_TIMEOUT_S = 0.5


class VisionLoop:
    """Called again and again by the vision thread."""

    def __init__(
        self,
        pipeline: Pipeline,
        frames: Latest[Frame],
        *,
        is_on: Callable[[], bool],
        post: Callable[[Reading], None],
    ) -> None:
        """is_on: returns False while the camera is off or in quiet hours. post: called with each reading."""
        self._pipeline, self._frames, self._is_on, self._post = pipeline, frames, is_on, post

    def turn(self) -> None:
        """Process the newest frame, if one comes within FRAME_TIMEOUT_S."""
        frame = self._frames.get(FRAME_TIMEOUT_S)
        if not self._is_on():
            self._pipeline.clear()
            return
        if frame is not None and (reading := self._pipeline.process(frame)) is not None:
            self._post(reading)
