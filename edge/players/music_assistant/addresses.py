"""`MediaFinder`: which items of the server the addresses in the configuration stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.players.music_assistant.connection import ServerConnection
from edge.players.music_assistant.matching import SONG_PREFIX, choose, uri_of, wanted_song
from edge.players.spotify.speakers import same_name
from edge.players.wishes import UnplayableError, rotated
from edge.text import clean_or_none
from edge.values import Music

LISTED_MAX, FOUND_MAX, SONGS_MAX, NAMES_MAX = 100, 25, 500, 5
# Songs that are looked for before the first one plays, and that are remembered.
FIRST_TRIES_MAX, KNOWN_MAX = 10, 1000
# What a search may find, in the order in which an item of exactly that name is preferred.
_KINDS = (
    ("playlists", "playlist"),
    ("artists", "artist"),
    ("albums", "album"),
    ("radio", "radio"),
    ("tracks", "track"),
)
_SPOTIFY_KINDS = {"show": "podcast", "episode": "podcast_episode"}


@dataclass(frozen=True)
class FoundMedia:
    """The server's addresses of what is to be played; `rest`: songs of the library that are still to be looked for."""

    uris: tuple[str, ...]
    rest: tuple[str, ...] = ()


class MediaFinder:
    """Asks the server; its methods raise MusicAssistantError, and UnplayableError for what isn't there."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self._songs: dict[str, str | None] = {}
        self._known: set[str] = set()

    def find(self, music: Music, offset: int | None = None) -> FoundMedia:
        """Return what the music stands for. offset: the first song of a list, from 0."""
        addresses = rotated(list(music.uris), offset)[:SONGS_MAX] if music.uris else [music.uri]
        if not addresses[0].startswith(SONG_PREFIX):
            return FoundMedia(tuple(uri for address in addresses for uri in self._find(address))[:SONGS_MAX])
        for number, address in enumerate(addresses[:FIRST_TRIES_MAX], 1):
            if (uri := self.song(address)) is not None:
                return FoundMedia((uri,), tuple(addresses[number:]))
        raise UnplayableError(
            f"music_assistant: none of the first songs of {music.name} is in Music Assistant; connect the service that "
            "has them there",
            retry_after=1,
        )

    def song(self, address: str) -> str | None:
        """Return the server's address of a song of the library; None if it has none."""
        if address not in self._songs:
            wanted = wanted_song(address)
            tracks = self._search(wanted.words, ["track"]).get("tracks")
            if len(self._songs) >= KNOWN_MAX:
                self._songs.clear()
            self._songs[address] = choose(tracks if isinstance(tracks, list) else [], wanted)
        return self._songs[address]

    def check(self, uri: str, about: str) -> None:
        """Make sure that the item exists, before anything is turned down for it."""
        if uri not in self._known:
            self._connection.call("music/item_by_uri", about=about, uri=uri)
            self._known.add(uri)

    def _find(self, address: str) -> Sequence[str]:
        if address.startswith("spotify:"):
            _, kind, item_id = address.split(":", 2)
            return [f"spotify://{_SPOTIFY_KINDS.get(kind, kind)}/{item_id}"]
        path = address.removeprefix("ma:")
        kind, _, value = path.partition("/")
        if "://" in path and "/" not in path.split("://", 1)[0]:
            return [path]
        if kind == "playlist":
            return [self._named("music/playlists/library_items", value, "playlist")]
        if kind == "radio":
            return [self._named("music/radios/library_items", value, "station")]
        if kind == "search":
            return self._best(value)
        raise UnplayableError(
            f"music_assistant: can't play {address}; use ma:provider://type/id, ma:playlist/NAME, ma:radio/NAME or "
            "ma:search/WORDS",
            retry_after=1,
        )

    def _named(self, command: str, name: str, kind: str) -> str:
        found = self._connection.call(command, search=name, limit=LISTED_MAX)
        items = [item for item in (found if isinstance(found, list) else []) if isinstance(item, Mapping)]
        by_name = {uri: clean_or_none(item.get("name")) or "" for item in items if (uri := uri_of(item)) is not None}
        for uri, other in by_name.items():
            if same_name(other, name):
                return uri
        near = ", ".join(list(by_name.values())[:NAMES_MAX])
        raise UnplayableError(
            f'music_assistant: the library has no {kind} called "{name}"; '
            + (
                f"it has: {near}"
                if near
                else f"add it to the library in Music Assistant, or correct the name of the {kind}"
            ),
            retry_after=1,
        )

    def _best(self, words: str) -> Sequence[str]:
        """An item with exactly this name, otherwise the songs found."""
        found = self._search(words, [kind for _, kind in _KINDS])
        for key, _ in _KINDS:
            for item in _items(found.get(key)):
                if same_name(clean_or_none(item.get("name")) or "", words) and (uri := uri_of(item)) is not None:
                    return [uri]
        for key in ("tracks", "playlists", "albums", "artists", "radio"):
            uris = [uri for item in _items(found.get(key)) if (uri := uri_of(item)) is not None]
            if uris:
                return uris if key == "tracks" else uris[:1]
        raise UnplayableError(f'music_assistant: a search for "{words}" finds nothing; use other words', retry_after=1)

    def _search(self, words: str, kinds: list[str]) -> Mapping[str, Any]:
        found = self._connection.call("music/search", search_query=words, media_types=kinds, limit=FOUND_MAX)
        return found if isinstance(found, Mapping) else {}


def _items(found: Any) -> list[Mapping[str, Any]]:
    return [item for item in (found if isinstance(found, list) else [])[:FOUND_MAX] if isinstance(item, Mapping)]
