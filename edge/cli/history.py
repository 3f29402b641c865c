"""The commands `history`, `learning` and `analyze`: arguments only, no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edge.cli.options import ConfigOption, CsvFileOption, JsonOption

learning_app = typer.Typer(no_args_is_help=True, help="What the device has learned from skips and likes.")


def mount(app: typer.Typer) -> None:
    """Add the commands to `moodroom`."""
    app.add_typer(learning_app, name="learning")
    app.command()(history)
    app.command()(analyze)


def history(
    config: ConfigOption = None,
    since: Annotated[str, typer.Option(help="12h, 7d, today, yesterday, monday, or a day such as 2026-11-21.")] = "24h",
    csv_to: CsvFileOption = None,
    json_text: JsonOption = False,
    png: Annotated[Path | None, typer.Option(help="Draw today, or the day given by --since, to this file.")] = None,
    week: Annotated[bool, typer.Option("--week/--day", help="Draw seven days.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Include decisions to change nothing.")] = False,
) -> None:
    """Show past moods, songs, skips and commands from the journal."""
    from edge.commands.history import show_history
    from edge.config import file as config_file

    if config is not None:
        # Nothing in the file is needed here, so the default file isn't read; one that was named must be valid.
        config_file.load(config_file.find(config))
    show_history(since=since, csv_to=csv_to, json_text=json_text, png=png, week=week, everything=everything)


@learning_app.command("show")
def learning_show(config: ConfigOption = None, json_text: JsonOption = False) -> None:
    """Show how well the choices of each mood have done.

    Shows how often people let each choice play, and how often it would be played now.
    """
    from edge.commands.learning import show_learning
    from edge.config import file as config_file

    show_learning(config_file.load(config_file.find(config)), json_text=json_text)


@learning_app.command("reset")
def learning_reset(
    mood: Annotated[str | None, typer.Argument(help="Only this mood, or default; without it, all.")] = None,
    config: ConfigOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask for confirmation.")] = False,
) -> None:
    """Forget what was learned; a running device forgets it too."""
    from edge.commands.learning import require_entry, reset_learning
    from edge.config import file as config_file

    settings = config_file.load(config_file.find(config))
    require_entry(mood)
    if not yes:
        typer.confirm(f"Forget what was learned about {mood or 'all moods'}?", abort=True)
    reset_learning(settings, mood)


def analyze(
    video: Annotated[Path, typer.Argument(help="A video, a GIF, or a folder of pictures.")],
    config: ConfigOption = None,
    csv_to: CsvFileOption = None,
    json_to: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write JSON to this file; - is stdout.")
    ] = None,
    png: Annotated[Path | None, typer.Option(help="Draw expressions and mood over time to this file.")] = None,
    fps: Annotated[float, typer.Option(min=0.1, max=60, help="Looks per second of video.")] = 5.0,
) -> None:
    """Report the expressions and mood in a video.

    Shows faces, expressions and mood over time, and the music that would be played.
    """
    from edge.commands.analyze import show_analysis
    from edge.config import file as config_file

    settings = config_file.load(config_file.find(config))
    show_analysis(settings, video, csv_to=csv_to, json_to=json_to, png=png, fps=fps)
