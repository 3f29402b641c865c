"""What of MPD's collection fits some words, for a person to choose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from edge.players.mpd.connection import MpdRefusedError
from edge.players.mpd.library import MpdLibrary, songs_of
from edge.songs import FoundMusic
from edge.system.file_names import is_text
from edge.text import clean

SONGS_READ_MAX = 300
RESULTS_PER_KIND = 5
PLAYLISTS_MAX = 100


class MpdFinder(MpdLibrary):
    """Used by one thread. Each method may raise a PlayerError."""

    def search(self, words: str) -> list[FoundMusic]:
        """At most RESULTS_PER_KIND artists, playlists, albums, folders and songs, in this order."""
        wanted = words.lower().split()
        if not wanted:
            return []
        songs = songs_of([*self._search("any", wanted), *self._search("file", wanted)])

        def fits(name: str) -> bool:
            return all(word in name.lower() for word in wanted)

        artists = dict.fromkeys(song.artist for song in songs if fits(song.artist))
        albums = {song.album: song.artist for song in reversed(songs) if fits(song.album)}
        parents = [song.uri.removeprefix("mpd:").rpartition("/")[0] for song in songs if "://" not in song.uri]
        folders = dict.fromkeys(parent for parent in parents if fits(parent.rpartition("/")[2]))
        kinds = [
            [FoundMusic(_songs_by(name), name, "artist") for name in artists if name],
            [one for one in self.playlists() if fits(one.name)],
            [FoundMusic(f"mpd:search/album={name}", name, "album", by) for name, by in albums.items() if name],
            [FoundMusic(f"mpd:folder/{path}", clean(path), "folder") for path in folders if path],
            [FoundMusic(song.uri, song.title, "track", song.artist) for song in dict.fromkeys(songs)],
        ]
        return [one for kind in kinds for one in kind[:RESULTS_PER_KIND]]

    def playlists(self) -> list[FoundMusic]:
        """The first PLAYLISTS_MAX of MPD's own lists."""
        names = [one.get("playlist") for one in self._call(lambda client: client.listplaylists())]
        known = sorted(name for name in names if isinstance(name, str) and name and is_text(name))
        return [FoundMusic(f"mpd:playlist/{name}", clean(name), "playlist") for name in known[:PLAYLISTS_MAX]]

    def _search(self, tag: str, words: list[str]) -> Iterable[dict[str, Any]]:
        query = [part for word in words for part in (tag, word)]
        try:
            return list(self._call(lambda client: client.search(*query, "window", (0, SONGS_READ_MAX))))
        except MpdRefusedError:
            # Mopidy and old servers know no window.
            return list(self._call(lambda client: client.search(*query)))[:SONGS_READ_MAX]


def _songs_by(artist: str) -> str:
    """The address of an artist's songs. A name with `=` would be read as a tag and its value."""
    return f"mpd:search/artist={artist}" if "=" in artist else f"mpd:search/{artist}"
