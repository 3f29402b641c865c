"""`open_go_librespot`: the player as the configuration describes it."""

from __future__ import annotations

from collections.abc import Callable

from edge.config import GoLibrespotConfig
from edge.players.go_librespot.connection import DaemonConnection
from edge.players.go_librespot.link import open_events
from edge.players.go_librespot.memory import MusicMemory
from edge.players.go_librespot.player import GoLibrespotPlayer
from edge.players.go_librespot.rest import HttpApi
from edge.players.wishes import Resolve


def open_go_librespot(
    section: GoLibrespotConfig, *, clock: Callable[[], float], resolve: Resolve | None = None
) -> GoLibrespotPlayer:
    """Return the player; it connects when it is used."""
    host, port = section.host, section.port
    return GoLibrespotPlayer(
        HttpApi(host, port), lambda: open_events(host, port), clock=clock, resolve=resolve, memory=MusicMemory()
    )


def open_connection(section: GoLibrespotConfig, *, clock: Callable[[], float]) -> DaemonConnection:
    """Return a connection to ask the daemon with."""
    host, port = section.host, section.port
    return DaemonConnection(HttpApi(host, port), lambda: open_events(host, port), clock)
