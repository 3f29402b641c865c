"""A token bucket: a budget that fills at a steady rate up to a limit. Pure, with the clock's seconds as an argument."""

from __future__ import annotations


class TokenBucket:
    """Tokens to spend, such as bytes, log lines or CPU seconds.

    Over any time of t seconds, at most `capacity + rate * t` tokens are spent, apart from what a debt still owes.
    A clock that goes back earns nothing.
    """

    def __init__(self, *, rate: float, capacity: float, level: float | None = None) -> None:
        """rate: tokens a second. capacity: how many gather at most. level: how many there are at first; None: full."""
        self._rate, self._capacity = rate, capacity
        self._level = capacity if level is None else level
        self._filled_at: float | None = None

    def take(self, now: float, amount: float = 1.0) -> bool:
        """Spend an amount if there is enough; False, and nothing is spent, where there isn't."""
        if not self.affords(now, amount):
            return False
        self._level -= amount
        return True

    def affords(self, now: float, amount: float) -> bool:
        """Whether an amount could be spent now."""
        self._fill(now)
        return self._level >= amount

    def spend(self, now: float, amount: float) -> None:
        """Spend an amount whose size was not known before; it may leave a debt."""
        self._fill(now)
        self._level -= amount

    def wait(self, now: float) -> float:
        """Seconds until no debt is left; 0 where there is none."""
        self._fill(now)
        return max(0.0, -self._level / self._rate)

    def _fill(self, now: float) -> None:
        if self._filled_at is not None:
            elapsed = max(0.0, now - self._filled_at)
            self._level = min(self._capacity, self._level + self._rate * elapsed)
        self._filled_at = now
