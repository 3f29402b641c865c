"""`MpdLibrary`: reads the songs of MPD's collection, one page at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from edge.errors import PlayerError, sentence_of
from edge.players.mpd.connection import MpdConnection, MpdPasswordError, MpdRefusedError
from edge.players.mpd.folders import walk
from edge.songs import Song, SongPage, isrc_key
from edge.system.file_names import is_text
from edge.text import clean

T = TypeVar("T")
PAGE_SIZE = 500
TIMEOUT_S = 10.0
WALK_TIMEOUT_S = 120.0  # Mopidy reads each file of a folder before it answers
ANSWER_MAX_BYTES = 16 * 2**20  # servers without a window send everything at once
log = logging.getLogger(__name__)


class MpdLibrary:
    """The collection; used by one thread."""

    def __init__(self, host: str, port: int, *, password: str | None, timeout: float = TIMEOUT_S) -> None:
        """timeout: seconds for each response."""
        self._connection = MpdConnection(
            host, port, password=password, timeout=timeout, clock=time.monotonic, answer_max_bytes=ANSWER_MAX_BYTES
        )
        self._all: list[Song] | None = None
        self._answered = False

    def collection(self, offset: int) -> SongPage:
        """Return at most PAGE_SIZE songs from this offset on, in MPD's own order. Raises PlayerError."""
        if self._all is None:
            total = int(self._call(lambda client: client.stats()).get("songs", 0))
            try:
                found = self._call(lambda client: client.search("file", "", "window", (offset, offset + PAGE_SIZE)))
                if found or total:
                    return SongPage(tuple(songs_of(found)), len(found), total)
            except MpdRefusedError:
                pass
            self._all = self._everything()
        page = self._all[offset : offset + PAGE_SIZE]
        return SongPage(tuple(page), len(page), len(self._all))

    def _everything(self) -> list[Song]:
        """Read the whole collection from a server without windows: an old one, or Mopidy, which also lists no tree."""
        try:
            found = [song for song in self._call(lambda client: client.listallinfo()) if "file" in song]
            return songs_of(found)
        except MpdRefusedError:
            self._connection.set_timeout(WALK_TIMEOUT_S)
            return songs_of(walk(lambda folder: self._call(lambda client: client.lsinfo(folder)), ""))

    def update(self) -> None:
        """Make MPD find playlists that were written. Raises PlayerError."""
        self._call(lambda client: client.update())

    def close(self) -> None:
        self._connection.disconnect()

    def _call(self, function: Callable[[Any], T]) -> T:
        try:
            # Nothing here refers to MPD's queue, so that a restart doesn't matter.
            self._connection.check_restart()
            self._answered = True
            return self._connection.call(function)
        except MpdPasswordError as error:
            # Retrying can't help: a person has to set the password first.
            raise MpdRefusedError(sentence_of(error), retry_after=error.retry_after) from None
        except PlayerError as error:
            if self._answered:
                raise
            # It doesn't run there, or not yet: whoever asks should hear it at once.
            raise MpdRefusedError(sentence_of(error), retry_after=error.retry_after) from None


def songs_of(found: Iterable[dict[str, Any]]) -> list[Song]:
    """The songs of an answer of MPD's."""
    songs: list[Song] = []
    unreadable: list[str] = []
    for song in found:
        file = song.get("file")
        if not isinstance(file, str):
            continue
        if not is_text(file):
            unreadable.append(file)
            continue
        songs.append(
            Song(
                f"mpd:{file}",
                _text(song.get("title")) or clean(file.rsplit("/", 1)[-1]),
                _text(song.get("artist") or song.get("albumartist")),
                _text(song.get("album")),
                isrc_key(_text(song.get("isrc"))),
            )
        )
    if unreadable:
        log.warning(
            "mpd: left out %d files whose names aren't UTF-8 text, such as %s; rename them",
            len(unreadable),
            clean(unreadable[0]),
        )
    return songs


def _text(value: Any) -> str:
    return clean(", ".join(map(str, value)) if isinstance(value, list) else str(value or ""))
