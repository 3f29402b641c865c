"""`moodroom player try`: what the configured speaker can do."""

from __future__ import annotations

import time
from typing import TextIO

from edge.commands.terminal import say
from edge.config import Config
from edge.errors import ConfigError
from edge.library.resolver import resolver
from edge.music.ownership import find_choice
from edge.players.player import open_player
from edge.players.trial.music import trial_music
from edge.players.trial.speaker_trial import SomebodyListensError, SpeakerTrial
from edge.system import state
from edge.system.run_lock import is_running
from edge.system.signals import interrupted_by_signals
from edge.values import EXPRESSIONS, SIMULATED

# Without these a speaker can't be used.
NEEDED = ("speaker", "play", "pause", "end")
CAN, CANNOT = "can  ", "can't"


def try_player(config: Config, out: TextIO, *, mood: str | None = None, anyway: bool = False) -> int:
    """Print one line for each step. Returns the exit code: 1 if the music doesn't play or pause.

    mood: whose music is played; None for the first mood that has some. anyway: also where music plays already, or the
    device runs. Raises ConfigError where the trial would disturb somebody, and PlayerError without a player.
    """
    if mood is not None and mood not in EXPRESSIONS:
        raise ConfigError(f"--mood: must be one of {', '.join(EXPRESSIONS)}, not {mood!r}")
    if not anyway and is_running(state.directory()):
        raise ConfigError(
            "player try: the device runs, and would take the trial for a person's wish; stop it first, or use "
            "Try it in the set-up's step Speaker, or add --anyway"
        )
    player = open_player(config, clock=time.monotonic, demo=False, resolver=resolver)
    try:
        if player.name in SIMULATED:
            say(f"{player.name}: there is no speaker to try; {SIMULATED[player.name]}", out)
            return 0
        music = trial_music(config.music, player.name, mood)
        if music is None:
            what = f" for {mood}" if mood is not None else ""
            raise ConfigError(f"music.profiles: {player.name} can play none of it{what}; add music for this player")
        profiles = config.music.profiles.values()
        trial = SpeakerTrial(
            player,
            music,
            mood=mood or "unknown",
            own=lambda playback: find_choice(profiles, playback) is not None,
            anyway=anyway,
        )
        failed = False
        with interrupted_by_signals():
            for line in trial.run():
                failed |= not line.works and line.step in NEEDED
                say(f"{CAN if line.works else CANNOT}  {line.step:<8} {line.text}", out)
                out.flush()
    except SomebodyListensError as error:
        raise ConfigError(f"player try: {error}, or add --anyway") from None
    finally:
        player.close()
    return 1 if failed else 0
