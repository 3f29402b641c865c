"""How much the journal may write, so that an SD card lasts: a token bucket of bytes."""

from __future__ import annotations

# At most 5 MB in any 24 hours: a full bucket (0.4 MB), the refill of a day (3.9 MB), and one batch too many (0.7 MB).
CAPACITY_BYTES = 400_000.0
RATE_BYTES_PER_S = 45.0


class TokenBucket:
    """Bytes that may be written: refilled at a steady rate up to a capacity; a deficit must be waited out."""

    def __init__(self, now: float, *, rate: float = RATE_BYTES_PER_S, capacity: float = CAPACITY_BYTES) -> None:
        """rate: bytes a second. capacity: the most bytes that accumulate while little is written."""
        self._rate, self._capacity = rate, capacity
        self._balance, self._at = capacity / 2, now

    def spend(self, now: float, written: int) -> None:
        """Take bytes that were written."""
        self._refill(now)
        self._balance -= written

    def wait(self, now: float) -> float:
        """Return the seconds until something may be written again; 0 if it may be now."""
        self._refill(now)
        return max(0.0, -self._balance / self._rate)

    def _refill(self, now: float) -> None:
        self._balance = min(self._capacity, self._balance + self._rate * max(0.0, now - self._at))
        self._at = now
