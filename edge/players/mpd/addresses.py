"""Which songs an `mpd:...` address from the configuration stands for."""

from __future__ import annotations

import re
from typing import Any

import mpd

from edge.players.mpd.folders import songs_below
from edge.players.mpd.protocol import is_mopidy
from edge.values import Music

MAX_SONGS = 500
_TAG_SEARCH = re.compile(r"([a-z]+)=(.+)")
_STATION_PLAYLIST = re.compile(r"\.(m3u|pls|xspf|asx)(\?.*)?$", re.IGNORECASE)


def song_uris(client: Any, music: Music) -> list[str]:
    """Return at most MAX_SONGS addresses that MPD can add to its queue; of a track list, those of each song.

    client: a connected mpd.MPDClient. Raises mpd.CommandError for an unknown playlist or folder.
    """
    return [song for uri in music.uris or (music.uri,) for song in _song_uris(client, uri)][:MAX_SONGS]


def _song_uris(client: Any, uri: str) -> list[str]:
    """Resolve one address.

    It is mpd:playlist/NAME, mpd:folder/PATH, mpd:search/WORDS (an artist, otherwise any tag), mpd:search/TAG=WORDS,
    mpd:stream/URL, mpd:http://..., or mpd:FILE.
    """
    path = uri.removeprefix("mpd:")
    if path.startswith(("http://", "https://")):
        return _stream_uris(client, path)
    kind, _, value = path.partition("/")
    if kind == "stream":
        return _stream_uris(client, value)
    if kind == "playlist":
        return [str(song) for song in client.listplaylist(value)]
    if kind == "folder":
        return songs_below(client, value.strip("/"), MAX_SONGS)
    if kind == "search":
        return [str(song["file"]) for song in _search(client, value)]
    return [path]


def _stream_uris(client: Any, url: str) -> list[str]:
    """Return the stream, or those that the station's playlist file lists. Mopidy reads such a file by itself."""
    if not _STATION_PLAYLIST.search(url):
        return [url]
    try:
        return [str(song) for song in client.listplaylist(url)]
    except mpd.CommandError:
        if is_mopidy(client):
            return [url]
        raise


def _search(client: Any, query: str) -> list[dict[str, Any]]:
    if (tag := _TAG_SEARCH.fullmatch(query)) is not None:
        return list(client.search(tag[1], tag[2]))
    songs = client.find("artist", query) or client.search("artist", query)
    if not songs:
        words = [part for word in query.split() for part in ("any", word)]
        songs = client.search(*words) if words else []
    return list(songs)
