"""Signing in to Spotify through spotipy, and the session that counts every request."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import requests
from spotipy.cache_handler import CacheHandler
from spotipy.oauth2 import SpotifyPKCE

from edge.players.spotify.errors import login_missing
from edge.players.spotify.token_file import TokenFile

ACCOUNTS = "https://accounts.spotify.com/"
REDIRECT = "http://127.0.0.1:8731/callback"
SCOPES = (
    "user-read-playback-state user-modify-playback-state user-library-read playlist-read-private "
    "playlist-modify-private"
)


def _silence(_: logging.LogRecord) -> bool:
    return False


# Spotipy writes tokens into its log at DEBUG, and each 429 at ERROR; what matters is said here, without secrets.
for _name in ("client", "oauth2", "cache_handler", "util"):
    logging.getLogger(f"spotipy.{_name}").addFilter(_silence)


class AuthSession(requests.Session):
    """Counts, and remembers the last answer, since spotipy gives None for both a 204 and half a JSON object."""

    def __init__(self, today: Callable[[], object] = lambda: None) -> None:
        """today: differs from day to day."""
        super().__init__()
        # A default entry in somebody's .netrc would take the token's place.
        self.auth = lambda request: request
        self.calls = 0
        self.calls_by_day: Counter[object] = Counter()
        self._today = today
        self.url: str | None = None
        self.answer: requests.Response | None = None

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        self.calls += 1
        today = self._today()
        self.calls_by_day = Counter({today: self.calls_by_day[today] + 1})
        self.url, self.answer = str(url), None
        self.answer = super().request(method, url, *args, **kwargs)
        return self.answer


class _Cache(CacheHandler):  # type: ignore[misc]
    def __init__(self, file: TokenFile) -> None:
        self._file = file

    def get_cached_token(self) -> dict[str, Any] | None:
        return self._file.read()

    def save_token_to_cache(self, token: dict[str, Any]) -> None:
        self._file.write(token)


class Pkce(SpotifyPKCE):  # type: ignore[misc]
    """Spotipy's PKCE, which never asks anybody anything, and whose clock can be set."""

    def __init__(
        self,
        client_id: str,
        file: TokenFile,
        session: AuthSession,
        *,
        accounts: str,
        timeout: float,
        now: Callable[[], float],
    ) -> None:
        self._now, self._file = now, file
        super().__init__(
            client_id=client_id,
            redirect_uri=REDIRECT,
            scope=SCOPES,
            requests_session=session,
            requests_timeout=timeout,
            open_browser=False,
            cache_handler=_Cache(file),
        )
        self.OAUTH_TOKEN_URL = accounts + "api/token"
        self.OAUTH_AUTHORIZE_URL = accounts + "authorize"

    @staticmethod
    def _is_scope_subset(needle_scope: str, haystack_scope: str) -> bool:  # noqa: ARG004
        """An older login, with fewer permissions, still plays; what it lacks Spotify says itself, where it matters."""
        return True

    def is_token_expired(self, token_info: dict[str, Any]) -> bool:
        return float(token_info.get("expires_at") or 0) - self._now() < 60

    def refresh_access_token(self, refresh_token: str) -> dict[str, Any]:
        """Renew the login, one user at a time; whoever comes second takes what the first one got.

        Spotify takes the old refresh token back, so that renewing twice with it would end the login.
        """
        with self._file.alone(within=float(self.requests_timeout)):
            kept = self._file.read()
            if kept is not None and not self.is_token_expired(kept):
                return kept
            newest = refresh_token if kept is None else str(kept["refresh_token"])
            return dict(super().refresh_access_token(newest))

    def _add_custom_values_to_token_info(self, token_info: dict[str, Any]) -> dict[str, Any]:
        token_info["expires_at"] = int(self._now()) + int(token_info["expires_in"])
        return token_info

    def get_authorization_code(self, response: str | None = None) -> str:  # noqa: ARG002
        raise login_missing()
