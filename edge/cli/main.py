"""The command `moodroom`: arguments in, exit codes out, no logic."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from edge import __version__
from edge.cli.history import mount as mount_history
from edge.cli.library import mount as mount_library
from edge.errors import ConfigError, ModelError, MoodroomError

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A music device for a room: it reads the room's mood on the device and plays to it.",
)
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="The configuration; without it ./config.yaml, then /etc/moodroom/config.yaml."),
]
# A disk that is full, a quota, a file that is too large, a terminal that is gone, a descriptor that can't be written.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)

mqtt_app = typer.Typer(no_args_is_help=True, help="What this device has on the MQTT broker.")
app.add_typer(mqtt_app, name="mqtt")
web_app = typer.Typer(no_args_is_help=True, help="The page for phones.")
app.add_typer(web_app, name="web")
mount_library(app)
mount_history(app)


@app.command()
def run(
    config: ConfigOption = None,
    source: Annotated[
        str | None, typer.Option("--source", help="A film, a folder of pictures or a camera instead of camera.source.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="End at the end of the replay, instead of looping.")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Replay as fast as frames can be processed.")] = False,
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say more in the log.")] = False,
) -> None:
    """Run the device in the foreground."""
    from edge.config import file as config_file
    from edge.daemon.options import Options, loader
    from edge.daemon.session import run as run_daemon
    from edge.system import logs

    logs.set_up(verbose=verbose)
    load = loader(config_file.find(config), None if source is None else config_file.source(source))
    raise typer.Exit(run_daemon(load, Options(once=once, fast=fast, json=json_lines)))


@app.command()
def check(
    config: ConfigOption = None,
    config_only: Annotated[bool, typer.Option("--config-only", help="Only read the file; touch nothing.")] = False,
    json_text: Annotated[bool, typer.Option("--json", help="The table as one JSON object on stdout.")] = False,
) -> None:
    """Validate the configuration and try each part."""
    from edge.config import file as config_file

    path = config_file.find(config)
    settings = config_file.load(path)
    if config_only:
        told = json.dumps({"ok": True, "config": None if path is None else str(path), "checks": []})
        print(told if json_text else f"{path or 'the built-in configuration'}: fine")
        return
    from edge.commands.check import try_parts

    raise typer.Exit(try_parts(settings, sys.stdout, as_json=json_text))


@app.command()
def evaluate(
    data: Annotated[Path, typer.Argument(help="Faces and labels: a .npz with images (n, 48, 48) and labels (n,).")],
    config: ConfigOption = None,
    split: Annotated[str, typer.Option(help="training, public, private or all.")] = "all",
    json_text: Annotated[bool, typer.Option("--json", help="The figures as JSON on stdout.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write the expression head's confusion matrix there.")] = None,
) -> None:
    """Judge the shipped model on a labelled set: accuracy, each class, confusions, calibration."""
    from edge.commands.evaluate import judge_model
    from edge.config import file as config_file

    judge_model(config_file.load(config_file.find(config)), data, split=split, json_text=json_text, png=png)


@mqtt_app.command()
def cleanup(config: ConfigOption = None) -> None:
    """Remove everything that this device has left on the broker; stop it first."""
    from edge.commands.mqtt_cleanup import cleanup as clean_up
    from edge.config import file as config_file

    raise typer.Exit(clean_up(config_file.load(config_file.find(config)), sys.stdout))


@web_app.command("password")
def web_password(config: ConfigOption = None) -> None:
    """Set the page's password; it is asked for twice, or read from a pipe."""
    from edge.commands.web_password import set_password
    from edge.config import file as config_file

    set_password(config_file.load(config_file.find(config)), sys.stdin, sys.stdout)


@app.command()
def bench(
    video: Annotated[Path | None, typer.Argument(help="A film; without it the bundled demo clip.")] = None,
    config: ConfigOption = None,
    json_text: Annotated[bool, typer.Option("--json", help="The figures as JSON on stdout.")] = False,
) -> None:
    """What looking costs on this machine, beside processing every frame and every N-th."""
    from edge.commands.bench import bench as run_bench
    from edge.config import file as config_file

    run_bench(config_file.load(config_file.find(config)), video, json_text=json_text)


@app.command()
def login(
    config: ConfigOption = None,
    listen: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Wait for the browser on 127.0.0.1:PORT, as with ssh -L.")
    ] = None,
) -> None:
    """Sign in to Spotify, also on a machine without a screen."""
    from edge.commands.spotify import log_in
    from edge.config import file as config_file

    settings = config_file.load(config_file.find(config))
    log_in(settings, port=listen, out=sys.stdout, read=sys.stdin.readline)


@app.command()
def speakers(config: ConfigOption = None) -> None:
    """The Connect devices that Spotify shows now."""
    from edge.commands.spotify import show_speakers
    from edge.config import file as config_file

    raise typer.Exit(show_speakers(config_file.load(config_file.find(config)), sys.stdout))


@app.command()
def schema(config: ConfigOption = None) -> None:  # noqa: ARG001  as everywhere, though nothing in it is needed
    """Print the configuration's JSON schema, for editors."""
    from edge.config import file as config_file

    print(json.dumps(config_file.schema(), indent=2, ensure_ascii=False))


@app.command()
def version(config: ConfigOption = None) -> None:  # noqa: ARG001  as everywhere, though nothing in it is needed
    """Print the version."""
    print(__version__)


def main(arguments: list[str] | None = None) -> None:
    """Entry point: errors are one sentence on stderr; exit code 2 for bad input, 1 for what didn't work."""
    if sys.stdout is None:
        # Who closed it wants no output.
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  it stays open until the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file's name may hold bytes that are no text.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = _answer(arguments)
        # Here, where it can be told, and not on Python's way out.
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our lines went away, as `| head` does.
        _say_no_more()
        code = 0
    except OSError as error:
        if error.errno not in _NO_ROOM or error.filename is not None:
            raise
        print(f"moodroom: stdout can't be written: {error.strerror}", file=sys.stderr)
        _say_no_more()
        code = 1
    sys.exit(code)


def _answer(arguments: list[str] | None) -> int:
    """Do what the arguments say; gives the exit code."""
    try:
        return int(app(args=arguments, prog_name="moodroom", standalone_mode=False) or 0)
    except TyperException as error:
        print(f"moodroom: {error.format_message()}", file=sys.stderr)
        return 2
    except (ConfigError, ModelError) as error:
        print(f"moodroom: {error}", file=sys.stderr)
        return 2
    except MoodroomError as error:
        print(f"moodroom: {error}", file=sys.stderr)
        return 1
    except typer.Abort:
        # Somebody said no, or left.
        return 1
    except SystemExit:
        # So Typer and rich end where the reader of our lines went away.
        raise BrokenPipeError from None


def _say_no_more() -> None:
    """Python would complain on its way out of what it couldn't write."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


if __name__ == "__main__":
    main()
