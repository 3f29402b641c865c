"""What plays the music. `open_player` picks the adapter."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from edge.config import Config
from edge.errors import ConfigError
from edge.values import Playback, Wish

log = logging.getLogger(__name__)


class Player(Protocol):
    """Something that plays; used by one thread. Every method may raise PlayerError."""

    name: str

    def apply(self, wish: Wish) -> None:
        """Do what the wish says; one for the track's end is kept until then, and a newer one takes its place."""

    def playback(self) -> Playback:
        """What plays now; does what was kept for this moment."""

    def wait(self) -> float:
        """Seconds until `playback` is worth calling again."""

    def close(self) -> None:
        """Let go; the music goes on as it is."""


def open_player(config: Config, *, clock: Callable[[], float], demo: bool) -> Player:
    """The player that the configuration asks for.

    clock: the time on which a dry run's songs end. demo: the demo clip is replayed, which never drives a real speaker.
    """
    from edge.players.dry_run import DryRun

    wanted = config.music.player
    if wanted in ("spotify", "mpd"):
        raise ConfigError(f"music.player: this version has no {wanted} player yet; set it to dry_run or auto")
    if demo:
        log.info("player: a dry run, since the demo clip never drives a real speaker")
    elif wanted == "auto":
        log.info("player: a dry run, which says what it would play; no speaker is set up")
    return DryRun(clock=clock)
