"""How far a wish has been carried out on go-librespot. Pure."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass

from edge.players.go_librespot.messages import DaemonStatus
from edge.players.kept_wish import KeptWish
from edge.players.wishes import rotated
from edge.values import Continuation, Music, When

SONGS_MAX = 200
POSITION_TOLERANCE_S = 2.0
_SONG_PREFIXES = ("spotify:track:", "spotify:episode:")


@dataclass(frozen=True)
class LostCommand:
    """A command whose answer didn't come. at: on the player's clock. song: what played when it was sent."""

    at: float
    song: str | None

    def song_began(self, now: float, status: DaemonStatus | None) -> bool:
        """True where the current song began after the command was sent."""
        if status is None or not status.loaded or status.track is None:
            return False
        if status.track.uri != self.song:
            return True
        position = status.track.position
        return position is not None and position < now - self.at + POSITION_TOLERANCE_S


@dataclass
class DaemonWish(KeptWish):
    """A wish and what has been done for it.

    songs: a list of songs in the order in which they play. prepared: volume, shuffle and repeat are set.
    volume_before: to be set again if the music doesn't begin. lost: the newest command whose answer was lost.
    """

    songs: tuple[str, ...] = ()
    prepared: bool = False
    volume_before: int | None = None
    lost: LostCommand | None = None

    @property
    def in_flight(self) -> bool:
        return self.lost is not None

    @property
    def queued(self) -> bool:
        music = self.wish.music
        return self.wish.when is When.QUEUE and music is not None and single_song(music) is not None


class SongList:
    """The songs of a list that are still to be put into the daemon's queue, one after the other."""

    def __init__(self) -> None:
        self._all: tuple[str, ...] = ()
        self._rest: deque[str] = deque()
        self._repeats = False

    @property
    def waiting(self) -> bool:
        """True while songs wait."""
        return bool(self._rest)

    def begin(self, songs: tuple[str, ...], *, repeats: bool) -> None:
        """The first of these songs plays. repeats: they begin again after the last one."""
        self._all, self._rest, self._repeats = songs, deque(songs[1:]), repeats

    def clear(self) -> None:
        """Something else plays."""
        self._all, self._rest = (), deque()

    def next(self, current: str | None) -> str | None:
        """Return the song to be added now, if there is one. current: the one that plays."""
        if not self._rest and self._repeats and len(self._all) > 1 and current == self._all[-1]:
            self._rest = deque(self._all)
        return self._rest[0] if self._rest else None

    def added(self) -> None:
        """The song that `next` returned is in the queue."""
        self._rest.popleft()


def single_song(music: Music) -> str | None:
    """The song's address if the music is one song; only those can be queued."""
    songs = music.uris or (music.uri,)
    return songs[0] if len(songs) == 1 and is_song(songs[0]) else None


def is_song(address: str) -> bool:
    """True for the address of a single song."""
    return address.startswith(_SONG_PREFIXES)


def songs_of(music: Music, offset: int | None, rng: random.Random | None) -> tuple[str, ...]:
    """The songs of a list in the order in which they play. rng: shuffles them."""
    songs = rotated(list(music.uris), offset)[:SONGS_MAX]
    if rng is not None:
        rng.shuffle(songs)
    return tuple(songs)


def going_on(continues: Continuation, uri: str) -> dict[str, object]:
    """The fields of a request to play `uri` on as it plays elsewhere."""
    if continues.song is None or (uri.startswith(_SONG_PREFIXES) and uri != continues.song):
        return {}
    song: dict[str, object] = {} if uri == continues.song else {"skip_to_uri": continues.song}
    return song | ({} if continues.position is None else {"position": round(1000 * continues.position)})
