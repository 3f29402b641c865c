"""A song's cover, read from MPD in pieces over a connection of its own."""

from __future__ import annotations

import time

import mpd

from edge.players.mpd.client import BoundedClient
from edge.players.mpd.connection import MpdConnection

TIMEOUT_S = 3.0
# As a whole; a picture in the music's folder may be on a slow disk.
COVER_WITHIN_S = 10.0
# The picture in the file itself comes first: a folder may hold songs of several albums.
COMMANDS = ("readpicture", "albumart")


def song_cover(host: str, port: int, password: str | None, song: str, *, max_bytes: int) -> bytes | None:
    """The cover of a song, as the file in MPD's folders holds it; None where there is none, or it is too large.

    song: its address in MPD. Mopidy has no covers. Raises PlayerError if MPD can't be reached.
    """
    connection = MpdConnection(
        host, port, password=password, timeout=TIMEOUT_S, clock=time.monotonic, answer_max_bytes=2 * max_bytes
    )
    try:
        for command in COMMANDS:
            picture = connection.call(lambda client: _read(client, command, song, max_bytes))  # noqa: B023
            if picture:
                return picture
        return None
    finally:
        connection.disconnect()


def _read(client: BoundedClient, command: str, song: str, max_bytes: int) -> bytes | None:
    """The picture that a command reads; None where MPD has none, or doesn't know the command."""
    picture, until = b"", time.monotonic() + COVER_WITHIN_S
    while True:
        try:
            size, piece = client.binary_part(command, song, len(picture))
        except mpd.CommandError:
            return None
        picture += piece
        if size > max_bytes or len(picture) > size or time.monotonic() > until:
            return None
        if len(picture) == size:
            return picture
        if not piece:
            return None
