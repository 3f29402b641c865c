"""`StartWatch`: whether music that was started is seen to play; what never did is nobody's pause. Pure."""

from __future__ import annotations

from edge.values import Wish

# The most that counts between two looks: music may have begun, and paused again, while the player couldn't be reached.
LOOK_MAX_S = 10.0


class StartWatch:
    """Follows the newest music that a player accepted until it plays, or fails to. Times on the player's clock."""

    def __init__(self, patience: float) -> None:
        """patience: seconds after which music that isn't seen to play never will."""
        self._patience = patience
        self._wish: Wish | None = None
        self._waited = self._looked_at = 0.0

    @property
    def waiting(self) -> bool:
        """True while music was started and hasn't been seen to play."""
        return self._wish is not None

    @property
    def wish(self) -> Wish | None:
        """The wish whose music hasn't been seen to play."""
        return self._wish

    def begin(self, now: float, wish: Wish | None) -> None:
        """The player accepted this wish to start or resume music."""
        self._wish, self._waited, self._looked_at = wish, 0.0, now

    def end(self) -> None:
        """It plays, or nobody waits for it any more."""
        self._wish = None

    def look(self, now: float, *, plays: bool, failed: bool = False) -> Wish | None:
        """Take what the player shows. Returns the wish once it is known that its music doesn't play."""
        wish = self._wish
        if wish is None:
            return None
        self._waited += min(now - self._looked_at, LOOK_MAX_S)
        self._looked_at = now
        if plays:
            self.end()
        elif failed or self._waited >= self._patience:
            self.end()
            return wish
        return None
