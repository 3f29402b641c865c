"""The cover of what plays, fetched by the device, so that a phone asks nobody else for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from edge.errors import MoodroomError
from edge.values import Playback

log = logging.getLogger(__name__)
COVER_MAX_BYTES = 2 * 2**20
TIMEOUT_S = 5.0
# How pictures of these types begin. A picture that may contain a script isn't among them.
SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}
# The player that holds covers itself, and how the addresses of its songs begin; those of stations have none.
SONG_PREFIX, STATION_PREFIXES = "mpd:", ("mpd:http", "mpd:stream/")
# A picture and its media type.
Picture = tuple[bytes, str]


class Cover:
    """Fetches one cover at a time and keeps the newest; may be called by several threads."""

    def __init__(
        self,
        fetch: Callable[[str], bytes] | None = None,
        *,
        song: Callable[[str], bytes | None] | None = None,
    ) -> None:
        """fetch: the content at an address; raises OSError. None for the network.

        song: the cover of a song that has this address, from MPD; raises MoodroomError.
        """
        self._fetch, self._song = fetch or fetched, song
        self._lock = threading.Lock()
        self._kept: tuple[str, Picture | None] = "", None

    def picture(self, address: str) -> Picture | None:
        """The cover at an address of the player's; None where there is none, or it isn't a picture."""
        with self._lock:
            if self._kept[0] != address:
                self._kept = address, self._picture(address)
            return self._kept[1]

    def _picture(self, address: str) -> Picture | None:
        content: bytes | None = None
        try:
            if address.startswith(("http://", "https://")):
                content = self._fetch(address)
            elif address.startswith(SONG_PREFIX) and self._song is not None:
                content = self._song(address)
        except (OSError, MoodroomError) as error:
            log.debug("web: the cover can't be fetched: %s", error)
        media_type = media_type_of(content) if content is not None else None
        return None if content is None or media_type is None else (content, media_type)


def cover_address(playback: Playback) -> str | None:
    """What the page asks for the cover by: its address, or a song's whose player holds its cover; None for none."""
    uri = playback.uri or ""
    holds = playback.player == "mpd" and uri.startswith(SONG_PREFIX) and not uri.startswith(STATION_PREFIXES)
    return playback.cover or (uri if holds else None)


def media_type_of(content: bytes) -> str | None:
    """The media type of a picture by its first bytes; None for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), None)


def fetched(address: str) -> bytes:
    """The content at an address, without following redirects. Raises OSError."""
    from edge.system.http_session import BoundedSession

    with BoundedSession(body_max_bytes=COVER_MAX_BYTES) as session:
        answer = session.get(address, timeout=TIMEOUT_S, allow_redirects=False)
        answer.raise_for_status()
        return answer.content
