"""Prints the results of `moodroom library ...`, and draws the plane of valence and energy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.table import Column, Table

from edge.commands.output import table_console, write_bytes
from edge.commands.terminal import say
from edge.library.features import Coverage
from edge.library.placement import Sorting, report
from edge.library.publish import PlaylistChange
from edge.library.sync import Synced
from edge.songs import Recommendation

TYPICAL_SONGS_SHOWN = 3


def print_synced(synced: Iterable[Synced]) -> None:
    """Print a line for each list that was read."""
    for songs in synced:
        resumed = f", resumed at song {songs.resumed}" if songs.resumed else ""
        removed = f", {songs.gone} removed" if songs.gone else ""
        say(f"{songs.title}: {songs.songs} songs{removed} ({songs.pages} pages{resumed})")


def print_coverage(known: Coverage) -> None:
    """Print how many songs have features, and from which sources."""
    sources = ", ".join(f"{count} from {source}" for source, count in sorted(known.by.items()))
    guessed = f"; the valence of {known.guessed} is a guess" if known.guessed else ""
    share = f"{known.placeable} of {known.songs} songs ({known.share:.0%})"
    print(f"features: {share}{': ' + sources if sources else ''}{guessed}")


def print_sorting(sorting: Sorting) -> None:
    """Print a table of the moods with their most typical songs, and a summary."""
    data = report(sorting, typical=TYPICAL_SONGS_SHOWN)
    table = Table(Column("mood", no_wrap=True), Column("songs", justify="right"), "most typical")
    for mood, songs in data["moods"].items():
        names = [_name(song["artist"], song["title"], song["uri"]) for song in songs["typical"]]
        table.add_row(mood, str(songs["count"]), "; ".join(names))
    table_console().print(table)
    silhouette = data["silhouette"]
    line = f"{data['method']}: {data['placed']} of {data['songs']} songs have a mood ({data['coverage']:.0%})"
    line += f", {data['moved']} moved by you" if data["moved"] else ""
    line += f", silhouette {silhouette:.2f}" if silhouette is not None else ""
    line += f"; the valence of {data['valence_guessed']} is a guess" if data["valence_guessed"] else ""
    print(line)


def draw_sorting(sorting: Sorting, png: Path) -> None:
    """Draw the sorted songs in the plane of valence and energy. Raises ConfigError if the file can't be written."""
    from edge.commands.charts.songs import plane_png

    write_bytes(png, plane_png(sorting.placed, f"{len(sorting.placed)} songs by {sorting.method}"))


def print_changes(changes: Iterable[PlaylistChange]) -> None:
    """Print a table of the playlists and how publishing changes them."""
    table = Table(Column("playlist", no_wrap=True), "songs", "added", "removed", "status")
    for change in changes:
        status = "exists" if change.target is not None else "new"
        table.add_row(
            change.name,
            str(len(change.uris)),
            f"+{change.added}",
            f"-{change.removed}",
            status if change.needed else "unchanged",
        )
    table_console().print(table)


def print_songs(songs: Sequence[Recommendation]) -> None:
    """Print a line for each song, with its link."""
    for song in songs:
        say(f"{_name(song.artist, song.title, song.uri)}  {song.link or song.uri}")


def _name(artist: str, title: str, uri: str) -> str:
    return " - ".join(part for part in (artist, title) if part) or uri
