"""What the page is given by the device. All of it may be called from the page's thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from edge.values import Command
from edge.web.board import Board


class SignIn(Protocol):
    """One sign-in to Spotify: an address to open, then the address that the browser was sent to. Works once."""

    address: str

    def finish(self, answer: str) -> None:
        """Raises MoodroomError."""

    @property
    def expires(self) -> float | None:
        """Unix time at which the login will end."""


@dataclass(frozen=True)
class WebPage:
    """What can't be done here is None, and its part of the page stays hidden.

    post: the daemon's command queue. fresh: whether pictures come, or a pause was declared.
    timeline: today's entries, oldest first: {"at", "kind": "mood" | "decision" | "song" | "camera" | "start" | "stop",
    ...}; a start and a stop end a mood. recommend: (mood, how many) -> songs {"title", "artist", "uri"}.
    checks: tries the parts: {"part", "good", "warning", "text"}. library: whether any songs are sorted yet.
    sign_in: begins a sign-in. view: one annotated JPEG, None where no picture came.
    """

    board: Board
    post: Callable[[Command], None]
    fresh: Callable[[], bool]
    timeline: Callable[[], list[dict[str, Any]]]
    recommend: Callable[[str, int], list[dict[str, Any]]] | None = None
    checks: Callable[[], list[dict[str, Any]]] | None = None
    sign_in: Callable[[], SignIn] | None = None
    view: Callable[[], bytes | None] | None = None
    library: Callable[[], bool] = lambda: True
