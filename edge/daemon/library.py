"""What the device does with the listener's library; each part is imported only where it is used."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from edge.config import Config
from edge.daemon.console import Outlet
from edge.daemon.inbox import Inbox
from edge.players.wishes import Resolve
from edge.system.threads import Worker
from edge.values import Music


def song_resolver(player: str) -> Resolve:
    """A function that finds the songs of `library:` addresses for this player."""

    def resolve(uri: str) -> Music | None:
        from edge.library.resolver import resolver

        return resolver(player)(uri)

    return resolve


def publishing(config: Config, inbox: Inbox) -> Callable[[], None]:
    """A function that has the `library:` lists published in the background, where `library.publish` is on."""
    if not config.library.publish:
        return lambda: None
    from edge.library.background import Publisher

    problem = partial(inbox.problem, "library")
    return Publisher(config, lambda message: problem(message or "")).begin


def refresh_workers(config: Config, outlets: list[Outlet], inbox: Inbox) -> list[Worker]:
    """The thread that reads the library again, not started yet; none where `library.refresh` is off."""
    if config.library.refresh is None:
        return []
    from edge.library import background

    return background.refresh_workers(config, outlets, partial(inbox.problem, "library"))
