"""`SpotifyCatalogue`: music for a person to choose: a search, the account's playlists, and the names of addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.catalogue.pictures import picture_of
from edge.players.spotify.errors import InvalidResponseError
from edge.songs import FoundMusic
from edge.text import ADDRESS_MAX_CHARS, clean_or_none

KINDS = ("artist", "playlist", "album", "track")
# Since 2026 Spotify answers an app in development mode with at most ten results of a kind.
RESULTS_PER_KIND = 5
PAGE_SIZE = 50
PLAYLISTS_MAX = 100
# In a list of what was found.
SMALL_PIXELS = 60


class SpotifyCatalogue(SpotifyApi):
    """Used by one thread. Each method may raise a SpotifyError."""

    def search(self, words: str) -> list[FoundMusic]:
        """At most RESULTS_PER_KIND artists, playlists, albums and songs, in this order."""
        body = self._call(self._spotipy.search, words, type=",".join(KINDS), limit=RESULTS_PER_KIND) or {}
        return [one for kind in KINDS for one in _all(_objects(body.get(f"{kind}s")))]

    def playlists(self) -> list[FoundMusic]:
        """The first PLAYLISTS_MAX playlists that the account owns or follows."""
        found: list[FoundMusic] = []
        for offset in range(0, PLAYLISTS_MAX, PAGE_SIZE):
            page = self._call(self._spotipy.current_user_playlists, limit=PAGE_SIZE, offset=offset) or {}
            found += _all(_objects(page))
            if offset + PAGE_SIZE >= int(page.get("total") or 0):
                break
        return found

    def named(self, uri: str) -> FoundMusic:
        """What an address stands for. Raises NotFoundError where Spotify shows it to no app, such as its own lists."""
        _, kind, key = uri.split(":", 2)
        method = getattr(self._spotipy, kind)
        body = self._call(method, key, fields="uri,name,images,type") if kind == "playlist" else self._call(method, key)
        found = next(_all([body] if isinstance(body, dict) else []), None)
        if found is None:
            raise InvalidResponseError("spotify: Spotify's response was incomplete; trying again", retry_after=2)
        return found


def _objects(page: Any) -> list[dict[str, Any]]:
    """The objects of a page; some may be null."""
    items = page.get("items") if isinstance(page, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _all(items: list[dict[str, Any]]) -> Iterator[FoundMusic]:
    for item in items:
        play, name = clean_or_none(item.get("uri"), ADDRESS_MAX_CHARS), clean_or_none(item.get("name"))
        if play is None or name is None or play.count(":") < 2:
            continue
        artists = [clean_or_none(one.get("name")) or "" for one in _objects({"items": item.get("artists")})]
        owner = item.get("owner")
        by = ", ".join(artists) or (clean_or_none(owner.get("display_name")) if isinstance(owner, dict) else None) or ""
        yield FoundMusic(play, name, play.split(":")[1], by, picture_of(item, SMALL_PIXELS, otherwise=-1))
