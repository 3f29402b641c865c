"""`LoginWatch`: notices a new login, so that no wait after a failure outlasts it."""

from __future__ import annotations

from edge.players.spotify.token_file import TokenFile


class LoginWatch:
    """Watches the file of the login; its content is read only when the file has changed. Used by one thread."""

    def __init__(self, file: TokenFile) -> None:
        self._file = file
        self._stamp, self._authorised_at = file.stamp(), file.authorised_at

    def renewed(self) -> bool:
        """True once after each sign-in; a login that is only refreshed doesn't count."""
        stamp = self._file.stamp()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        before, self._authorised_at = self._authorised_at, self._file.authorised_at
        return self._authorised_at is not None and self._authorised_at != before
