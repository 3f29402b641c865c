"""Which source the device looks at, and the clock of its frames."""

from __future__ import annotations

from pathlib import Path

from edge.camera.opening import open_camera, resolve_source
from edge.camera.replay import is_slide_show
from edge.camera.source import is_replay, redacted
from edge.config import Config, JournalConfig
from edge.daemon.options import Options
from edge.errors import ConfigError
from edge.system.systemd import SystemdNotifier


class SourceClock:
    """The clock of the frames' source, which is the device's own clock in a fast replay.

    now: the time of the newest frame in a fast replay. first: the time of the source's first frame.
    """

    def __init__(self, *, fast: bool) -> None:
        self.now = 0.0
        self.first: float | None = 0.0 if fast else None

    def since_first(self, timestamp: float) -> float:
        """Seconds of source time, as lines on stdout show it."""
        return 0.0 if self.first is None else max(0.0, timestamp - self.first)


def settle_source(config: Config, options: Options) -> Config:
    """The configuration with the source that is used, and without a journal for a replay unless it is requested.

    Raises MoodroomError if the source can't be used with these options.
    """
    # A service waits for its camera: nobody would notice that the page and MQTT show the demo clip's room.
    waits = SystemdNotifier().enabled and not (options.once or options.fast)
    source = config.camera.source if waits else resolve_source(config.camera.source)
    if options.once and not is_replay(source):
        raise ConfigError(f"--once: {redacted(source)} is a live camera, which has no end; name a video with --source")
    if options.fast and options.journal:
        raise ConfigError("--journal: a fast replay has no times of day to write down; leave out --fast or --journal")
    camera = config.camera.model_copy(update={"source": source})
    if is_replay(source):
        # A source that can't be replayed is refused before anything starts; a camera that fails is tried again later.
        open_camera(camera, wait=lambda _: None, fast=True).close()
        if not options.journal:
            # What a replay shows didn't happen in the room: it is neither written down nor learned from.
            config = config.model_copy(update={"journal": JournalConfig(enabled=False, learn=False)})
        if is_slide_show(Path(source)):
            # In photographs nothing moves.
            vision = config.vision.model_copy(update={"liveness": False})
            config = config.model_copy(update={"vision": vision})
    return config.model_copy(update={"camera": camera})
