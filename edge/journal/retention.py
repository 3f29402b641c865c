"""How old a row must be to be removed. Pure."""

from __future__ import annotations

# How much later than the newest row the clock may be, apart from the time for which the device has run, to be believed.
BEYOND_NEWEST_MAX_S = 7 * 86400.0


def oldest_kept(
    now: float, keep_s: float, *, synchronised: bool, newest: float | None, running_s: float
) -> float | None:
    """The time before which rows are removed; None if none may be.

    A Pi without a battery may start in 2036, by which everything would be old. So only a clock that the network has set
    removes rows, and even that one counts only as far as the rows of earlier runs make it likely.

    now: Unix time. synchronised: whether the network has set the clock. newest: the time of the newest row when the
    file was opened, None without rows. running_s: seconds since then.
    """
    if not synchronised:
        return None
    if newest is not None:
        now = min(now, newest + BEYOND_NEWEST_MAX_S + running_s)
    return now - keep_s
