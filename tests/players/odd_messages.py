"""JSON in which some values are of another kind, for tests of what a server may send."""

from __future__ import annotations

import random

ODD = [None, 7, -1, 1e400, 10**400, "", "\x1b[2J\ud800", "x" * 5000, [], [1], {}, {"a": 1}, True]


def odd(value: object, rng: random.Random) -> object:
    """Return the same JSON with some values replaced or left out."""
    if rng.random() < 0.1:
        return rng.choice(ODD)
    if isinstance(value, dict):
        return {key: odd(one, rng) for key, one in value.items() if rng.random() > 0.05}
    return [odd(one, rng) for one in value] if isinstance(value, list) else value
