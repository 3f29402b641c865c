"""Opens the page where `web.enabled` is true; nothing else of the package is imported before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
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
) -> Server | None:
    """The page, not started yet; its `board` is an outlet, and its `view`, if any, wants to be offered frames.

    post: the daemon's command queue. problem: is told a part and a sentence, an empty one once it works.
    offset: wall clock minus the events' clock, seconds.
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
    )
