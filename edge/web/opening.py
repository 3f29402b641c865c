"""Opens the page if `web.enabled` is true; the rest of the package, and its libraries, are imported only then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from edge.config import Config
from edge.health.monitor import HealthMonitor
from edge.values import Command

if TYPE_CHECKING:
    from edge.web.server import Server


def open_web(
    config: Config,
    *,
    post: Callable[[Command], None],
    problem: Callable[[str, str], None],
    health: HealthMonitor,
    offset: float,
    file: Path | None = None,
    overridden: Sequence[str] = (),
) -> Server | None:
    """The page's server, not started yet; None if the page is off or its libraries are missing.

    post: puts a command into the daemon's queue. problem: called with a part and a sentence, empty once it works.
    offset: wall clock minus the events' clock, seconds. The server's `board` consumes events, and its `offer` frames.
    file: the configuration file, None for the defaults. overridden: keys that the command line sets instead.
    """
    if not config.web.enabled:
        return None
    try:
        from edge.web.assembly import open_page
    except ModuleNotFoundError as error:
        problem("web", f"web: the page needs {error.name}; run: pip install 'moodroom[web]'")
        return None
    return open_page(
        config,
        post=post,
        health=health,
        offset=offset,
        on_problem=partial(problem, "web"),
        file=file,
        overridden=overridden,
    )
