"""`SpotifyLibrary`: the Web API requests for the listener's songs and playlists.

Reading may be repeated by the caller; creating and appending may not, unless their effect was checked before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.errors import InvalidResponseError, LoginError, NotFoundError, RequestRefusedError
from edge.songs import Song, SongPage, isrc_key
from edge.text import clean, clean_or_none

PAGE_SIZE = 50
SONGS_PER_REQUEST = 100
PLAYLISTS_MAX = 10_000
WRITE_SCOPE = "playlist-modify-private"


@dataclass(frozen=True)
class Playlist:
    """One of the account's playlists."""

    id: str
    name: str
    description: str


class SpotifyLibrary(SpotifyApi):
    """The requests that the library needs. Used by one thread. Each method may raise a SpotifyError."""

    def liked(self, offset: int) -> SongPage:
        """At most PAGE_SIZE liked songs, newest first."""
        return parse_page(self._call(self._spotipy.current_user_saved_tracks, limit=PAGE_SIZE, offset=offset))

    def playlist(self, playlist: str, offset: int) -> SongPage:
        """At most PAGE_SIZE songs of a playlist that the account owns. playlist: its id."""
        return parse_page(
            self._playlist_call(playlist, self._spotipy.playlist_items, playlist, limit=PAGE_SIZE, offset=offset)
        )

    def playlists(self) -> list[Playlist]:
        """All playlists that the account owns or follows."""
        playlists: list[Playlist] = []
        offset = 0
        while True:
            page = self._call(self._spotipy.current_user_playlists, limit=PAGE_SIZE, offset=offset) or {}
            items = page.get("items") or []
            # Some items may be null, but count for the offset.
            offset += len(items)
            playlists += [
                Playlist(
                    clean(str(item.get("id"))),
                    clean(str(item.get("name") or "")),
                    clean(str(item.get("description") or "")),
                )
                for item in items
                if isinstance(item, dict)
            ]
            if not items or offset >= min(int(page.get("total") or 0), PLAYLISTS_MAX):
                return playlists

    def create(self, name: str, description: str) -> str:
        """Create a private playlist and return its id. Don't repeat it after an error with `outcome_unknown`."""
        playlist = self._call(self._spotipy.current_user_playlist_create, name, public=False, description=description)
        if not isinstance(playlist, dict) or not playlist.get("id"):
            raise InvalidResponseError("spotify: Spotify's response to the new playlist was incomplete")
        return str(playlist["id"])

    def replace(self, playlist: str, uris: list[str]) -> None:
        """Replace the playlist's songs by these, at most SONGS_PER_REQUEST. May be repeated."""
        self._playlist_call(playlist, self._spotipy.playlist_replace_items, playlist, uris)

    def append(self, playlist: str, uris: list[str]) -> None:
        """Append these songs, at most SONGS_PER_REQUEST. Don't repeat it after an error with `outcome_unknown`."""
        # Spotipy 2.26 posts a bare list, which Spotify no longer accepts.
        self._playlist_call(playlist, self._spotipy._post, f"playlists/{playlist}/items", payload={"uris": uris})

    def require_write_scope(self) -> None:
        """Raise LoginError if the login is older than the permission to create playlists."""
        token = self.file.read()
        if token is not None and WRITE_SCOPE not in str(token.get("scope") or WRITE_SCOPE).split():
            raise LoginError(
                "spotify: the login has no permission to create playlists; log in again with `moodroom login`"
            )

    def _playlist_call(self, playlist: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A call about one playlist, whose errors name it."""
        try:
            return self._call(method, *args, **kwargs)
        except (NotFoundError, RequestRefusedError):
            raise NotFoundError(
                f"spotify: the playlist spotify:playlist:{playlist} doesn't exist or belongs to another account, whose "
                "playlists Spotify doesn't show to apps; check library.playlists"
            ) from None


def parse_page(body: Any) -> SongPage:
    """The songs of a paged response. Raises InvalidResponseError."""
    if not isinstance(body, dict) or not isinstance(body.get("items"), list):
        raise InvalidResponseError("spotify: Spotify's response was incomplete; trying again", retry_after=2)
    items = body["items"]
    songs = [song for item in items if (song := _parse_song(item)) is not None]
    return SongPage(tuple(songs), len(items), int(body.get("total") or 0))


def _parse_song(entry: Any) -> Song | None:
    """The song of a list's entry; None for episodes, local files and removed songs."""
    # Playlists name it `item`, liked songs and older playlists `track`.
    track = (entry.get("item") or entry.get("track")) if isinstance(entry, dict) else None
    if not isinstance(track, dict) or track.get("is_local") or not track.get("id") or track.get("type") == "episode":
        return None
    artists = [clean_or_none(artist.get("name")) or "" for artist in _objects(track.get("artists"))]
    album, ids = _objects([track.get("album")]), _objects([track.get("external_ids")])
    return Song(
        f"spotify:track:{clean(str(track['id']))}",
        clean_or_none(track.get("name")) or "",
        clean(", ".join(artists)),
        (clean_or_none(album[0].get("name")) if album else None) or "",
        isrc_key(clean_or_none(ids[0].get("isrc")) if ids else None),
    )


def _objects(values: Any) -> list[dict[str, Any]]:
    """Those of the values that are JSON objects; none if it isn't a list."""
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
