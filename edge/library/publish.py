"""A private Spotify playlist for each mood: planned first, made once, then updated in place."""

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

MOST = 10_000  # songs that a playlist of Spotify's takes
LOOK_AFTER = 2.0  # seconds after a doubtful answer


@dataclass(frozen=True)
class PlaylistChange:
    """What would become of a mood's playlist. target: None where it must be made. uris: what it will hold."""

    mood: str
    name: str
    target: str | None
    uris: tuple[str, ...]
    added: int
    removed: int

    @property
    def needed(self) -> bool:
        return bool(self.added or self.removed) or (self.target is None and bool(self.uris))


def in_any_order(uris: Iterable[str]) -> list[str]:
    """An order without meaning that stays as it is when songs come and go, so that no mood begins with its A."""
    return sorted(dict.fromkeys(uris), key=lambda uri: hashlib.blake2s(uri.encode(), digest_size=8).digest())


def songs_for(placed: Iterable[Placed], mood: str, scheme: str) -> tuple[str, ...]:
    """A mood's songs whose address begins with `scheme`."""
    return tuple(
        in_any_order(one.song.uri for one in placed if one.mood == mood and one.song.uri.startswith(scheme))[:MOST]
    )


def differences(present: Iterable[str], wanted: Iterable[str]) -> tuple[int, int]:
    """How many songs come, and how many go, doubles included."""
    there, then = Counter(present), Counter(wanted)
    return sum((then - there).values()), sum((there - then).values())


def plan(store: Store, web: SpotifyLibrary, retrier: Retrier, *, name: str) -> list[PlaylistChange]:
    """What publishing would change; reads only. name: with {mood}. Raises PlayerError, LibraryError, StoppedError."""
    web.require_write_scope()
    placed = store.placed()
    if not placed:
        raise LibraryError("library: nothing is sorted yet; `moodroom library sort` does it")
    own = {one.id: one for one in retrier.call(web.playlists)}
    known = store.published("spotify")
    changes = []
    for mood in SONG_MOODS:
        called = name.replace("{mood}", mood)
        wanted = songs_for(placed, mood, "spotify:track:")
        target = known[mood].target if mood in known and known[mood].target in own else _find(own.values(), called)
        present = _songs(web, retrier, target) if target is not None else []
        added, removed = differences(present, wanted)
        if wanted or target is not None:
            changes.append(PlaylistChange(mood, called, target, wanted, added, removed))
    return changes


def publish(store: Store, web: SpotifyLibrary, retrier: Retrier, changes: Iterable[PlaylistChange]) -> None:
    """Do it. What was made is remembered at once; a run that was cut short is mended by the next one."""
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
    """A playlist that an earlier run made and couldn't remember."""
    return next((one.id for one in own if one.name == name and "Moodroom" in one.description), None)


def _songs(web: SpotifyLibrary, retrier: Retrier, target: str) -> list[str]:
    found: list[str] = []
    read = 0
    while True:
        page = retrier.call(lambda: web.playlist(target, read))  # noqa: B023
        read += page.size
        found += [song.uri for song in page.songs]
        if page.size == 0 or read >= page.total:
            return found


def _create(web: SpotifyLibrary, retrier: Retrier, change: PlaylistChange) -> str:
    doubtful = False

    def once() -> str | None:
        nonlocal doubtful
        try:
            return web.create(change.name, _description(change.mood))
        except PlayerError as error:
            # Made twice would be worse than made later: a doubtful one is looked for, and not repeated.
            if not getattr(error, "outcome_unknown", False) and not isinstance(error, InvalidResponseError):
                raise
            doubtful = True
            return None

    made = retrier.call(once)
    if made is None and doubtful:
        retrier.rest(LOOK_AFTER)
        made = _find(retrier.call(web.playlists), change.name)
    if made is None:
        raise LibraryError(
            f"spotify: didn't say whether it made the playlist {change.name!r}; run `moodroom library publish` again "
            "in a minute"
        )
    return made


def _append(web: SpotifyLibrary, retrier: Retrier, target: str, uris: list[str], *, before: int) -> None:
    doubtful = False

    def once() -> None:
        nonlocal doubtful
        if doubtful and web.playlist(target, 0).total >= before + len(uris):
            return
        try:
            web.append(target, uris)
        except PlayerError as error:
            doubtful = doubtful or getattr(error, "outcome_unknown", False)
            raise

    retrier.call(once)
