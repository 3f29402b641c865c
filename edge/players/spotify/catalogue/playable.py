"""`PlayableMusic`: whether music is known to play, so that nothing is changed for music that can't follow."""

from __future__ import annotations

from edge.players.spotify.account import SpotifyAccount
from edge.players.spotify.commands import Operation, SpotifyCommand, is_song
from edge.players.spotify.errors import NotFoundError, NotOfferedError, RequestRefusedError

ANSWER_LASTS_S = 900.0
# Spotify's own playlists don't exist for new apps, and play all the same.
UNLISTED_LASTS_S = 86_400.0
ANSWERS_MAX = 32
# Songs are sent one by one; whether a speaker takes that shows only once it has.
SONGS = "songs"


class PlayableMusic:
    """What Spotify and the speaker said of each address, for a while."""

    def __init__(self, account: SpotifyAccount) -> None:
        self._account = account
        # For each address: whether it plays, and until when this is believed, on the player's clock.
        self._answers: dict[str, tuple[bool, float]] = {}

    def ready(self, commands: list[SpotifyCommand]) -> bool:
        """False if something would be changed before music of which it isn't known that it can be played.

        Asks Spotify for a playlist, album, artist or show once in a while. Raises SpotifyError if that fails.
        """
        music = next((command for command in commands if command.operation is Operation.PLAY), None)
        if music is None or music is commands[0]:
            return True
        key = _key(music)
        plays, until = self._answers.get(key, (False, float("-inf")))
        if self._account.clock() < until:
            return plays
        if key == SONGS:
            return False
        try:
            exists = self._account.send(lambda: self._account.api.exists(key))
        except NotOfferedError:
            # Nothing can be asked of this catalogue; a refusal of the music itself is remembered.
            exists = True
        except (NotFoundError, RequestRefusedError):
            exists = False
        if exists is None:
            return False
        self._answer(key, plays=exists, lasts=ANSWER_LASTS_S)
        return exists

    def accepted(self, command: SpotifyCommand) -> None:
        """Spotify accepted this command."""
        if command.operation is Operation.PLAY:
            key = _key(command)
            # What plays although it isn't listed needn't be asked for again soon.
            unlisted = key in self._answers and not self._answers[key][0]
            lasts = UNLISTED_LASTS_S if unlisted or key == SONGS else ANSWER_LASTS_S
            self._answer(key, plays=True, lasts=lasts)

    def refused(self, command: SpotifyCommand) -> None:
        """Spotify refused this command, and would refuse it again."""
        if command.operation is Operation.PLAY:
            self._answer(_key(command), plays=False, lasts=ANSWER_LASTS_S)

    def _answer(self, key: str, *, plays: bool, lasts: float) -> None:
        self._answers.pop(key, None)
        self._answers[key] = (plays, self._account.clock() + lasts)
        while len(self._answers) > ANSWERS_MAX:
            del self._answers[next(iter(self._answers))]


def _key(command: SpotifyCommand) -> str:
    is_list = bool(command.uris) or command.uri is None or is_song(command.uri)
    return SONGS if is_list else str(command.uri)
