"""`SongRefusals`: what to do where a speaker refuses songs that don't come from a playlist, album or artist."""

from __future__ import annotations

from collections.abc import Callable

from edge.players.spotify.account import SpotifyAccount
from edge.players.spotify.commands import Operation, SpotifyCommand
from edge.players.spotify.errors import RequestRefusedError, SpotifyError
from edge.players.spotify.pending import PendingCommands
from edge.players.spotify.playback import LibraryNames
from edge.players.spotify.sending import from_album, is_songs
from edge.players.spotify.speakers import Speaker
from edge.players.wishes import LIBRARY_PREFIX
from edge.values import Music

REFUSED_FOR_S = 6 * 3600.0  # an update of the speaker may change it


class SongRefusals:
    """Remembers for REFUSED_FOR_S which speakers refuse songs, and finds a command that they take instead."""

    def __init__(
        self, account: SpotifyAccount, pending: PendingCommands, names: LibraryNames, publish: Callable[[], None]
    ) -> None:
        """publish: called where the songs of a `library:` list were refused."""
        self._account, self._pending, self._names, self._publish = account, pending, names, publish
        # Speaker's id -> until when nothing is tried, on the player's clock.
        self._until: dict[str | None, float] = {}

    def check(self, command: SpotifyCommand, speaker: Speaker) -> None:
        """Raise RequestRefusedError, without a request, for songs that the speaker is known to refuse."""
        if self._refuses(command, speaker):
            raise RequestRefusedError(f'spotify: "{speaker.name}" has refused songs lately', retry_after=1)

    def replace(self, command: SpotifyCommand, speaker: Speaker, error: SpotifyError) -> bool:
        """Play a refused song from its album, or have the playlist published that the songs are from.

        Returns False if no other command took the place of this one.
        """
        if "restriction" in str(error).lower():
            now = self._account.clock()
            self._until = {key: until for key, until in self._until.items() if until > now}
            self._until[speaker.id] = now + REFUSED_FOR_S
        if not self._refuses(command, speaker) or command not in self._pending.commands:
            return False
        music = command.wish.music if command.wish is not None else None
        album = from_album(self._account, command)
        if album is not None and music is not None:
            self._names.add(Music(album.uri or "", music.name), music.uri)
            self._pending.commands[self._pending.commands.index(command)] = album
            return True
        if music is not None and music.uri.startswith(LIBRARY_PREFIX):
            self._publish()
        return False

    def _refuses(self, command: SpotifyCommand, speaker: Speaker) -> bool:
        plays_songs = command.operation is Operation.PLAY and is_songs(command)
        return plays_songs and self._account.clock() < self._until.get(speaker.id, float("-inf"))
