"""Finds the song that a user means by a link, an address or words of its title."""

from __future__ import annotations

from collections.abc import Sequence

from edge.errors import ConfigError
from edge.songs import Song, match_key, track_uri

SONGS_SHOWN_MAX = 5


def find_song(text: str, songs: Sequence[Song]) -> Song:
    """Return the only song that fits. A track's link is accepted even if the track isn't among the songs.

    text: an address, a link, an id, or words of the title and artist. Raises ConfigError if no song or several fit.
    """
    uri = track_uri(text)
    for song in songs:
        if song.uri in (uri, text, f"spotify:track:{text}", f"mpd:{text}"):
            return song
    if uri is not None:
        return Song(uri)
    title = match_key("", text)
    matches = [song for song in songs if title and title in _full_names(song)]
    if len(matches) == 1:
        return matches[0]
    words = [match_key("", word).removeprefix("|") for word in text.split()]
    matches = [
        song for song in songs if all(word in match_key("", f"{song.artist} {song.title}") for word in words if word)
    ]
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise ConfigError(f"{text}: there is no such song in the library; copy its link from Spotify's share menu")
    names = "; ".join(song.name for song in matches[:SONGS_SHOWN_MAX]) + (
        "; ..." if len(matches) > SONGS_SHOWN_MAX else ""
    )
    raise ConfigError(f"{text}: {len(matches)} songs match ({names}); copy the link of one from Spotify's share menu")


def _full_names(song: Song) -> list[str]:
    """Return the song's title, alone and with the artist, as match keys."""
    names = (song.title, f"{song.artist} {song.title}", f"{song.title} {song.artist}")
    return [match_key("", name) for name in names]
