"""What the device provides to the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from edge.values import Command
from edge.web.board import Board
from edge.web.setup.set_up import SetUp


class SignIn(Protocol):
    """One sign-in to Spotify. address: the page to open in the browser. It can be finished once."""

    address: str

    def finish(self, answer: str) -> None:
        """Finish with the address that the browser was sent to; raises MoodroomError."""

    @property
    def expires(self) -> float | None:
        """When the login will expire, a Unix time; None if unknown."""


@dataclass(frozen=True)
class WebPage:
    """The page's data and functions, called from the page's thread. None hides the part of the page that needs it.

    post: puts a command into the daemon's queue. fresh: whether frames arrive, or are paused on purpose.
    timeline: today's entries, oldest first: {"at", "kind", ...}, where openapi.json lists the kinds; a start and a
    stop end a mood. recommend: (mood, count) -> songs {"title", "artist", "uri"}.
    checks: tries the parts: {"part", "good", "warning", "text"}. sign_in: begins a sign-in to Spotify.
    view: an annotated JPEG, None if the camera delivered no picture. library: whether any songs are sorted.
    week: the days before today, as `week.earlier_days` returns them.
    speakers: of a player in SPEAKER_PLAYERS, the names of the speakers that can be chosen now; raises MoodroomError.
    set_up: what the set-up and the settings need. song_cover: the cover of a song of MPD's, by its address.
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
    week: Callable[[], list[dict[str, Any]]] = list
    speakers: Callable[[str], list[str]] | None = None
    set_up: SetUp | None = None
    song_cover: Callable[[str], bytes | None] | None = None
