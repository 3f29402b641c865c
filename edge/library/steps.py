"""The steps from an account to published playlists, which the commands and the refresh share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from edge.config import Config, LibraryConfig
from edge.library import m3u, publish
from edge.library.account import LibraryAccount, spotify_of
from edge.library.csv_table import read_table
from edge.library.features import Step, from_files, from_reccobeats, from_table
from edge.library.placement import Sorting
from edge.library.publish import PlaylistChange
from edge.library.reccobeats import REQUEST_PAUSE_S, ReccoBeats
from edge.library.retrying import Retrier, Wait
from edge.library.sort import sort_songs
from edge.library.store import Store
from edge.songs import Song, match_key


def bring_features(
    store: Store,
    config: LibraryConfig,
    wait: Wait,
    *,
    table: Path | None = None,
    reccobeats: bool = False,
    audio: Path | None = None,
    step: Step = lambda *_: None,
    on_wait: Callable[[float], None] = lambda _: None,
) -> list[str]:
    """Add features from the given sources; returns a sentence for each.

    table: a CSV file. audio: MPD's music_directory. wait: such as `Event.wait`. on_wait: called with the seconds of
    each wait before a retry. Raises TableError, ConfigError, PlayerError or StoppedError; features found until then
    are kept.
    """
    sentences: list[str] = []
    if table is not None:
        songs = read_table(table, tell=sentences.append, features_required=False)
        if any(song.features is not None and song.features.placeable for song in songs):
            matches = from_table(store, songs)
            parts = ", ".join(f"{count} by {kind}" for kind, count in matches.items())
            sentences.append(f"{table}: has {sum(matches.values())} of your songs ({parts})")
        else:
            sentences.append(_add_songs(store, table, songs))
    if reccobeats:
        api = ReccoBeats(config.reccobeats_url)
        try:
            known = from_reccobeats(store, api, Retrier(wait, pause=REQUEST_PAUSE_S, on_wait=on_wait), step=step)
        finally:
            api.close()
        sentences.append(f"ReccoBeats: features of {known} more songs")
    if audio is not None:
        done, failed = from_files(store, audio, stopping=lambda: wait(0), step=step)
        sentences.append(
            f"audio: {done} files analysed, {failed} not readable; their valence is guessed from mode and tempo, and "
            "danceability, speech and the like stay unknown"
        )
    return sentences


def _add_songs(store: Store, table: Path, songs: Sequence[Song]) -> str:
    """Add the songs of an export without audio features to the library; returns a sentence."""
    playable = [song for song in songs if song.uri.startswith("spotify:track:")]
    # Named only by their ISRC or title; the library may have them under an address already.
    known = [*playable, *(song for song in store.songs() if not song.uri.startswith(("song:", "isrc:")))]
    names, isrcs = {match_key(song.artist, song.title) for song in known}, {song.isrc for song in known if song.isrc}
    named = [
        song
        for song in songs
        if song.uri.startswith(("song:", "isrc:"))
        and song.isrc not in isrcs
        and match_key(song.artist, song.title) not in names
    ]
    store.lists.replace_by_table(table.name, [*playable, *named])
    sentence = f"{table}: has no audio features; its {len(playable) + len(named)} songs are in the library now"
    if playable:
        sentence += ", and --reccobeats looks up how they sound"
    if named:
        sentence += (
            f"; {len(named)} without a Spotify address can be searched for, and a table with valence and energy "
            "(--from) tells how they sound"
        )
    if same := len(songs) - len(playable) - len(named):
        sentence += f"; {same} were there already"
    return sentence


def sort_library(store: Store, config: LibraryConfig, *, method: str | None = None, k: int | None = None) -> Sorting:
    """Sort the store's songs into moods, and save the result. Raises LibraryError, ConfigError."""
    sorting = sort_songs(
        store.songs(), method=method or config.method, clusters=k or config.clusters, moved=store.moved()
    )
    store.save_moods(sorting.placed)
    return sorting


def plan_publishing(store: Store, config: Config, account: LibraryAccount, retrier: Retrier) -> list[PlaylistChange]:
    """What publishing would change; changes nothing."""
    library = config.library
    if account.kind == "mpd":
        return m3u.plan(store, library.playlist_folder, name=library.playlist_name)
    return publish.plan(store, spotify_of(account), retrier, name=library.playlist_name)


def do_publishing(
    store: Store, config: Config, account: LibraryAccount, retrier: Retrier, changes: Sequence[PlaylistChange]
) -> None:
    """Carry out the planned changes. Raises PlayerError, LibraryError or ConfigError."""
    if account.kind == "mpd":
        m3u.publish(store, config.library.playlist_folder or "", changes)
    else:
        publish.publish(store, spotify_of(account), retrier, changes)
