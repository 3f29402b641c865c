"""The command `run`: arguments only; `cli/run` runs the device."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Annotated

import typer

from edge.cli.options import ConfigOption


def mount(app: typer.Typer) -> None:
    """Add the command to `moodroom`."""
    app.command()(run)


def run(
    config: ConfigOption = None,
    source: Annotated[
        str | None,
        typer.Option("--source", help="Video, folder of pictures or camera to use instead of camera.source."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Exit at the end of the replay instead of looping.")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Replay as fast as frames can be processed.")] = False,
    publish: Annotated[bool, typer.Option("--publish", help="Publish a replay over MQTT as well.")] = False,
    journal: Annotated[
        bool, typer.Option("--journal", help="Write a replay into the journal, and learn from it.")
    ] = False,
    json_lines: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log more.")] = False,
) -> None:
    """Run the device in the foreground."""
    from edge.cli import device_process

    replaced = device_process.is_possible()
    if replaced:
        from edge import validation

        validation.validate_for_another_process()
    from edge.cli.run import Start
    from edge.cli.run import run as run_device
    from edge.config import file as config_file
    from edge.daemon.options import Options

    file = config_file.find(config)
    options = Options(
        once=once,
        fast=fast,
        json=json_lines,
        publish=publish,
        journal=journal,
        file=file,
        overridden=() if source is None else ("camera.source",),
    )
    start = Start(options, None if source is None else config_file.source(source), verbose)
    if replaced:
        with _left_to_a_service():
            text = None if file is None else config_file.text_of(file)
            known = None if text is None else config_file.parse(text, name=str(file))
            start = dataclasses.replace(start, text=text, config=known)
        device_process.replace(start)
    raise typer.Exit(run_device(start))


@contextlib.contextmanager
def _left_to_a_service() -> Iterator[None]:
    """A service with a configuration file that can't be used goes on with the last one that could."""
    from edge.errors import ConfigError
    from edge.system.systemd import SystemdNotifier

    try:
        yield
    except ConfigError:
        if not SystemdNotifier().enabled:
            raise
