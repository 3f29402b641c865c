"""How much the journal may write, so that an SD card lasts: a token bucket of bytes."""

from __future__ import annotations

# At most 5 MB in any 24 hours: what the bucket holds (0.4), what flows in (3.9), and one batch too many (0.7).
CAPACITY = 400_000.0
RATE = 45.0


class TokenBucket:
    """Bytes that may be written now; they flow in steadily up to a limit, and a debt is waited out."""

    def __init__(self, now: float, *, rate: float = RATE, capacity: float = CAPACITY) -> None:
        """rate: bytes a second. capacity: bytes that gather at most while little happens."""
        self._rate, self._capacity = rate, capacity
        self._balance, self._at = capacity / 2, now

    def spend(self, now: float, written: int) -> None:
        """So many bytes were written."""
        self._flow(now)
        self._balance -= written

    def wait(self, now: float) -> float:
        """Seconds until something may be written again; 0 for now."""
        self._flow(now)
        return max(0.0, -self._balance / self._rate)

    def _flow(self, now: float) -> None:
        self._balance = min(self._capacity, self._balance + self._rate * max(0.0, now - self._at))
        self._at = now
