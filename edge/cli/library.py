"""The commands `moodroom library ...` and `moodroom recommend`: arguments only, no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edge.cli.options import ConfigOption, JsonOption, TableOption

library_app = typer.Typer(no_args_is_help=True, help="Your own songs, sorted into moods.")


def mount(app: typer.Typer) -> None:
    """Add the commands to `moodroom`."""
    app.add_typer(library_app, name="library")
    app.command()(recommend)


@library_app.command()
def sync(
    config: ConfigOption = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over instead of resuming the last sync.")] = False,
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
        bool, typer.Option("--reccobeats", help="Ask reccobeats.com; it is sent your songs' ids.")
    ] = False,
    audio: Annotated[bool, typer.Option("--audio", help="Analyse the files in library.music_folder.")] = False,
) -> None:
    """Find out how your songs sound.

    From a table, from ReccoBeats, or from the songs' files.
    """
    from edge.commands import library as commands
    from edge.config import file as config_file

    settings = config_file.load(config_file.find(config))
    commands.features(settings, table=table, reccobeats=reccobeats, audio=audio)


@library_app.command()
def sort(
    config: ConfigOption = None,
    table: TableOption = None,
    method: Annotated[str | None, typer.Option(help="quadrant, kmeans or knn; default: library.method.")] = None,
    k: Annotated[int | None, typer.Option(min=2, max=7, help="Number of clusters, for kmeans.")] = None,
    json_text: JsonOption = False,
    png: Annotated[Path | None, typer.Option(help="Draw the valence-energy plane to this file.")] = None,
) -> None:
    """Sort your songs, or those of a table, into moods."""
    from edge.commands import library as commands
    from edge.config import file as config_file

    settings = config_file.load(config_file.find(config))
    commands.sort(settings, table=table, method=method, k=k, json_text=json_text, png=png)


@library_app.command()
def move(
    song: Annotated[str, typer.Argument(help="A song's link, id, path, or words from its title.")],
    mood: Annotated[str, typer.Argument(help="One of the seven moods; auto undoes the move.")],
    config: ConfigOption = None,
    table: TableOption = None,
) -> None:
    """Assign a song to a mood permanently."""
    from edge.commands import library as commands
    from edge.config import file as config_file

    config_file.load(config_file.find(config))
    commands.move(song, mood, table=table)


@library_app.command()
def publish(
    config: ConfigOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Make the changes.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would change, as without --yes.")] = False,
) -> None:
    """Write a playlist for each mood.

    A private playlist on Spotify, or an M3U file for MPD.
    """
    from edge.commands import library as commands
    from edge.config import file as config_file

    commands.publish(config_file.load(config_file.find(config)), yes=yes and not dry_run)


def recommend(
    mood: Annotated[str, typer.Argument(help="angry, disgust, fear, happy, sad, surprise or neutral.")],
    n: Annotated[int, typer.Option("-n", min=1, help="Number of songs.")] = 10,
    config: ConfigOption = None,
    table: TableOption = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the selection; default: one for each day.")] = None,
    json_text: JsonOption = False,
) -> None:
    """Suggest songs for a mood, with links to Spotify."""
    from edge.commands import library as commands
    from edge.config import file as config_file

    config_file.load(config_file.find(config))
    commands.recommend(mood, n, table=table, seed=seed, json_text=json_text)
