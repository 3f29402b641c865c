"""`library:happy`, as profiles name it -> what a player can play."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable
from pathlib import Path

from edge.errors import LibraryError
from edge.library.placement import recommend
from edge.library.store import Store
from edge.songs import SONG_MOODS
from edge.system.database import default_path
from edge.values import Music

SCHEME = "library:"
MOST = 100  # songs of a list that isn't a published playlist
_WHERE = {"spotify": ("spotify:track:", "spotify:playlist:"), "mpd": ("mpd:", "mpd:playlist/")}
log = logging.getLogger(__name__)


def resolver(
    player: str,
    *,
    path: Path | None = None,
    seed: Callable[[], int] = lambda: random.randrange(2**31),  # noqa: S311
) -> Callable[[str], Music | None]:
    """A function for `player`: library:MOOD -> its published playlist, else some of its songs in any order.

    It gives None, and says why in the log, where there are none. It opens the library at each call, in whatever thread.
    """

    def resolve(uri: str) -> Music | None:
        mood = uri.removeprefix(SCHEME)
        name = f"your own songs for {mood}"
        if not uri.startswith(SCHEME) or mood not in SONG_MOODS:
            log.warning("library: %s is no mood of the library; there is %s", uri, ", ".join(SONG_MOODS))
            return None
        if player not in _WHERE:
            return Music(uri, name)
        song, playlist = _WHERE[player]
        if not os.path.isfile(path or default_path()):
            log.warning("library: there is none yet for %s; `moodroom library sync` reads your songs", uri)
            return None
        try:
            with Store(path) as store:
                published = store.published(player).get(mood)
                if published is not None:
                    return Music(playlist + published.target, name)
                found = [one for one in store.placed(mood) if one.song.uri.startswith(song)]
        except LibraryError as error:
            log.warning("%s", error)
            return None
        uris = tuple(one.uri for one in recommend(found, MOST, seed=seed()))
        if not uris:
            log.warning("library: no song is sorted into %s; `moodroom library sort` does it", mood)
            return None
        return Music(uris[0], name, uris)

    return resolve
