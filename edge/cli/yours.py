"""The commands `backup`, `restore`, `logout` and `erase`: arguments only, no logic."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.options import ConfigOption

ERASE_QUESTION = "Erase the whole history and all that was learned? It can't be undone."


def mount(app: typer.Typer) -> None:
    """Add the commands to `moodroom`."""
    for command in (backup, restore, logout, erase):
        app.command()(command)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    config: ConfigOption = None,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="Also passwords and the Spotify login, encrypted by a passphrase.")
    ] = False,
) -> None:
    """Write configuration, settings, history and what was learned into one file."""
    from edge.commands.yours import back_up
    from edge.config import file as config_file

    back_up(file, config_file.find(config), with_secrets=with_secrets, source=sys.stdin, out=sys.stdout)


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    config: ConfigOption = None,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="Ask for the passphrase, and restore the secrets too.")
    ] = False,
) -> None:
    """Bring a backup back; stop the device first. What it replaces is kept."""
    from edge.commands.yours import bring_back
    from edge.config import file as config_file

    bring_back(file, config_file.find(config), source=sys.stdin, out=sys.stdout, ask=with_secrets)


def logout(config: ConfigOption = None) -> None:  # noqa: ARG001  every command takes --config
    """Sign out of Spotify: delete the login from this device."""
    from edge.commands.yours import log_out

    log_out(sys.stdout)


def erase(
    config: ConfigOption = None,  # noqa: ARG001  every command takes --config
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Erase the history and what was learned."""
    from edge.commands.yours import erase_all

    erase_all(lambda: yes or typer.confirm(ERASE_QUESTION, abort=True), sys.stdout)
