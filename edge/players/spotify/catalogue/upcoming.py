"""`UpcomingNames`: what Spotify plays next, asked for once a song while there is budget enough."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from edge.players.spotify.account import SpotifyAccount
from edge.players.spotify.errors import SpotifyError
from edge.players.spotify.playback import SpotifyPlayback
from edge.text import clean, clean_or_none

UPCOMING_MAX, ARTISTS_MAX = 5, 10
# Between two requests; a person who skips often sees it a little later.
ASK_EVERY_S = 60.0
# Of the budget; the looks at the playback come first.
BUDGET_SHARE_MAX = 0.5
log = logging.getLogger(__name__)


class UpcomingNames:
    """The names of the songs after the current one."""

    def __init__(self, account: SpotifyAccount, queue: Callable[[], Mapping[str, Any]]) -> None:
        """queue: requests the account's queue; raises SpotifyError."""
        self._account, self._queue = account, queue
        self._known: tuple[str | None, tuple[str, ...]] = None, ()
        self._asked_at = float("-inf")

    def of(self, playback: SpotifyPlayback) -> tuple[str, ...]:
        """What was found for the song that plays; none for another one, and none on another speaker."""
        return self._known[1] if playback.uri is not None and playback.uri == self._known[0] else ()

    def look(self, now: float, playback: SpotifyPlayback) -> None:
        """Ask for what comes after this song, if that is due. A failure is no problem: it is asked again later."""
        budget = self._account.api.budget
        plays = playback.playing and playback.on_own_speaker and playback.uri is not None
        if not plays or playback.uri == self._known[0] or now - self._asked_at < ASK_EVERY_S:
            return
        if budget is not None and budget.counts().share >= BUDGET_SHARE_MAX:
            return
        self._asked_at = now
        try:
            body = self._account.read(self._queue)
        except SpotifyError as error:
            log.debug("spotify: what comes next isn't known: %s", error)
            return
        current = body.get("currently_playing")
        uri = current.get("uri") if isinstance(current, Mapping) else None
        if uri == playback.uri:
            self._known = playback.uri, names_in(body.get("queue"))


def names_in(items: Any) -> tuple[str, ...]:
    """The names of the first songs and episodes of a queue, each as `ARTIST - TITLE`."""
    found = [_name(item) for item in (items if isinstance(items, list) else [])[:UPCOMING_MAX]]
    return tuple(name for name in found if name)


def _name(item: Any) -> str | None:
    if not isinstance(item, Mapping) or (title := clean_or_none(item.get("name"))) is None:
        return None
    artists = item.get("artists")
    names = [
        clean_or_none(artist.get("name"))
        for artist in (artists if isinstance(artists, list) else [])[:ARTISTS_MAX]
        if isinstance(artist, Mapping)
    ]
    return clean(" - ".join(filter(None, (", ".join(filter(None, names)), title))))
