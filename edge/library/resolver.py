"""Resolves `library:MOOD`, as profiles name it, to music that a player can play."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable
from pathlib import Path

from edge.errors import LibraryError
from edge.library.recommend import pick_songs
from edge.library.store import Store
from edge.players.music_assistant.matching import song_address
from edge.songs import SONG_MOODS
from edge.system.database import default_path
from edge.values import Music

SCHEME = "library:"
# Where no playlist is published, this many songs are played.
SONGS_MAX = 100
# Player -> the prefixes of its songs' and its playlists' addresses.
_PREFIXES = {"spotify": ("spotify:track:", "spotify:playlist:"), "mpd": ("mpd:", "mpd:playlist/")}
MUSIC_ASSISTANT = "music_assistant"
log = logging.getLogger(__name__)


def resolver(
    player: str,
    *,
    path: Path | None = None,
    seed: Callable[[], int] = lambda: random.randrange(2**31),  # noqa: S311
) -> Callable[[str], Music | None]:
    """Return a function for `player` that resolves library:MOOD to its published playlist, or to some of its songs.

    The function returns None, and logs why, if there are none. It opens the library at each call, so that any thread
    may call it. seed: returns the seed of each choice of songs.
    """

    def resolve(uri: str) -> Music | None:
        mood = uri.removeprefix(SCHEME)
        name = f"your own songs for {mood}"
        if not uri.startswith(SCHEME) or mood not in SONG_MOODS:
            log.warning("library: %s isn't a mood of the library; use one of %s", uri, ", ".join(SONG_MOODS))
            return None
        if player not in (*_PREFIXES, MUSIC_ASSISTANT):
            return Music(uri, name)
        song_prefix, playlist_prefix = _PREFIXES.get(player, ("", ""))
        if not os.path.isfile(path or default_path()):
            log.warning("library: there are no songs yet for %s; `moodroom library sync` reads them", uri)
            return None
        try:
            with Store(path) as store:
                published = store.published(player).get(mood)
                if published is not None and playlist_prefix:
                    return Music(playlist_prefix + published.target, name)
                placed = [one for one in store.placed(mood) if one.song.uri.startswith(song_prefix)]
        except LibraryError as error:
            log.warning("%s", error)
            return None
        picked = pick_songs(placed, SONGS_MAX, seed=seed())
        uris = tuple(one.uri for one in picked)
        if player == MUSIC_ASSISTANT:
            # It has addresses of its own for the same songs, and looks for them by code and name.
            songs = {one.song.uri: one.song for one in placed}
            uris = tuple(address for uri in uris if (address := song_address(songs[uri])) is not None)
        if not uris:
            log.warning("library: no song is sorted into %s; `moodroom library sort` sorts them", mood)
            return None
        return Music(uris[0], name, uris)

    return resolve
