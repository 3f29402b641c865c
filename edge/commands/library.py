"""The output of `moodroom library ...` and `moodroom recommend`: tables, JSON and progress bars."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from edge.config import Config
from edge.errors import ConfigError, LibraryError
from edge.library.account import LibraryAccount, open_account
from edge.library.csv_table import read_table
from edge.library.features import Coverage, coverage
from edge.library.placement import Sorting, report
from edge.library.recommend import recommend as choose
from edge.library.retrying import Retrier, StoppedError
from edge.library.sort import METHODS, sort_songs
from edge.library.steps import bring_features, do_publishing, plan_publishing, sort_library
from edge.library.store import Store, moves_so_far
from edge.library.sync import SongList, sync
from edge.songs import SONG_MOODS, Song, match_key, track_uri
from edge.system.database import default_path

Open = Callable[[Config], LibraryAccount]
_SHOWN_WAIT_MIN_S = 2.0


def sync_songs(config: Config, *, fresh: bool, account: Open = open_account) -> None:
    """Read the lists with a progress bar; an interrupted run is resumed."""
    opened = account(config)
    try:
        with Store() as store, _bar() as (bar, wait):
            tasks = {one.name: bar.add_task(one.title, total=None) for one in opened.lists}

            def step(one: SongList, done: int, total: int) -> None:
                bar.update(tasks[one.name], completed=done, total=total)

            retrier = Retrier(wait, pause=opened.pause, on_wait=_wait_printer(bar))
            found = sync(store, opened.lists, retrier, fresh=fresh, step=step)
            known = coverage(store.songs())
    finally:
        opened.close()
    for one in found:
        resumed = f", resumed at song {one.resumed}" if one.resumed else ""
        gone = f", {one.gone} gone" if one.gone else ""
        print(f"{one.title}: {one.songs} songs{gone} ({one.pages} pages{resumed})")
    print(coverage_text(known))


def features(config: Config, *, table: Path | None, reccobeats: bool, audio: bool) -> None:
    """Get features of the library's songs from the named or configured sources, and print how many have some."""
    library = config.library
    table = table or (Path(library.table).expanduser() if library.table else None)
    reccobeats = reccobeats or library.reccobeats
    folder = Path(library.music_folder).expanduser() if library.music_folder else None
    if audio and folder is None:
        raise ConfigError("library.music_folder: is needed for --audio; it is MPD's music_directory as seen from here")
    with _existing() as store:
        with _bar() as (bar, wait):
            tasks: dict[str, Any] = {}

            def step(name: str, done: int, total: int) -> None:
                tasks.setdefault(name, bar.add_task(name, total=total) if name not in tasks else None)
                bar.update(tasks[name], completed=done, total=total)

            sentences = bring_features(
                store,
                library,
                wait,
                table=table,
                reccobeats=reccobeats,
                audio=folder if audio else None,
                step=step,
                on_wait=_wait_printer(bar),
            )
        for line in sentences or ["features: no source is chosen; name --from TABLE.csv, --reccobeats or --audio"]:
            print(line)
        print(coverage_text(coverage(store.songs())))


def sort(
    config: Config, *, table: Path | None, method: str | None, k: int | None, json_text: bool, png: Path | None
) -> None:
    """Sort the library or a table into moods, and print the result."""
    method = method or config.library.method
    if method not in METHODS:
        raise ConfigError(f"--method: must be one of {', '.join(METHODS)}, not {method!r}")
    if table is not None:
        sorting = sort_songs(
            read_table(table), method=method, clusters=k or config.library.clusters, moved=moves_so_far()
        )
    else:
        with _existing() as store:
            sorting = sort_library(store, config.library, method=method, k=k)
    if png is not None:
        _draw(sorting, png)
    if json_text:
        print(json.dumps(report(sorting), indent=1, ensure_ascii=False))
    else:
        _print(sorting)


def move(song: str, mood: str, *, table: Path | None) -> None:
    """Assign one song to a mood permanently; `auto` undoes it."""
    if mood not in (*SONG_MOODS, "auto"):
        raise ConfigError(f"{mood}: is no mood; choose one of {', '.join(SONG_MOODS)}, or auto to undo a move")
    if table is not None:
        songs = read_table(table)
    else:
        with Store() as store:
            songs = store.songs()
    found = _find(song, songs)
    with Store() as store:
        store.move(found.uri, None if mood == "auto" else mood)
    print(f"{found.name}: sorted again by its sound" if mood == "auto" else f"{found.name}: {mood} from now on")


def publish(config: Config, *, yes: bool, account: Open = open_account) -> None:
    """Print what publishing would change; with `yes` change it."""
    with _existing() as store:
        opened = account(config)
        try:
            with _bar() as (bar, wait):
                task = bar.add_task("comparing", total=None)
                retrier = Retrier(wait, pause=opened.pause, on_wait=_wait_printer(bar))
                changes = plan_publishing(store, config, opened, retrier)
                if yes:
                    bar.update(task, description="publishing")
                    do_publishing(store, config, opened, retrier, changes)
        finally:
            opened.close()
    grid = Table(Column("playlist", no_wrap=True), "songs", "added", "removed", "is")
    for one in changes:
        state = "there" if one.target is not None else "new"
        grid.add_row(
            one.name, str(len(one.uris)), f"+{one.added}", f"-{one.removed}", state if one.needed else "unchanged"
        )
    Console().print(grid)
    if not yes:
        print("Nothing was changed; `moodroom library publish --yes` makes the changes.")


def recommend(mood: str, n: int, *, table: Path | None, seed: int | None, json_text: bool) -> None:
    """Print songs for a mood, with links."""
    if mood not in SONG_MOODS:
        raise ConfigError(f"{mood}: is no mood; choose one of {', '.join(SONG_MOODS)}")
    found = choose(mood, n, table=table, seed=seed)
    if json_text:
        print(json.dumps([asdict(one) for one in found], indent=1, ensure_ascii=False))
        return
    if not found:
        raise LibraryError(f"library: no song is sorted into {mood}; `moodroom library move SONG {mood}` assigns one")
    for one in found:
        name = " - ".join(part for part in (one.artist, one.title) if part) or one.uri
        print(f"{name}  {one.link or one.uri}")


def coverage_text(known: Coverage) -> str:
    """Return a line on how many songs have features, and from which sources."""
    by = ", ".join(f"{count} from {source}" for source, count in sorted(known.by.items()))
    guessed = f"; the valence of {known.guessed} is a guess" if known.guessed else ""
    return f"features: {known.placeable} of {known.songs} songs ({known.share:.0%}){': ' + by if by else ''}{guessed}"


@contextmanager
def _existing() -> Iterator[Store]:
    if not os.path.isfile(default_path()):
        raise LibraryError("library: there are no songs yet; `moodroom library sync` reads them")
    with Store() as store:
        yield store


@contextmanager
def _bar() -> Iterator[tuple[Progress, Callable[[float], bool]]]:
    """Show a progress bar on stderr; yield it and a wait that Ctrl-C ends."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            yield bar, threading.Event().wait
    except KeyboardInterrupt:
        raise StoppedError("library: stopped; what was read is kept, and the next run goes on there") from None


def _wait_printer(bar: Progress) -> Callable[[float], None]:
    def print_wait(seconds: float) -> None:
        if seconds >= _SHOWN_WAIT_MIN_S:
            bar.console.print(f"refused for now; trying again in {seconds:.0f} s")

    return print_wait


def _find(text: str, songs: list[Song]) -> Song:
    """Return the song with this address, link or id, or the only one with these words in its title and artist."""
    uri = track_uri(text)
    for song in songs:
        if song.uri in (uri, text, f"spotify:track:{text}", f"mpd:{text}"):
            return song
    if uri is not None:
        return Song(uri)
    title = match_key("", text)
    found = [song for song in songs if title and title in _titles(song)]
    if len(found) == 1:
        return found[0]
    words = [match_key("", word).removeprefix("|") for word in text.split()]
    found = [
        song for song in songs if all(word in match_key("", f"{song.artist} {song.title}") for word in words if word)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ConfigError(f"{text}: there is no such song in the library; copy its link from Spotify's share menu")
    names = "; ".join(song.name for song in found[:5]) + ("; ..." if len(found) > 5 else "")
    raise ConfigError(f"{text}: {len(found)} songs match ({names}); copy the link of one from Spotify's share menu")


def _titles(song: Song) -> list[str]:
    """Return the forms in which a song's title may be typed."""
    both = (song.title, f"{song.artist} {song.title}", f"{song.title} {song.artist}")
    return [match_key("", text) for text in both]


def _print(sorting: Sorting) -> None:
    result = report(sorting, typical=3)
    grid = Table(Column("mood", no_wrap=True), Column("songs", justify="right"), "most typical")
    for mood, one in result["moods"].items():
        names = [
            " - ".join(part for part in (song["artist"], song["title"]) if part) or song["uri"]
            for song in one["typical"]
        ]
        grid.add_row(mood, str(one["count"]), "; ".join(names))
    console = Console()
    console.print(grid)
    score = result["silhouette"]
    line = f"{result['method']}: {result['placed']} of {result['songs']} songs have a mood ({result['coverage']:.0%})"
    line += f", {result['moved']} moved by you" if result["moved"] else ""
    line += f", silhouette {score:.2f}" if score is not None else ""
    line += f"; the valence of {result['valence_guessed']} is a guess" if result["valence_guessed"] else ""
    print(line)


def _draw(sorting: Sorting, png: Path) -> None:
    from edge.commands.charts.songs import plane_png

    try:
        png.write_bytes(plane_png(sorting.placed, f"{len(sorting.placed)} songs by {sorting.method}"))
    except OSError as error:
        raise ConfigError(f"{png}: can't be written: {error.strerror}") from None
