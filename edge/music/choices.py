"""Picks one of a mood's choices: at random by weight, never the same twice in a row, and none that nobody wants today.

The random generator is passed in. Pure.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from edge.config import NOTHING, Choice, Profile, several
from edge.text import parse_json, to_json
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


# Choices that people don't want today; beyond this the oldest are forgotten.
UNWANTED_MAX = 256


class UnwantedChoices:
    """What people don't want to hear again today, each for one mood."""

    def __init__(self) -> None:
        # The date that they are for, "" until it is known; and each mood with an address, the oldest first.
        self._day = ""
        self._choices: dict[tuple[str, str], None] = {}

    def set_day(self, day: str) -> None:
        """Today's date in local time; with another one, everything is wanted again."""
        if self._day and day != self._day:
            self._choices.clear()
        self._day = day

    def add(self, mood: str, uri: str) -> None:
        """Nobody wants this choice for this mood."""
        self._choices[mood, uri] = None
        while len(self._choices) > UNWANTED_MAX:
            del self._choices[next(iter(self._choices))]

    def without(self, mood: str, choices: Sequence[Choice]) -> tuple[Choice, ...]:
        """Return the choices that are wanted for this mood."""
        return tuple(choice for choice in choices if (mood, choice.play) not in self._choices)

    def as_text(self) -> str:
        """Return them in the form that `restore` reads; "" without any."""
        return to_json([self._day, *map(list, self._choices)]) if self._choices else ""

    def restore(self, text: str) -> None:
        """Take what `as_text` returned; a damaged text counts as none."""
        try:
            day, *pairs = parse_json(text)
            restored = {(str(mood), str(uri)): None for mood, uri in pairs[-UNWANTED_MAX:]}
        except (ValueError, TypeError):
            return
        self._day, self._choices = str(day), restored


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
