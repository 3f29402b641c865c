"""One of a mood's several choices: by weight, and never the same twice in a row. Pure, given its dice."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from edge.config import NOTHING, Choice, several
from edge.config.music import Profile
from edge.values import Music

# A mood and its choices -> a factor for each choice's configured weight, 0 or more, in the same order. What learns from
# skips plugs in here; `Music.uri` tells one choice from another.
Weigh = Callable[[str, Sequence[Music]], Sequence[float]]


def music_of(choice: Choice) -> Music:
    """The choice as players know it."""
    return Music(choice.play, choice.name or choice.play, choice.songs)


def options(profile: Profile, mood: str) -> tuple[Choice, ...]:
    """What the profile has for a mood, else its `default`; empty where that is `nothing`."""
    found = several(profile.get(mood) or profile.get("default"))  # type: ignore[call-overload]
    return tuple(choice for choice in found if choice.play != NOTHING)


class Picker:
    """Remembers what it picked last for each mood."""

    def __init__(self, rng: random.Random, weigh: Weigh | None = None) -> None:
        """rng: seeded where two runs must be alike."""
        self._rng, self._weigh = rng, weigh
        self._last: dict[str, str] = {}

    def pick(self, mood: str, choices: Sequence[Choice], *, but: str | None = None) -> Choice:
        """One of the choices, of which there is one at least.

        but: the address of what just ended, which isn't taken again where there is another.
        """
        last = {self._last.get(mood), but}
        others = [choice for choice in choices if choice.play not in last and choice.weight > 0]
        if len(others) == 1 and self._weigh is not None and but not in {choice.play for choice in choices}:
            # Of two choices the other would always come next, whatever was learnt about them.
            others = [choice for choice in choices if choice.weight > 0]
        among = others or list(choices)
        # Asked for a single one as well: whoever weighs notes where the choice stands.
        weights = self._weights(mood, among)
        found = among[0] if len(among) == 1 else self._rng.choices(among, weights)[0]
        self._last[mood] = found.play
        return found

    def _weights(self, mood: str, among: Sequence[Choice]) -> list[float]:
        weights = [choice.weight for choice in among]
        if self._weigh is not None:
            factors = self._weigh(mood, [music_of(choice) for choice in among])
            weights = [weight * max(0.0, factor) for weight, factor in zip(weights, factors, strict=True)]
        usable = all(math.isfinite(weight) for weight in weights) and sum(weights) > 0
        return weights if usable else [1.0] * len(among)
