"""The command `moodroom`: arguments in, exit codes out, no logic of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from edge import __version__
from edge.cli import usage
from edge.cli.device import mount as mount_device
from edge.cli.ending import complain, exit_with
from edge.cli.history import mount as mount_history
from edge.cli.library import mount as mount_library
from edge.cli.mqtt import mount as mount_mqtt
from edge.cli.options import ConfigOption, JsonOption
from edge.cli.player import mount as mount_player
from edge.cli.web import mount as mount_web
from edge.cli.yours import mount as mount_yours

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["--help", "-h"]},
)
mount_mqtt(app)
mount_web(app)
mount_library(app)
mount_history(app)
mount_yours(app)
mount_player(app)
mount_device(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def moodroom(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """A music device that reads the mood of a room, on the device itself, and plays music to match."""


@app.command()
def check(
    config: ConfigOption = None,
    config_only: Annotated[bool, typer.Option("--config-only", help="Only read the file; try nothing.")] = False,
    json_text: JsonOption = False,
) -> None:
    """Validate the configuration and try each part."""
    from edge.config import file as config_file

    path = config_file.find(config)
    settings = config_file.load(path)
    if config_only:
        report = json.dumps({"ok": True, "config": None if path is None else str(path), "checks": []})
        print(report if json_text else f"{path or 'the built-in configuration'}: fine")
        return
    from edge.commands.check import print_checks

    raise typer.Exit(print_checks(settings, sys.stdout, as_json=json_text))


@app.command()
def evaluate(
    data: Annotated[Path, typer.Argument(help="A .npz with images (n, 48, 48) and labels (n,).")],
    config: ConfigOption = None,
    split: Annotated[str, typer.Option(help="training, public, private or all.")] = "all",
    json_text: JsonOption = False,
    png: Annotated[Path | None, typer.Option(help="Draw the expression head's confusion matrix to this file.")] = None,
) -> None:
    """Evaluate the model on a labelled data set.

    Prints accuracy, figures per class, confusions and calibration.
    """
    from edge.commands.evaluate import evaluate_model
    from edge.config import file as config_file

    evaluate_model(config_file.load(config_file.find(config)), data, split=split, json_text=json_text, png=png)


@app.command()
def bench(
    video: Annotated[Path | None, typer.Argument(help="A video; default: the bundled demo clip.")] = None,
    config: ConfigOption = None,
    json_text: JsonOption = False,
) -> None:
    """Measure what looking costs on this machine.

    Compares it with processing every frame, and every N-th.
    """
    from edge.commands.bench import bench as run_bench
    from edge.config import file as config_file

    run_bench(config_file.load(config_file.find(config)), video, json_text=json_text)


@app.command()
def login(
    config: ConfigOption = None,
    listen: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Wait for the browser on 127.0.0.1:PORT, for use with ssh -L.")
    ] = None,
) -> None:
    """Sign in to Spotify; works without a screen too."""
    from edge.commands.spotify import log_in
    from edge.config import file as config_file

    settings = config_file.load(config_file.find(config))
    log_in(settings, port=listen, out=sys.stdout, read=sys.stdin.readline)


@app.command()
def speakers(config: ConfigOption = None) -> None:
    """List the speakers that Spotify, or Music Assistant, shows now."""
    from edge.commands.speakers import show_daemon, show_players, uses_music_assistant
    from edge.config import file as config_file

    settings = config_file.load(config_file.find(config))
    if uses_music_assistant(settings):
        raise typer.Exit(show_players(settings, sys.stdout))
    if settings.music.player == "go_librespot":
        raise typer.Exit(show_daemon(settings, sys.stdout))
    from edge.commands.spotify import show_speakers

    raise typer.Exit(show_speakers(settings, sys.stdout))


@app.command()
def schema(
    config: ConfigOption = None,  # noqa: ARG001  every command takes --config
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a reference of all keys instead.")] = False,
) -> None:
    """Print the configuration's JSON schema, for editors."""
    from edge.config import reference

    if markdown:
        print(reference.markdown(), end="")
    else:
        print(json.dumps(reference.json_schema(), indent=2, ensure_ascii=False))


@app.command()
def version(config: ConfigOption = None) -> None:  # noqa: ARG001  every command takes --config
    """Print the version."""
    print(__version__)


def main(arguments: list[str] | None = None) -> None:
    """Entry point: an error is one sentence on stderr; exit code 2 for bad input, 1 for a failure.

    Without a command, `moodroom` and its groups of commands print their help and exit with 0, as with --help.
    """
    exit_with(lambda: _run(arguments))


def _run(arguments: list[str] | None) -> int:
    """Run the command that the arguments name; returns the exit code."""
    if (empty := usage.empty_argument(sys.argv[1:] if arguments is None else arguments)) is not None:
        complain(empty)
        return 2
    try:
        return int(app(args=arguments, prog_name="moodroom", standalone_mode=False) or 0)
    except TyperException as error:
        if (text := usage.help_text(error)) is not None:
            print(text)
            return 0
        complain(usage.sentence(error))
        return 2
    except typer.Abort:
        # The user declined a confirmation, or pressed Ctrl-C.
        return 1
    except SystemExit:
        # Typer and rich raise this when the reader closed the pipe.
        raise BrokenPipeError from None


if __name__ == "__main__":
    main()
