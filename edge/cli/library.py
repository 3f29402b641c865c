"""The commands `moodroom library ...` and `moodroom recommend`: arguments in, no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

library_app = typer.Typer(no_args_is_help=True, help="Your own songs, sorted into moods.")
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="The configuration; without it ./config.yaml, then /etc/moodroom/config.yaml."),
]
TableOption = Annotated[Path | None, typer.Option("--from", help="A CSV table of songs with valence and energy.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


def mount(app: typer.Typer) -> None:
    """Add both to the command line."""
    app.add_typer(library_app, name="library")
    app.command()(recommend)


@library_app.command()
def sync(
    config: ConfigOption = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew, wherever the last sync stopped.")] = False,
) -> None:
    """Read your liked songs and playlists, or MPD's collection."""
    from edge.commands import library as commands
    from edge.config import file as config_file

    commands.sync_songs(config_file.load(config_file.find(config)), fresh=fresh)


@library_app.command()
def features(
    config: ConfigOption = None,
    table: TableOption = None,
    reccobeats: Annotated[
        bool, typer.Option("--reccobeats", help="Ask reccobeats.com, which learns your songs.")
    ] = False,
    audio: Annotated[bool, typer.Option("--audio", help="Analyse the files below library.music_folder.")] = False,
) -> None:
    """Learn how your songs sound: from a table, from ReccoBeats, or from their files."""
    from edge.commands import library as commands
    from edge.config import file as config_file

    settings = config_file.load(config_file.find(config))
    commands.features(settings, table=table, reccobeats=reccobeats, audio=audio)


@library_app.command()
def sort(
    config: ConfigOption = None,
    table: TableOption = None,
    method: Annotated[str | None, typer.Option(help="quadrant, kmeans or knn; without it library.method.")] = None,
    k: Annotated[int | None, typer.Option(min=2, max=7, help="kmeans: how many clusters.")] = None,
    json_text: JsonOption = False,
    png: Annotated[Path | None, typer.Option(help="Draw the plane of valence and energy there.")] = None,
) -> None:
    """Sort your songs, or a table's, into moods."""
    from edge.commands import library as commands
    from edge.config import file as config_file

    settings = config_file.load(config_file.find(config))
    commands.sort(settings, table=table, method=method, k=k, json_text=json_text, png=png)


@library_app.command()
def move(
    song: Annotated[str, typer.Argument(help="A song's link, id, path, or words of its title.")],
    mood: Annotated[str, typer.Argument(help="One of the seven moods; auto takes the move back.")],
    config: ConfigOption = None,
    table: TableOption = None,
) -> None:
    """Put a song into a mood; it stays there."""
    from edge.commands import library as commands
    from edge.config import file as config_file

    config_file.load(config_file.find(config))
    commands.move(song, mood, table=table)


@library_app.command()
def publish(
    config: ConfigOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change; as without --yes.")] = False,
) -> None:
    """A private playlist on Spotify, or an M3U file for MPD, for each mood."""
    from edge.commands import library as commands
    from edge.config import file as config_file

    commands.publish(config_file.load(config_file.find(config)), yes=yes and not dry_run)


def recommend(
    mood: Annotated[str, typer.Argument(help="angry, disgust, fear, happy, sad, surprise or neutral.")],
    n: Annotated[int, typer.Option("-n", min=1, help="How many.")] = 10,
    config: ConfigOption = None,
    table: TableOption = None,
    seed: Annotated[int | None, typer.Option(help="Another choice; without it one for each day.")] = None,
    json_text: JsonOption = False,
) -> None:
    """Songs for a mood, with links that open in Spotify."""
    from edge.commands import library as commands
    from edge.config import file as config_file

    config_file.load(config_file.find(config))
    commands.recommend(mood, n, table=table, seed=seed, json_text=json_text)
