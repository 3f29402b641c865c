"""Publishing to Spotify: a private playlist for each mood, created once and updated in place."""

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
PLAYLIST_MAX_SONGS = 10_000
# After a request whose outcome is unknown.
CHECK_OUTCOME_AFTER_S = 2.0


@dataclass(frozen=True)
class PlaylistChange:
    """A planned change of a mood's playlist.

    target: its id; None if it must be created. uris: the songs that it will contain.
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


def shuffled_by_hash(uris: Iterable[str]) -> list[str]:
    """Return the addresses in a pseudo-random order that doesn't change when songs are added or removed."""
    return sorted(dict.fromkeys(uris), key=lambda uri: hashlib.blake2s(uri.encode(), digest_size=8).digest())


def songs_for(placed: Iterable[Placed], mood: str, scheme: str) -> tuple[str, ...]:
    """Return a mood's songs whose address begins with `scheme`."""
    return tuple(
        shuffled_by_hash(one.song.uri for one in placed if one.mood == mood and one.song.uri.startswith(scheme))[
            :PLAYLIST_MAX_SONGS
        ]
    )


def differences(present: Iterable[str], target: Iterable[str]) -> tuple[int, int]:
    """Return how many songs are added and how many are removed, counting duplicates."""
    before, after = Counter(present), Counter(target)
    return sum((after - before).values()), sum((before - after).values())


def plan(store: Store, web: SpotifyLibrary, retrier: Retrier, *, name: str) -> list[PlaylistChange]:
    """Return what publishing would change; only reads. name: the playlists' name, with {mood} in it.

    Raises PlayerError, LibraryError or StoppedError.
    """
    web.require_write_scope()
    placed = store.placed()
    if not placed:
        raise LibraryError("library: nothing is sorted yet; `moodroom library sort` does it")
    own = {one.id: one for one in retrier.call(web.playlists)}
    known = store.published("spotify")
    changes = []
    for mood in SONG_MOODS:
        title = name.replace("{mood}", mood)
        uris = songs_for(placed, mood, "spotify:track:")
        target = known[mood].target if mood in known and known[mood].target in own else _find(own.values(), title)
        present = _songs(web, retrier, target) if target is not None else []
        added, removed = differences(present, uris)
        if uris or target is not None:
            changes.append(PlaylistChange(mood, title, target, uris, added, removed))
    return changes


def publish(store: Store, web: SpotifyLibrary, retrier: Retrier, changes: Iterable[PlaylistChange]) -> None:
    """Make the changes. Each new playlist is stored at once, so that the next run completes an interrupted one."""
    for change in changes:
        if not change.needed:
            if change.target is not None:
                store.save_playlist(Published(change.mood, "spotify", change.target, change.name))
            continue
        target = change.target or _create(web, retrier, change)
        store.save_playlist(Published(change.mood, "spotify", target, change.name))
        first = list(change.uris[:SONGS_PER_REQUEST])
        retrier.call(lambda: web.replace(target, first))  # noqa: B023
        for at in range(SONGS_PER_REQUEST, len(change.uris), SONGS_PER_REQUEST):
            _append(web, retrier, target, list(change.uris[at : at + SONGS_PER_REQUEST]), before=at)


def _description(mood: str) -> str:
    return f"Your own songs for {mood}, sorted by Moodroom"


def _find(own: Iterable[Playlist], name: str) -> str | None:
    """Return the playlist that an earlier run created and couldn't store."""
    return next((one.id for one in own if one.name == name and "Moodroom" in one.description), None)


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

    def once() -> str | None:
        nonlocal outcome_unknown
        try:
            return web.create(change.name, _description(change.mood))
        except PlayerError as error:
            # A repeated request could create a second playlist: if the outcome is unknown, look for it instead.
            if not getattr(error, "outcome_unknown", False) and not isinstance(error, InvalidResponseError):
                raise
            outcome_unknown = True
            return None

    playlist = retrier.call(once)
    if playlist is None and outcome_unknown:
        retrier.rest(CHECK_OUTCOME_AFTER_S)
        playlist = _find(retrier.call(web.playlists), change.name)
    if playlist is None:
        raise LibraryError(
            f"spotify: it is unknown whether the playlist {change.name!r} was created; run `moodroom library "
            "publish` again in a minute"
        )
    return playlist


def _append(web: SpotifyLibrary, retrier: Retrier, target: str, uris: list[str], *, before: int) -> None:
    outcome_unknown = False

    def once() -> None:
        nonlocal outcome_unknown
        if outcome_unknown and web.playlist(target, 0).total >= before + len(uris):
            return
        try:
            web.append(target, uris)
        except PlayerError as error:
            outcome_unknown = outcome_unknown or getattr(error, "outcome_unknown", False)
            raise

    retrier.call(once)
