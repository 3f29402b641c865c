"""The group `moodroom web`: arguments only, no logic."""

from __future__ import annotations

import sys

import typer

from edge.cli.options import ConfigOption


def mount(app: typer.Typer) -> None:
    """Add the group to `moodroom`."""
    group = typer.Typer(no_args_is_help=True, help="The web page for phones.")
    group.command("password")(web_password)
    group.command("code")(web_code)
    app.add_typer(group, name="web")


def web_password(config: ConfigOption = None) -> None:
    """Set the web page's password, typed twice or read from a pipe."""
    from edge.commands.web_password import set_password
    from edge.config import file as config_file

    set_password(config_file.load(config_file.find(config)), sys.stdin, sys.stdout)


def web_code(config: ConfigOption = None) -> None:
    """Show the code that opens the web page until it has a password."""
    from edge.commands.web_code import show_code
    from edge.config import file as config_file

    show_code(config_file.load(config_file.find(config)), sys.stdout)
