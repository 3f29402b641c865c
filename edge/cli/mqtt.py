"""The group `moodroom mqtt`: arguments only, no logic."""

from __future__ import annotations

import sys

import typer

from edge.cli.options import ConfigOption


def mount(app: typer.Typer) -> None:
    """Add the group to `moodroom`."""
    group = typer.Typer(no_args_is_help=True, help="What this device has published on the MQTT broker.")
    group.command()(cleanup)
    app.add_typer(group, name="mqtt")


def cleanup(config: ConfigOption = None) -> None:
    """Remove all that this device has retained; stop it first."""
    from edge.commands.mqtt_cleanup import cleanup as clean_up
    from edge.config import file as config_file

    raise typer.Exit(clean_up(config_file.load(config_file.find(config)), sys.stdout))
