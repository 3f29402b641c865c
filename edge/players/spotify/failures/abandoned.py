"""`AbandonedWishes`: the wishes that the player gave up, until they are reported."""

from __future__ import annotations

from edge.music.playback import still_applies
from edge.players.spotify.commands import MUSIC_OPERATIONS
from edge.players.spotify.pending import PendingCommands
from edge.players.wishes import OVERRULED, AbandonedWish
from edge.values import Playback, Wish


class AbandonedWishes:
    """Collects them, in the order in which they were given up."""

    def __init__(self, pending: PendingCommands) -> None:
        self._pending = pending
        self._wishes: list[AbandonedWish] = []

    def add(self, wish: Wish | None, why: str, *, fault: bool = False) -> None:
        """Note a wish; None for a command that no wish led to. fault: whether something is wrong."""
        if wish is not None:
            self._wishes.append(AbandonedWish(wish, why, fault))

    def add_overruled(self, playback: Playback, now: float) -> None:
        """Give up the music that had to wait while a person chose something else. playback: as just observed."""
        pending = self._pending
        music = [command for command in pending.commands if command.operation in MUSIC_OPERATIONS]
        wishes = [command.wish for command in music] + [waiting.original for waiting in pending.wishes]
        for wish in wishes:
            if wish is not None and not still_applies(wish, playback, now):
                pending.withdraw(wish)
                self.add(wish, OVERRULED)

    def take(self) -> list[AbandonedWish]:
        """Return the wishes given up since the last call."""
        wishes, self._wishes = self._wishes, []
        return wishes
