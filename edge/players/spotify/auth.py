"""Spotify's sign-in through spotipy (PKCE), and the HTTP session that counts requests."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

from edge.players.spotify.errors import login_missing
from edge.players.spotify.limits.budget import RequestBudget
from edge.players.spotify.spotipy_module import CacheHandler, SpotifyPKCE
from edge.players.spotify.token_file import REDIRECT_URI, TokenFile
from edge.system.http_session import BoundedSession
from edge.system.requests_module import requests

ACCOUNTS_URL = "https://accounts.spotify.com/"
SCOPES = (
    "user-read-playback-state user-modify-playback-state user-library-read playlist-read-private "
    "playlist-modify-private"
)
TOKEN_EXPIRY_MARGIN_S = 60


def _drop(_: logging.LogRecord) -> bool:
    return False


# Spotipy logs tokens at DEBUG and each 429 at ERROR. This package logs what matters itself, without secrets.
for _name in ("client", "oauth2", "cache_handler", "util"):
    logging.getLogger(f"spotipy.{_name}").addFilter(_drop)


class CountingSession(BoundedSession):
    """Counts requests and keeps the last response: spotipy returns None for both a 204 and truncated JSON.

    Raises BudgetUsedUpError if the budget allows no request now.
    """

    def __init__(self, today: Callable[[], object] = lambda: None, budget: RequestBudget | None = None) -> None:
        """today: returns a value that differs from day to day. budget: limits the requests."""
        super().__init__()
        self._budget = budget
        self.calls = 0
        self.calls_by_day: Counter[object] = Counter()
        self._today = today
        self.url: str | None = None
        self.response: requests.Response | None = None

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        if self._budget is not None:
            self._budget.take()
        self.calls += 1
        today = self._today()
        self.calls_by_day = Counter({today: self.calls_by_day[today] + 1})
        self.url, self.response = str(url), None
        self.response = super().request(method, url, *args, **kwargs)
        return self.response


class _TokenFileCache(CacheHandler):  # type: ignore[misc]
    def __init__(self, file: TokenFile) -> None:
        self._file = file

    def get_cached_token(self) -> dict[str, Any] | None:
        return self._file.read()

    def save_token_to_cache(self, token: dict[str, Any]) -> None:
        self._file.write(token)


class SpotifyAuth(SpotifyPKCE):  # type: ignore[misc]
    """Spotipy's PKCE without its console prompts and with a clock that can be set."""

    def __init__(
        self,
        client_id: str,
        file: TokenFile,
        session: CountingSession,
        *,
        accounts: str,
        timeout: float,
        now: Callable[[], float],
    ) -> None:
        """accounts: base URL of Spotify's accounts service. timeout: in seconds. now: returns Unix time."""
        self._now, self._file = now, file
        super().__init__(
            client_id=client_id,
            redirect_uri=REDIRECT_URI,
            scope=SCOPES,
            requests_session=session,
            requests_timeout=timeout,
            open_browser=False,
            cache_handler=_TokenFileCache(file),
        )
        self.OAUTH_TOKEN_URL = accounts + "api/token"
        self.OAUTH_AUTHORIZE_URL = accounts + "authorize"

    @staticmethod
    def _is_scope_subset(needle_scope: str, haystack_scope: str) -> bool:  # noqa: ARG004
        """Accept older logins with fewer permissions: playing works, and Spotify reports a missing one itself."""
        return True

    def is_token_expired(self, token_info: dict[str, Any]) -> bool:
        return float(token_info.get("expires_at") or 0) - self._now() < TOKEN_EXPIRY_MARGIN_S

    def refresh_access_token(self, refresh_token: str) -> dict[str, Any]:
        """Refresh the login, one thread or program at a time; the others use the result.

        Spotify revokes the old refresh token, so a second refresh with it would end the login. Raises LoginBusyError.
        """
        with self._file.exclusive(timeout=float(self.requests_timeout)):
            saved = self._file.read()
            if saved is not None and not self.is_token_expired(saved):
                return saved
            newest = refresh_token if saved is None else str(saved["refresh_token"])
            return dict(super().refresh_access_token(newest))

    def _add_custom_values_to_token_info(self, token_info: dict[str, Any]) -> dict[str, Any]:
        token_info["expires_at"] = int(self._now()) + int(token_info["expires_in"])
        return token_info

    def get_authorization_code(self, response: str | None = None) -> str:  # noqa: ARG002
        raise login_missing()
