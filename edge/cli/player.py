"""The group `moodroom player`: arguments only, no logic."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from edge.cli.options import ConfigOption


def mount(app: typer.Typer) -> None:
    """Add the group to `moodroom`."""
    group = typer.Typer(no_args_is_help=True, help="The speaker that the music plays on.")
    group.command("try")(try_speaker)
    app.add_typer(group, name="player")


def try_speaker(
    config: ConfigOption = None,
    mood: Annotated[
        str | None, typer.Option("--mood", help="Play this mood's music; default: the first that has some.")
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also where music plays already, or the device runs.")
    ] = False,
) -> None:
    """Try the speaker for at most a minute.

    Plays, pauses, sets the volume, queues a song and skips, and says what works. Afterwards the volume is as before.
    """
    from edge.commands.player_trial import try_player
    from edge.config import file as config_file

    raise typer.Exit(try_player(config_file.load(config_file.find(config)), sys.stdout, mood=mood, anyway=anyway))
