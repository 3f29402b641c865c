"""How long to wait between two attempts to connect.

Every wait is random within bounds, so that the devices of a house don't return to a broker at the same moment.
"""

from __future__ import annotations

import random

FIRST_WAIT_S, MAX_WAIT_S = 1.0, 60.0
# After a refusal that will most likely be repeated, such as a wrong password.
REFUSED_WAIT_S = 30.0
# A connection that lasted this long was a good one: the waits start over.
GOOD_CONNECTION_S = 10.0
# This many short connections in a row aren't explained by a broker that restarts.
MAX_SHORT_CONNECTIONS = 4


class Backoff:
    """Counts failed attempts and short connections."""

    def __init__(self) -> None:
        self.wait_s = 2 * FIRST_WAIT_S
        self._short_connections = 0

    def next_wait(self) -> float:
        """Seconds to wait after a failure; twice as long each time."""
        wait, self.wait_s = self.wait_s, min(MAX_WAIT_S, self.wait_s * 2)
        return wait * random.uniform(0.5, 1.0)  # noqa: S311

    def refused_wait(self) -> float:
        """Seconds to wait after a refusal."""
        return REFUSED_WAIT_S * random.uniform(1.0, 2.0)  # noqa: S311

    def lost(self, lasted_s: float) -> bool:
        """Count a lost connection; returns True if there were too many short ones in a row."""
        self._short_connections += 1
        if lasted_s >= GOOD_CONNECTION_S:
            self._short_connections, self.wait_s = 1, 2 * FIRST_WAIT_S
        return self._short_connections >= MAX_SHORT_CONNECTIONS
