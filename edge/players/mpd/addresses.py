"""What `mpd:...` in the configuration names -> songs that MPD can add to its queue."""

from __future__ import annotations

import re
from typing import Any

from edge.values import Music

MOST = 500  # songs for one mood
_TAG = re.compile(r"([a-z]+)=(.+)")
_STATIONS = re.compile(r"\.(m3u|pls|xspf|asx)(\?.*)?$", re.IGNORECASE)


def songs_of(client: Any, music: Music) -> list[str]:
    """Addresses for MPD's queue; empty where nothing fits. Of a track list, each song's.

    Raises mpd.CommandError where a playlist or folder isn't there.
    """
    return [song for uri in music.uris or (music.uri,) for song in _songs(client, uri)][:MOST]


def _songs(client: Any, uri: str) -> list[str]:
    """Of mpd:playlist/NAME, mpd:folder/PATH, mpd:search/WORDS (an artist, else any tag), mpd:search/TAG=WORDS,
    mpd:stream/URL, mpd:http://..., or mpd:FILE.
    """
    rest = uri.removeprefix("mpd:")
    if rest.startswith(("http://", "https://")):
        return _stream(client, rest)
    kind, _, what = rest.partition("/")
    if kind == "stream":
        return _stream(client, what)
    if kind == "playlist":
        return [str(song) for song in client.listplaylist(what)]
    if kind == "folder":
        return [str(one["file"]) for one in client.listall(what.strip("/")) if "file" in one]
    if kind == "search":
        return [str(one["file"]) for one in _found(client, what)]
    return [rest]


def _stream(client: Any, url: str) -> list[str]:
    """A radio station's own playlist names the streams."""
    if _STATIONS.search(url):
        return [str(song) for song in client.listplaylist(url)]
    return [url]


def _found(client: Any, what: str) -> list[dict[str, Any]]:
    if (tag := _TAG.fullmatch(what)) is not None:
        return list(client.search(tag[1], tag[2]))
    found = client.find("artist", what) or client.search("artist", what)
    if not found:
        words = [part for word in what.split() for part in ("any", word)]
        found = client.search(*words) if words else []
    return list(found)
