"""`moodroom analyze`: a video as a table, CSV, JSON and a picture, with the music that would be played."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from edge.analysis.film import Analysis
from edge.analysis.film_text import as_csv, as_dict
from edge.analysis.look_at_film import LOOKS_PER_SECOND, analyze, length
from edge.commands.charts.analysis import analysis_png
from edge.commands.output import require_folder, table_console, write_bytes, write_text
from edge.config import Config
from edge.errors import ConfigError, MoodroomError
from edge.music.choices import choices_for, music_of

SONGS_PER_MOOD = 5
log = logging.getLogger(__name__)


def show_analysis(
    config: Config,
    video: Path,
    *,
    csv_to: str | None,
    json_to: str | None,
    png: Path | None,
    fps: float = LOOKS_PER_SECOND,
) -> None:
    """Analyse a video and write the requested files; the table goes to stdout unless CSV or JSON does.

    csv_to, json_to: a path, or "-" for stdout. fps: frames a second that are looked at.
    Raises SourceError for the video, ConfigError for a file that can't be written, ModelError for the model.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
    )
    if csv_to == json_to == "-":
        raise ConfigError("--csv and --json: only one of them can go to stdout; name a file for the other")
    for where in (csv_to, json_to, png):
        # Checked first, because the analysis takes long.
        require_folder(where)
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("analysing", total=length(video))
        analysis = analyze(config, video, fps=fps, step=lambda done: bar.update(task, completed=done))
    music = music_for(config, analysis)
    if csv_to is not None:
        write_text(csv_to, as_csv(analysis))
    if json_to is not None:
        write_text(json_to, json.dumps(as_dict(analysis) | {"music": music}, ensure_ascii=False, indent=1) + "\n")
    if png is not None:
        write_bytes(png, analysis_png(analysis, video.name))
    if "-" not in (csv_to, json_to):
        _print(analysis, music)


def music_for(config: Config, analysis: Analysis) -> list[dict[str, Any]]:
    """For each mood of the room, the longest first: the profile's choices, and songs of the own library."""
    profile = config.music.profiles[config.music.profile]
    result = []
    for mood in analysis.moods():
        musics = [music_of(choice) for choice in choices_for(profile, mood)]
        choices = [{"name": music.name, "uri": music.uri} for music in musics]
        result.append({"mood": mood, "choices": choices, "songs": _own_songs(mood)})
    return result


def _own_songs(mood: str) -> list[dict[str, Any]]:
    """Some songs that are sorted into this mood, the same on each call; none without a library."""
    try:
        from edge.library.recommend import recommend

        return [asdict(song) for song in recommend(mood, SONGS_PER_MOOD, table=None, seed=0)]
    except MoodroomError as error:
        log.debug("%s", error)
        return []


def _print(analysis: Analysis, music: list[dict[str, Any]]) -> None:
    console = table_console()
    table = Table("who", Column("in view", justify="right"), "moods", box=None)
    table.add_row("room", f"{analysis.seconds:.1f} s", _shares(analysis.room()))
    for person in analysis.people():
        in_view = f"{sum(person.seconds.values()):.1f} s"
        table.add_row(f"person {person.number}", in_view, _shares(person.seconds))
    console.print(table)
    if not analysis.people():
        print("There was nobody in view.")
    for entry in music:
        names = [choice["name"] for choice in entry["choices"]] or ["the music stays as it is"]
        console.print(f"{entry['mood']}: {', '.join(names)}")
        for song in entry["songs"]:
            name = " - ".join(filter(None, (song["artist"], song["title"]))) or song["uri"]
            console.print(f"  {name}  {song['link'] or song['uri']}")


def _shares(seconds: dict[str, float]) -> str:
    return ", ".join(f"{mood} {spent:.1f} s" for mood, spent in seconds.items())
