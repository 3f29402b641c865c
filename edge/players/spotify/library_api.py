"""The listener's songs and playlists on Spotify: reading is repeated by whoever asks, adding never by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.errors import HalfAnswerError, LoginError, NotFoundError, RequestRefusedError
from edge.songs import Song, SongPage, isrc_key

PAGE = 50
BATCH = 100
WRITING = "playlist-modify-private"


@dataclass(frozen=True)
class Playlist:
    """One of the account's playlists."""

    id: str
    name: str
    description: str


class SpotifyLibrary(SpotifyApi):
    """The calls that the library needs. Used by one thread. Each may raise a SpotifyError."""

    def liked(self, offset: int) -> SongPage:
        """At most PAGE liked songs, the newest first."""
        return page_of(self._call(self._spotipy.current_user_saved_tracks, limit=PAGE, offset=offset))

    def playlist(self, playlist: str, offset: int) -> SongPage:
        """At most PAGE songs of a playlist that is the account's own. playlist: its id."""
        return page_of(self._about(playlist, self._spotipy.playlist_items, playlist, limit=PAGE, offset=offset))

    def playlists(self) -> list[Playlist]:
        """All playlists that the account has or follows."""
        found: list[Playlist] = []
        offset = 0
        while True:
            page = self._call(self._spotipy.current_user_playlists, limit=PAGE, offset=offset) or {}
            items = page.get("items") or []
            # Some are told as null; they count all the same.
            offset += len(items)
            found += [
                Playlist(str(one.get("id")), str(one.get("name") or ""), str(one.get("description") or ""))
                for one in items
                if isinstance(one, dict)
            ]
            if not items or offset >= int(page.get("total") or 0):
                return found

    def create(self, name: str, description: str) -> str:
        """Make a private playlist; gives its id. Not to be repeated after a doubtful error."""
        made = self._call(self._spotipy.current_user_playlist_create, name, public=False, description=description)
        if not isinstance(made, dict) or not made.get("id"):
            raise HalfAnswerError("spotify: Spotify's answer to a new playlist was cut short")
        return str(made["id"])

    def replace(self, playlist: str, uris: list[str]) -> None:
        """Make these, BATCH at most, the whole playlist; may be repeated."""
        self._about(playlist, self._spotipy.playlist_replace_items, playlist, uris)

    def append(self, playlist: str, uris: list[str]) -> None:
        """Add these, BATCH at most, at the end. Not to be repeated after a doubtful error."""
        # Spotipy 2.26 posts a bare list there, which Spotify no longer takes.
        self._about(playlist, self._spotipy._post, f"playlists/{playlist}/items", payload={"uris": uris})

    def may_write(self) -> None:
        """Raises LoginError where the login was made before playlists were asked for."""
        token = self.file.read()
        if token is not None and WRITING not in str(token.get("scope") or WRITING).split():
            raise LoginError(
                "spotify: the login doesn't allow playlists to be made; log in again with `moodroom login`"
            )

    def _about(self, playlist: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A call about one playlist, whose refusals name it."""
        try:
            return self._call(function, *args, **kwargs)
        except (NotFoundError, RequestRefusedError):
            raise NotFoundError(
                f"spotify: the playlist spotify:playlist:{playlist} doesn't exist or isn't this account's own, and "
                "Spotify shows apps no others; check library.playlists"
            ) from None


def page_of(found: Any) -> SongPage:
    """A paged answer -> its songs. Raises HalfAnswerError where it is none."""
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        raise HalfAnswerError("spotify: Spotify's answer was cut short; asking again", retry_after=2)
    items = found["items"]
    songs = [song for item in items if (song := _song(item)) is not None]
    return SongPage(tuple(songs), len(items), int(found.get("total") or 0))


def _song(entry: Any) -> Song | None:
    """An entry of a list -> a song; None for episodes, local files and what was withdrawn."""
    # Playlists call it `item` now, liked songs `track`.
    track = (entry.get("item") or entry.get("track")) if isinstance(entry, dict) else None
    if not isinstance(track, dict) or track.get("is_local") or not track.get("id") or track.get("type") == "episode":
        return None
    artists = ", ".join(str(one.get("name") or "") for one in track.get("artists") or [] if isinstance(one, dict))
    return Song(
        f"spotify:track:{track['id']}",
        str(track.get("name") or ""),
        artists,
        str((track.get("album") or {}).get("name") or ""),
        isrc_key((track.get("external_ids") or {}).get("isrc")),
    )
