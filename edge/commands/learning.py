"""The commands `moodroom learning show` and `reset`: what the device has learned about each choice."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from edge.commands.output import table_console
from edge.config import NOTHING, Config, several
from edge.errors import ConfigError, JournalError
from edge.journal.reader import forget_outcomes
from edge.journal.reader import outcomes as read_outcomes
from edge.music.tastes import Outcome, Tastes
from edge.system.database import default_path
from edge.values import EXPRESSIONS

SHARE_DRAWS = 20_000


def show_learning(config: Config, *, json_text: bool, path: Path | None = None) -> None:
    """Print each choice of the profile with its outcomes; raises JournalError."""
    try:
        tastes = Tastes(by_entry(config, read_outcomes(default_path() if path is None else path)))
    except JournalError:
        if os.path.exists(default_path() if path is None else path):
            raise
        # A device that has never run has learned nothing yet, which isn't an error.
        tastes = Tastes()
    rows = beliefs(config, tastes)
    if json_text:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not config.journal.learn:
        print("Learning is off (journal.learn: false); this was learned before.")
    table = Table("mood", "choice", box=None)
    for name in ("outcomes", "left playing", "share"):
        table.add_column(name, justify="right")
    for row in rows:
        figures = (f"{row['outcomes']:.1f}", f"{row['left_playing']:.0%}", f"{row['share']:.0%}")
        table.add_row(str(row["mood"]), str(row["name"]), *figures)
    table_console().print(table)
    if all(row["share"] == 1 for row in rows):
        print("Each mood has only one choice, so there is nothing to learn; list several in music.profiles.")


def by_entry(config: Config, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """The outcomes, each with the profile entry that its choice belongs to as its mood.

    A mood without an entry plays a choice of `default`, so its outcomes count for `default`.
    """
    profile, fallback = config.music.profiles[config.music.profile], _fallback(config)
    for outcome in outcomes:
        falls_back = outcome.mood not in profile and outcome.uri in fallback
        yield replace(outcome, mood="default") if falls_back else outcome


def beliefs(config: Config, tastes: Tastes) -> list[dict[str, Any]]:
    """For each choice of the profile: mood, name, uri, outcomes, left_playing (0..1), share (0..1).

    outcomes: their number, where older ones count for less. left_playing: the estimated probability that people let it
    play. share: how often it would be played now if all configured weights were equal.
    """
    profile = config.music.profiles[config.music.profile]
    rng = np.random.default_rng(0)
    rows: list[dict[str, Any]] = []
    for mood in (*EXPRESSIONS, "default"):
        choices = [choice for choice in several(profile.get(mood)) if choice.play != NOTHING]  # type: ignore[call-overload]
        shares = tastes.shares(mood, [choice.play for choice in choices], rng, draws=SHARE_DRAWS)
        for choice, share in zip(choices, shares, strict=True):
            belief = tastes.belief(mood, choice.play)
            rows.append(
                {
                    "mood": mood,
                    "name": choice.name or choice.play,
                    "uri": choice.play,
                    "outcomes": round(belief.evidence, 2),
                    "left_playing": round(belief.mean, 3),
                    "share": round(share, 3),
                }
            )
    return rows


def require_entry(mood: str | None) -> None:
    """Raise ConfigError unless this is a mood, `default`, or None for all."""
    if mood is not None and mood not in (*EXPRESSIONS, "default"):
        raise ConfigError(f"{mood!r}: isn't a mood; choose one of: {', '.join(EXPRESSIONS)}, default")


def reset_learning(config: Config, mood: str | None, *, path: Path | None = None) -> None:
    """Delete the outcomes of one profile entry, or all; raises ConfigError for an unknown mood, JournalError."""
    require_entry(mood)
    place = default_path() if path is None else path
    count = forget_outcomes(place, *([] if mood is None else [mood]))
    if mood == "default":
        profile = config.music.profiles[config.music.profile]
        without = [name for name in EXPRESSIONS if name not in profile]
        count += forget_outcomes(place, *without, only=_fallback(config)) if without else 0
    print(f"Forgotten: {count} outcomes{'' if mood is None else f' for {mood}'}.")


def _fallback(config: Config) -> set[str]:
    """The URIs of the choices that moods without an entry play."""
    return {choice.play for choice in several(config.music.profiles[config.music.profile].get("default"))}
