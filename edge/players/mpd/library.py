"""MPD's collection, a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import mpd

from edge.errors import PlayerError
from edge.songs import Song, SongPage, isrc_key

T = TypeVar("T")
PAGE = 500
TIMEOUT = 10.0


class MpdLibrary:
    """Used by one thread; connects when needed, and again after a break."""

    def __init__(self, host: str, port: int, *, password: str | None, timeout: float = TIMEOUT) -> None:
        """timeout: seconds for each answer."""
        self._host, self._port, self._password = host, port, password
        self._client: Any = mpd.MPDClient()
        self._client.timeout = timeout
        self._connected = False
        self._all: list[dict[str, Any]] | None = None

    def collection(self, offset: int) -> SongPage:
        """At most PAGE of all songs, in MPD's own order. Raises PlayerError."""
        total = int(self._ask(lambda client: client.stats()).get("songs", 0))
        if self._all is None:
            try:
                found = self._ask(lambda client: client.search("file", "", "window", (offset, offset + PAGE)))
                return _page(found, total)
            except _UnknownError:
                # Mopidy and old servers know no windows; they give everything at once.
                self._all = [one for one in self._ask(lambda client: client.listallinfo()) if "file" in one]
        return _page(self._all[offset : offset + PAGE], len(self._all))

    def update(self) -> None:
        """Let MPD see playlists that were written. Raises PlayerError."""
        self._ask(lambda client: client.update())

    def close(self) -> None:
        self._connected = False
        try:
            self._client.disconnect()
        except (mpd.MPDError, OSError):
            return

    def _ask(self, call: Callable[[Any], T]) -> T:
        try:
            self._connect()
            return call(self._client)
        except mpd.CommandError as error:
            said = str(error)
            if "permission" in said or "password" in said:
                raise PlayerError(
                    "mpd: asks for a password; set mpd.password_file, MOODROOM_MPD_PASSWORD or the credential "
                    "mpd_password",
                    retry_after=3600,
                ) from None
            raise _UnknownError(f"mpd: {said.split('} ', 1)[-1]}", retry_after=3600) from None
        except (mpd.MPDError, OSError, ValueError) as error:
            self.close()
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise PlayerError(
                f"mpd: {self._host}:{self._port} doesn't answer ({reason}); is MPD running there?", retry_after=2
            ) from None

    def _connect(self) -> None:
        if self._connected:
            return
        self.close()
        self._client.connect(self._host, self._port)
        self._connected = True
        if self._password is not None:
            self._client.password(self._password)


class _UnknownError(PlayerError):
    """MPD understood, and can't do that."""


def _page(found: list[dict[str, Any]], total: int) -> SongPage:
    songs = [
        Song(
            f"mpd:{one['file']}",
            _text(one.get("title")) or str(one["file"]).rsplit("/", 1)[-1],
            _text(one.get("artist") or one.get("albumartist")),
            _text(one.get("album")),
            isrc_key(_text(one.get("isrc"))),
        )
        for one in found
        if "file" in one
    ]
    return SongPage(tuple(songs), len(found), total)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
