"""`NextSongs`: the names of the songs that MPD plays after the current one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from edge.players.mpd.connection import MpdConnection, MpdRefusedError
from edge.players.mpd.playback import name_of
from edge.text import clean

UPCOMING_MAX = 5


class NextSongs:
    """Reads the next songs once for each song and each change of the queue."""

    def __init__(self, connection: MpdConnection) -> None:
        self._connection = connection
        self._key: tuple[Any, ...] = ()
        self._songs: list[dict[str, Any]] = []

    def names(self, status: dict[str, Any], *, waiting: Collection[str] = ()) -> tuple[str, ...]:
        """Return the names in their order, at most UPCOMING_MAX; none where MPD stops after this song.

        waiting: the ids of songs before which the rest of the queue goes, once they begin. In random order MPD tells
        only the next one. Raises PlayerError if MPD can't be reached.
        """
        next_id, single = status.get("nextsongid"), status.get("single") not in (None, "0")
        if next_id is None or single or status.get("songid") is None or status.get("state") == "stop":
            return ()
        key = (status.get("playlist"), status["songid"], next_id, status.get("random"))
        if key != self._key:
            self._songs = self._read(status, next_id)
            self._key = key
        shown = [song for song in self._songs if not waiting or str(song.get("id")) in waiting]
        return tuple(filter(None, map(_name, shown)))

    def _read(self, status: dict[str, Any], next_id: str) -> list[dict[str, Any]]:
        after = _number(status.get("song")) + 1
        in_order = status.get("random") != "1" and _number(status.get("nextsong")) == after
        try:
            if in_order:
                return self._connection.call(
                    lambda client: [dict(song) for song in client.playlistinfo((after, after + UPCOMING_MAX))]
                )
            return self._connection.call(lambda client: [dict(song) for song in client.playlistid(next_id)])
        except MpdRefusedError:
            # The song has just been removed.
            return []


def _name(song: dict[str, Any]) -> str | None:
    title, artist = name_of(song), song.get("artist")
    artist = ", ".join(artist) if isinstance(artist, list) else artist
    return clean(f"{artist} - {title}") if artist and title else title


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return -2
