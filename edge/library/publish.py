"""Publishes a private Spotify playlist for each mood, created once and then updated in place."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from edge.errors import LibraryError, PlayerError
from edge.library.retrying import Retrier
from edge.library.store import Published, Store
from edge.players.spotify.errors import InvalidResponseError
from edge.players.spotify.library_api import SONGS_PER_REQUEST, Playlist, SpotifyLibrary
from edge.songs import SONG_MOODS, Placed

# Spotify's limit.
SONGS_PER_PLAYLIST_MAX = 10_000
# If it is unknown whether Spotify created a playlist, look for it after this time.
CHECK_CREATED_AFTER_S = 2.0


@dataclass(frozen=True)
class PlaylistChange:
    """A planned change of a mood's playlist.

    target: the playlist's id, or None if it must be created. uris: the songs that it will contain. added, removed: how
    many songs change.
    """

    mood: str
    name: str
    target: str | None
    uris: tuple[str, ...]
    added: int
    removed: int

    @property
    def needed(self) -> bool:
        return bool(self.added or self.removed) or (self.target is None and bool(self.uris))


def in_stable_order(uris: Iterable[str]) -> list[str]:
    """Return the songs without repeats, in an arbitrary order that stays the same when songs are added or removed.

    Sorted by address, every playlist would begin with the same artists.
    """
    return sorted(dict.fromkeys(uris), key=lambda uri: hashlib.blake2s(uri.encode(), digest_size=8).digest())


def songs_for(placed: Iterable[Placed], mood: str, scheme: str) -> tuple[str, ...]:
    """Return the addresses of a mood's songs that begin with `scheme`, at most SONGS_PER_PLAYLIST_MAX."""
    uris = (one.song.uri for one in placed if one.mood == mood and one.song.uri.startswith(scheme))
    return tuple(in_stable_order(uris)[:SONGS_PER_PLAYLIST_MAX])


def differences(current: Iterable[str], target: Iterable[str]) -> tuple[int, int]:
    """Return how many songs are added and how many removed, counting repeats."""
    before, after = Counter(current), Counter(target)
    return sum((after - before).values()), sum((before - after).values())


def plan(store: Store, web: SpotifyLibrary, retrier: Retrier, *, name: str) -> list[PlaylistChange]:
    """Return what publishing would change, without changing it. name: contains {mood}.

    Raises PlayerError, LibraryError or StoppedError.
    """
    web.require_write_scope()
    placed = store.placed()
    if not placed:
        raise LibraryError("library: nothing is sorted yet; `moodroom library sort` sorts your songs")
    playlists = {playlist.id: playlist for playlist in retrier.call(web.playlists)}
    published = store.published("spotify")
    changes = []
    for mood in SONG_MOODS:
        title = name.replace("{mood}", mood)
        target_uris = songs_for(placed, mood, "spotify:track:")
        known = published.get(mood)
        target = known.target if known and known.target in playlists else _find(playlists.values(), title)
        current_uris = _songs(web, retrier, target) if target is not None else []
        added, removed = differences(current_uris, target_uris)
        if target_uris or target is not None:
            changes.append(PlaylistChange(mood, title, target, target_uris, added, removed))
    return changes


def publish(store: Store, web: SpotifyLibrary, retrier: Retrier, changes: Iterable[PlaylistChange]) -> None:
    """Make the changes. New playlists are saved at once, so that the next run completes one that was interrupted.

    Raises PlayerError, LibraryError or StoppedError.
    """
    for change in changes:
        if not change.needed:
            if change.target is not None:
                store.save_playlist(Published(change.mood, "spotify", change.target, change.name))
            continue
        target = change.target or _create(web, retrier, change)
        store.save_playlist(Published(change.mood, "spotify", target, change.name))
        first = list(change.uris[:SONGS_PER_REQUEST])
        retrier.call(lambda: web.replace(target, first))  # noqa: B023
        for start in range(SONGS_PER_REQUEST, len(change.uris), SONGS_PER_REQUEST):
            _append(web, retrier, target, list(change.uris[start : start + SONGS_PER_REQUEST]), before=start)


def _description(mood: str) -> str:
    return f"Your own songs for {mood}, sorted by Moodroom"


def _find(playlists: Iterable[Playlist], name: str) -> str | None:
    """Return the id of a playlist that an earlier run created, but couldn't save."""
    return next((one.id for one in playlists if one.name == name and "Moodroom" in one.description), None)


def _songs(web: SpotifyLibrary, retrier: Retrier, target: str) -> list[str]:
    uris: list[str] = []
    read = 0
    while True:
        page = retrier.call(lambda: web.playlist(target, read))  # noqa: B023
        read += page.size
        uris += [song.uri for song in page.songs]
        if page.size == 0 or read >= page.total:
            return uris


def _create(web: SpotifyLibrary, retrier: Retrier, change: PlaylistChange) -> str:
    outcome_unknown = False

    def create_once() -> str | None:
        nonlocal outcome_unknown
        try:
            return web.create(change.name, _description(change.mood))
        except PlayerError as error:
            # A retry could create a second playlist, so look for this one instead.
            if not getattr(error, "outcome_unknown", False) and not isinstance(error, InvalidResponseError):
                raise
            outcome_unknown = True
            return None

    created = retrier.call(create_once)
    if created is None and outcome_unknown:
        retrier.rest(CHECK_CREATED_AFTER_S)
        created = _find(retrier.call(web.playlists), change.name)
    if created is None:
        raise LibraryError(
            f"spotify: didn't confirm the new playlist {change.name!r}; run `moodroom library publish` again "
            "in a minute"
        )
    return created


def _append(web: SpotifyLibrary, retrier: Retrier, target: str, uris: list[str], *, before: int) -> None:
    """Append songs. before: how many songs the playlist contains, which shows whether a failed request took effect."""
    outcome_unknown = False

    def append_once() -> None:
        nonlocal outcome_unknown
        if outcome_unknown and web.playlist(target, 0).total >= before + len(uris):
            return
        try:
            web.append(target, uris)
        except PlayerError as error:
            outcome_unknown = outcome_unknown or getattr(error, "outcome_unknown", False)
            raise

    retrier.call(append_once)
