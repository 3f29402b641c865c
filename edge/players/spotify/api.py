"""`SpotifyApi`: the Web API requests that the player needs, through spotipy, each sent once.

Failures are raised as SpotifyError (see `errors`). Nothing is retried here, except once with a fresh token after a 401.
After a 429, `SpotifyAccount.send` holds back all requests until the wait is over.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from edge.players.spotify.auth import ACCOUNTS_URL, CountingSession, SpotifyAuth
from edge.players.spotify.errors import InvalidResponseError, UnreachableError, login_missing
from edge.players.spotify.limits.budget import RequestBudget
from edge.players.spotify.request_errors import translate
from edge.players.spotify.speakers import Speaker
from edge.players.spotify.spotipy_module import spotipy
from edge.players.spotify.token_file import TokenFile
from edge.text import ADDRESS_MAX_CHARS, clean_or_none

API_URL = "https://api.spotify.com/v1/"
TIMEOUT_S = 6.0  # for connecting, and between two parts of a response
log = logging.getLogger(__name__)


class SpotifyApi:
    """The requests that the player needs. Used by one thread. Each method may raise a SpotifyError."""

    def __init__(
        self,
        client_id: str,
        file: TokenFile,
        *,
        api: str = API_URL,
        accounts: str = ACCOUNTS_URL,
        timeout: float = TIMEOUT_S,
        now: Callable[[], float] = time.time,
        budget: RequestBudget | None = None,
    ) -> None:
        """api, accounts: base URLs. timeout: in seconds. now: returns Unix time. budget: None for no limit."""
        self.file, self.budget = file, budget
        self._now = now
        self._session = CountingSession(self._today, budget)
        self._auth = SpotifyAuth(client_id, file, self._session, accounts=accounts, timeout=timeout, now=now)
        self._spotipy = spotipy.Spotify(
            auth_manager=self._auth, requests_session=self._session, requests_timeout=timeout
        )
        self._spotipy.prefix = api

    @property
    def calls(self) -> int:
        """Number of requests since the start, including those for tokens."""
        return self._session.calls

    @property
    def calls_today(self) -> int:
        """Number of requests since midnight, local time, or since the start."""
        return self._session.calls_by_day[self._today()]

    def set_timeout(self, timeout: float) -> None:
        """timeout: in seconds, for the requests from now on."""
        self._spotipy.requests_timeout = self._auth.requests_timeout = timeout

    def playback_state(self) -> dict[str, Any] | None:
        """What the account plays, on any device; None if no device is active."""
        state = self._call(self._spotipy.current_playback, additional_types="episode")
        return state if state else None

    def speakers(self) -> list[Speaker]:
        body = self._call(self._spotipy.devices) or {}
        return [Speaker.from_json(device) for device in body.get("devices") or [] if isinstance(device, dict)]

    def queue(self) -> dict[str, Any]:
        """The current song and the ones after it, as Spotify describes them."""
        return self._call(self._spotipy.queue) or {}

    def queue_uris(self) -> list[str]:
        """Addresses of the current song and of the ones after it."""
        body = self.queue()
        items = [body.get("currently_playing"), *(body.get("queue") or [])]
        return [str(item["uri"]) for item in items if isinstance(item, dict) and item.get("uri")]

    def album_of(self, song: str) -> str | None:
        """The address of the album of a track; None if Spotify names none."""
        body = self._call(self._spotipy.track, song) or {}
        album = body.get("album")
        return clean_or_none(album.get("uri"), ADDRESS_MAX_CHARS) if isinstance(album, dict) else None

    def exists(self, uri: str) -> bool | None:
        """Whether there is this playlist, album, artist or show; None for what can't be looked up.

        Raises NotFoundError where there is none, which is also so for Spotify's own playlists.
        """
        kind, _, key = uri.removeprefix("spotify:").rpartition(":")
        client = self._spotipy
        if kind == "playlist" or kind.endswith(":playlist"):
            self._call(client.playlist, key, fields="uri")
        elif kind in ("album", "artist", "show"):
            self._call(getattr(client, kind), key)
        else:
            return None
        return True

    def play(
        self,
        device: str,
        *,
        context: str | None = None,
        uris: list[str] | None = None,
        offset: int | None = None,
        song: str | None = None,
        position: float | None = None,
    ) -> None:
        """Start a context (playlist, album, artist) or a list of songs; with neither, resume what is paused.

        offset: index of the first song, from 0; only for a playlist or an album. song: its address instead.
        position: seconds into the first song.
        """
        first: dict[str, Any] | None = {"position": offset} if offset is not None else {"uri": song} if song else None
        more = {} if position is None else {"position_ms": round(1000 * position)}
        self._call(self._spotipy.start_playback, device_id=device, context_uri=context, uris=uris, offset=first, **more)

    def transfer(self, device: str) -> None:
        """Continue on this device what another one plays or has paused."""
        self._call(self._spotipy.transfer_playback, device, force_play=True)

    def seek(self, device: str, position: float) -> None:
        """Go to this position in the current song, seconds."""
        self._call(self._spotipy.seek_track, round(1000 * position), device_id=device)

    def wake(self, device: str) -> None:
        """Make this device the active one, without starting anything."""
        self._call(self._spotipy.transfer_playback, device, force_play=False)

    def set_shuffle(self, device: str, *, on: bool) -> None:
        self._call(self._spotipy.shuffle, on, device_id=device)

    def set_repeat(self, device: str, mode: str) -> None:
        """mode: "off", "context" or "track"."""
        self._call(self._spotipy.repeat, mode, device_id=device)

    def pause(self, device: str) -> None:
        self._call(self._spotipy.pause_playback, device_id=device)

    def next(self, device: str) -> None:
        self._call(self._spotipy.next_track, device_id=device)

    def previous(self, device: str) -> None:
        self._call(self._spotipy.previous_track, device_id=device)

    def set_volume(self, device: str, percent: int) -> None:
        self._call(self._spotipy.volume, percent, device_id=device)

    def add_to_queue(self, device: str, uri: str) -> None:
        self._call(self._spotipy.add_to_queue, uri, device_id=device)

    def close(self) -> None:
        self._session.close()
        if self.budget is not None:
            self.budget.close()

    def _today(self) -> object:
        return time.localtime(self._now())[:3]

    def _call(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a method of spotipy. Raises SpotifyError."""
        if not self.file.exists():
            raise login_missing()
        session = self._session
        session.url = session.response = None
        started = time.perf_counter()
        try:
            result = self._with_token_refresh(method, *args, **kwargs)
        except Exception as error:
            translated = translate(error, session, self.file, token_url=self._auth.OAUTH_TOKEN_URL, now=self._now())
            if self.budget is not None and isinstance(translated, UnreachableError):
                self.budget.give_back()
            log.debug("spotify: %s: %s", method.__name__, type(translated).__name__)
            raise translated from None
        response = session.response
        status = response.status_code if response is not None else ""
        log.debug("spotify: %s, %s in %.0f ms", method.__name__, status, (time.perf_counter() - started) * 1000)
        expects_json = response is not None and response.request.method == "GET" and response.status_code != 204
        # Spotipy returns None for a response that isn't JSON.
        if expects_json and not isinstance(result, dict):
            raise InvalidResponseError("spotify: Spotify's response was incomplete; trying again", retry_after=2)
        return result

    def _with_token_refresh(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call, and after a 401 call once more with a fresh token; a 401 has no effect, so repeating is safe."""
        try:
            return method(*args, **kwargs)
        except spotipy.SpotifyException as error:
            if error.http_status != 401 or self._session.response is None:
                raise
        self.file.expire()
        return method(*args, **kwargs)
