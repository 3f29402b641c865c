"""`PlayerBase`: what every player without a login of its own has: abandoned wishes, notices, and no report."""

from __future__ import annotations

from typing import Any

from edge.players.notices import Notices
from edge.players.wishes import AbandonedWish
from edge.values import Wish


class PlayerBase:
    """Part of `edge.players.player.Player`, and `TellsNotices`."""

    login_expires: float | None = None

    def __init__(self) -> None:
        self._notices = Notices()
        self._abandoned: list[AbandonedWish] = []

    def take_abandoned(self) -> list[AbandonedWish]:
        abandoned, self._abandoned = self._abandoned, []
        return abandoned

    def take_notices(self) -> list[str]:
        """Return what people should know of the songs since the last call, in sentences; never raises."""
        return self._notices.take()

    def report(self) -> dict[str, Any]:
        return {}

    def _abandon(self, wish: Wish, why: str, *, fault: bool = False) -> None:
        """The wish won't be carried out. fault: something failed; otherwise a person intervened."""
        self._abandoned.append(AbandonedWish(wish, why, fault))
