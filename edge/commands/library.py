"""`moodroom library ...` and `moodroom recommend`: runs the library's steps and prints their results."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from edge.commands.library_report import (
    draw_sorting,
    print_changes,
    print_coverage,
    print_songs,
    print_sorting,
    print_synced,
)
from edge.commands.output import progress_bar
from edge.commands.song_search import find_song
from edge.commands.terminal import say
from edge.config import Config
from edge.errors import ConfigError, LibraryError
from edge.library.account import LibraryAccount, open_account
from edge.library.csv_table import read_table
from edge.library.features import coverage
from edge.library.placement import report
from edge.library.recommend import recommend as recommend_songs
from edge.library.retrying import Retrier, StoppedError
from edge.library.sort import METHODS, sort_songs
from edge.library.steps import bring_features, do_publishing, plan_publishing, sort_library
from edge.library.store import Store, moves_so_far
from edge.library.sync import SongList, sync
from edge.songs import SONG_MOODS
from edge.system.database import default_path

OpenAccount = Callable[[Config], LibraryAccount]
# Shorter waits before a retry aren't printed.
PRINTED_WAIT_MIN_S = 2.0


def sync_songs(config: Config, *, fresh: bool, account: OpenAccount = open_account) -> None:
    """Read the listener's lists, with a progress bar. fresh: start over instead of resuming an interrupted sync."""
    opened = account(config)
    try:
        with Store() as store, _progress_bar() as (bar, wait):
            tasks = {songs.name: bar.add_task(songs.title, total=None) for songs in opened.lists}

            def step(songs: SongList, done: int, total: int) -> None:
                bar.update(tasks[songs.name], completed=done, total=total)

            retrier = Retrier(wait, pause=opened.pause, on_wait=_print_wait(bar))
            synced = sync(store, opened.lists, retrier, fresh=fresh, step=step)
            known = coverage(store.songs())
    finally:
        opened.close()
    print_synced(synced)
    print_coverage(known)


def features(config: Config, *, table: Path | None, reccobeats: bool, audio: bool) -> None:
    """Add features from the given sources and the configured ones, and print how many songs have them."""
    library = config.library
    table = table or (Path(library.table).expanduser() if library.table else None)
    folder = Path(library.music_folder).expanduser() if library.music_folder else None
    if audio and folder is None:
        raise ConfigError("library.music_folder: is needed for --audio; set it to MPD's music_directory")
    # An export can be the whole library, without an account.
    with Store() if table is not None else _existing_store() as store:
        with _progress_bar() as (bar, wait):
            tasks: dict[str, Any] = {}

            def step(source: str, done: int, total: int) -> None:
                if source not in tasks:
                    tasks[source] = bar.add_task(source, total=total)
                bar.update(tasks[source], completed=done, total=total)

            lines = bring_features(
                store,
                library,
                wait,
                table=table,
                reccobeats=reccobeats or library.reccobeats,
                audio=folder if audio else None,
                step=step,
                on_wait=_print_wait(bar),
            )
        for line in lines or ["no source of features; name --from TABLE.csv, --reccobeats or --audio"]:
            print(line)
        print_coverage(coverage(store.songs()))


def sort(
    config: Config, *, table: Path | None, method: str | None, k: int | None, json_text: bool, png: Path | None
) -> None:
    """Sort the library, or a table, into moods, and print the result. png: also draw it to this file."""
    method = method or config.library.method
    if method not in METHODS:
        raise ConfigError(f"--method: must be one of {', '.join(METHODS)}, not {method!r}")
    if table is not None:
        songs = read_table(table, tell=_tell)
        sorting = sort_songs(songs, method=method, clusters=k or config.library.clusters, moved=moves_so_far())
    else:
        with _existing_store() as store:
            sorting = sort_library(store, config.library, method=method, k=k)
    if png is not None:
        draw_sorting(sorting, png)
    if json_text:
        print(json.dumps(report(sorting), indent=1, ensure_ascii=False))
    else:
        print_sorting(sorting)


def move(text: str, mood: str, *, table: Path | None) -> None:
    """Move a song to a mood permanently; `auto` undoes it. text: the song's link, id, path or title."""
    if mood not in (*SONG_MOODS, "auto"):
        raise ConfigError(f"{mood}: isn't a mood; use one of {', '.join(SONG_MOODS)}, or auto to undo a move")
    if table is not None:
        songs = read_table(table, tell=_tell)
    else:
        with Store() as store:
            songs = store.songs()
    song = find_song(text, songs)
    with Store() as store:
        store.move(song.uri, None if mood == "auto" else mood)
    say(f"{song.name}: sorted by its features again" if mood == "auto" else f"{song.name}: {mood} from now on")


def publish(config: Config, *, yes: bool, account: OpenAccount = open_account) -> None:
    """Print what publishing would change; with `yes`, also do it."""
    with _existing_store() as store:
        opened = account(config)
        try:
            with _progress_bar() as (bar, wait):
                task = bar.add_task("reading playlists", total=None)
                retrier = Retrier(wait, pause=opened.pause, on_wait=_print_wait(bar))
                changes = plan_publishing(store, config, opened, retrier)
                if yes:
                    bar.update(task, description="publishing")
                    do_publishing(store, config, opened, retrier, changes)
        finally:
            opened.close()
    print_changes(changes)
    if not yes:
        print("Nothing was changed; `moodroom library publish --yes` makes these changes.")


def recommend(mood: str, n: int, *, table: Path | None, seed: int | None, json_text: bool) -> None:
    """Print songs for a mood, with links."""
    if mood not in SONG_MOODS:
        raise ConfigError(f"{mood}: isn't a mood; use one of {', '.join(SONG_MOODS)}")
    songs = recommend_songs(mood, n, table=table, seed=seed, tell=_tell)
    if json_text:
        print(json.dumps([asdict(song) for song in songs], indent=1, ensure_ascii=False))
    elif songs:
        print_songs(songs)
    else:
        raise LibraryError(
            f"library: no song is sorted into {mood}; `moodroom library move SONG {mood}` moves one there"
        )


def _tell(line: str) -> None:
    """Print a remark beside the results."""
    say(line, sys.stderr)


@contextmanager
def _existing_store() -> Iterator[Store]:
    """Open the store. Raises LibraryError if there is none yet."""
    if not os.path.isfile(default_path()):
        raise LibraryError("library: there are no songs yet; `moodroom library sync` reads them")
    with Store() as store:
        yield store


@contextmanager
def _progress_bar() -> Iterator[tuple[Progress, Callable[[float], bool]]]:
    """Yield a progress bar on stderr, and a function that waits. Raises StoppedError after Ctrl-C."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with progress_bar(*columns) as bar:
            yield bar, threading.Event().wait
    except KeyboardInterrupt:
        raise StoppedError("library: stopped; what was read is kept, and the next run continues there") from None


def _print_wait(bar: Progress) -> Callable[[float], None]:
    def print_wait(seconds: float) -> None:
        if seconds >= PRINTED_WAIT_MIN_S:
            bar.console.print(f"retrying in {seconds:.0f} s")

    return print_wait
