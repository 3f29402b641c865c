"""What `mpd:...` in the configuration names -> songs that MPD can add to its queue."""

from __future__ import annotations

from typing import Any

MOST = 500  # songs for one mood


def songs_of(client: Any, uri: str) -> list[str]:
    """Addresses for MPD's queue; empty where nothing fits.

    uri: mpd:playlist/NAME, mpd:folder/PATH, mpd:search/WORDS (an artist, else any tag), mpd:stream/URL or mpd:http://...
    Raises mpd.CommandError where a playlist or folder isn't there.
    """
    rest = uri.removeprefix("mpd:")
    if rest.startswith(("http://", "https://")):
        return [rest]
    kind, _, what = rest.partition("/")
    if kind == "stream":
        return [what]
    if kind == "playlist":
        return [str(song) for song in client.listplaylist(what)][:MOST]
    if kind == "folder":
        return [str(one["file"]) for one in client.listall(what.strip("/")) if "file" in one][:MOST]
    if kind == "search":
        found = client.find("artist", what) or client.search("artist", what)
        if not found:
            words = [part for word in what.split() for part in ("any", word)]
            found = client.search(*words) if words else []
        return [str(one["file"]) for one in found][:MOST]
    return [rest]
