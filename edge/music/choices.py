"""Picks one of a mood's choices: at random by weight, and never the same twice in a row. Pure.

The random generator is passed in.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from edge.config import NOTHING, Choice, Profile, several
from edge.values import Music

# Called with a mood and its choices; returns a factor of 0 or more for each choice's configured weight, in their order.
Weigh = Callable[[str, Sequence[Music]], Sequence[float]]


def music_of(choice: Choice) -> Music:
    """Return the choice as players take it."""
    return Music(choice.play, choice.name or choice.play, choice.songs)


def choices_for(profile: Profile, mood: str) -> tuple[Choice, ...]:
    """Return the profile's choices for a mood, else those of its `default`; none where that is `nothing`."""
    choices = several(profile.get(mood) or profile.get("default"))  # type: ignore[call-overload]
    return tuple(choice for choice in choices if choice.play != NOTHING)


class Picker:
    """Picks choices, and remembers the last one for each mood."""

    def __init__(self, rng: random.Random, weigh: Weigh | None = None) -> None:
        """rng: seed it to make two runs alike. weigh: changes the configured weights by what was learned."""
        self._rng, self._weigh = rng, weigh
        self._last: dict[str, str] = {}

    def pick(self, mood: str, choices: Sequence[Choice], *, exclude: str | None = None) -> Choice:
        """Return one of the choices, of which there must be at least one.

        exclude: the address of what just ended; it is picked only where there is nothing else.
        """
        excluded = {self._last.get(mood), exclude}
        candidates = [choice for choice in choices if choice.play not in excluded and choice.weight > 0]
        if len(candidates) == 1 and self._weigh is not None and exclude not in {choice.play for choice in choices}:
            # With two choices they would always alternate, whatever was learned about them.
            candidates = [choice for choice in choices if choice.weight > 0]
        candidates = candidates or list(choices)
        # `weigh` is called for a single candidate as well: it notes which entry of the profile the choice belongs to.
        weights = self._weights(mood, candidates)
        picked = candidates[0] if len(candidates) == 1 else self._rng.choices(candidates, weights)[0]
        self._last[mood] = picked.play
        return picked

    def _weights(self, mood: str, candidates: Sequence[Choice]) -> list[float]:
        weights = [choice.weight for choice in candidates]
        if self._weigh is not None:
            factors = self._weigh(mood, [music_of(choice) for choice in candidates])
            weights = [weight * max(0.0, factor) for weight, factor in zip(weights, factors, strict=True)]
        usable = all(math.isfinite(weight) for weight in weights) and sum(weights) > 0
        return weights if usable else [1.0] * len(candidates)
