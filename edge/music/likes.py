"""The songs that people like: each counts once, however often somebody says so. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from edge.music.tastes import Feedback, Outcome
from edge.values import Music, Playback


class Likes:
    """A set of songs by address; `replace` may be called by another thread."""

    def __init__(self) -> None:
        self._songs: frozenset[str] = frozenset()

    def __contains__(self, song: object) -> bool:
        return song in self._songs

    def add(self, song: str) -> None:
        self._songs |= {song}

    def remove(self, song: str) -> None:
        self._songs -= {song}

    def replace(self, songs: Iterable[str]) -> None:
        """Like these songs and no others."""
        self._songs = frozenset(songs)


def song_address(playback: Playback | None, choice: Music | None) -> str | None:
    """The address that a like is kept under: the song's own or, where the player tells none, its choice's."""
    if playback is not None and playback.uri is not None:
        return playback.uri
    return None if choice is None else choice.uri


def liked_songs(outcomes: Iterable[Outcome]) -> set[str]:
    """The songs whose last like wasn't taken back. outcomes: in order of time."""
    songs: set[str] = set()
    for outcome in outcomes:
        if outcome.song is not None and outcome.feedback is Feedback.LIKE:
            songs.add(outcome.song)
        elif outcome.song is not None and outcome.feedback is Feedback.UNLIKE:
            songs.discard(outcome.song)
    return songs
