"""`Notices`: sentences about music that does play, each told once. Pure."""

from __future__ import annotations

MAX_NOTICES = 32


class Notices:
    """Sentences for people. Each is told once, until MAX_NOTICES others have been."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._waiting: list[str] = []

    def add(self, notice: str) -> None:
        if notice not in self._told:
            self._told = [*self._told, notice][-MAX_NOTICES:]
            self._waiting = [*self._waiting, notice][-MAX_NOTICES:]

    def take(self) -> list[str]:
        """Return the new ones, and forget them."""
        waiting, self._waiting = self._waiting, []
        return waiting
