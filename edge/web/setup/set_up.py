"""What the device provides to the set-up; apart from its endpoints, which are imported once somebody sets it up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge.config import Config
from edge.config.writing.file import ConfigFile
from edge.web.setup.progress import Progress

if TYPE_CHECKING:
    from edge.vision.preview import AimedPicture
    from edge.web.setup.music_sources import MusicSources


@dataclass(frozen=True)
class SetUp:
    """What the device provides to the set-up.

    config: the configuration that runs. file: the configuration file, None without one. running: the version of the
    file that runs. overridden: keys that the command line sets in place of the file. reload: reads the file again,
    and restarts the parts with it. aim: the camera's next picture, turned clockwise by so many quarters.
    music: where music is searched for, None for what the configuration names.
    """

    config: Config
    file: ConfigFile | None
    running: str
    reload: Callable[[], None]
    progress: Progress
    overridden: Sequence[str] = ()
    aim: Callable[[int], AimedPicture | None] | None = None
    music: MusicSources | None = None
