"""`SpeakerWaking`: wakes a speaker that is listed and takes no music, once for each music."""

from __future__ import annotations

import contextlib

from edge.players.spotify.account import SpotifyAccount
from edge.players.spotify.commands import Operation, SpotifyCommand
from edge.players.spotify.errors import SpeakerGoneError, SpotifyError
from edge.players.spotify.playback import SpotifyPlayback
from edge.players.spotify.speakers import Speaker

WAKE_S = 2.0  # after which a woken speaker takes music


class SpeakerWaking:
    """Remembers the music for which a speaker was woken, until some music starts."""

    def __init__(self, account: SpotifyAccount) -> None:
        self._account = account
        self._woken_for: str | None = None

    def music_started(self) -> None:
        """The speaker takes music again."""
        self._woken_for = None

    def wake(self, command: SpotifyCommand, current: SpotifyPlayback, speaker: Speaker, error: SpotifyError) -> bool:
        """Wake a speaker that is listed, but took no music: it may be asleep. Returns False if that was tried before.

        The command stays pending, and `error` says so.
        """
        idle = current.speaker is None or not current.on_own_speaker
        if command.operation is not Operation.PLAY or not idle or command.uri == self._woken_for:
            return False
        account = self._account
        self._woken_for = command.uri
        account.speaker_moved = isinstance(error, SpeakerGoneError)
        with contextlib.suppress(SpotifyError):
            account.send(lambda: account.api.wake(speaker.id or ""))
        cause = (
            "it sleeps or has just gone offline"
            if isinstance(error, SpeakerGoneError)
            else "it sleeps, or the address in music.profiles is wrong"
        )
        error.args = (f'spotify: "{speaker.name}" is listed and doesn\'t take the music: {cause}; waking it',)
        error.lasting, error.retry_after = False, WAKE_S
        return True
