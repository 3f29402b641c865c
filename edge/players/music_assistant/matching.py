"""The same song in two places: what a search found for a song of the library, by ISRC, then artist and title. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.players.music_assistant.state import artists_of
from edge.songs import Song, isrc_key, match_key
from edge.text import ADDRESS_MAX_CHARS, clean_or_none, percent_decoded, percent_encoded

SONG_PREFIX = "ma:song/"
ISRCS_MAX = 50


@dataclass(frozen=True)
class WantedSong:
    """A song of the library, as it is looked for."""

    isrc: str | None
    artist: str
    title: str

    @property
    def words(self) -> str:
        """What is searched for."""
        return f"{self.artist} - {self.title}" if self.artist else self.title


def song_address(song: Song) -> str | None:
    """`ma:song/ISRC/ARTIST/TITLE`, escaped; None for a song without a title, which can't be searched for."""
    if not song.title:
        return None
    parts = (song.isrc or "", song.artist, song.title)
    return SONG_PREFIX + "/".join(percent_encoded(part) for part in parts)


def wanted_song(address: str) -> WantedSong:
    """The song of an address that `song_address` made."""
    isrc, artist, title = (*map(percent_decoded, address.removeprefix(SONG_PREFIX).split("/")), "", "")[:3]
    return WantedSong(isrc_key(isrc), artist, title)


def choose(found: Sequence[Any], wanted: WantedSong) -> str | None:
    """The address of the song among the tracks found; None if it isn't there."""
    tracks = [track for track in found if isinstance(track, Mapping) and uri_of(track) is not None]
    playable = [track for track in tracks if _is_available(track)]
    key = match_key(wanted.artist, wanted.title)
    by_isrc = [track for track in playable if wanted.isrc is not None and wanted.isrc in _isrcs(track)]
    by_name = [track for track in playable if key and match_key(artists_of(track) or "", _name(track)) == key]
    return next((uri_of(track) for track in (*by_isrc, *by_name)), None)


def uri_of(item: Mapping[str, Any]) -> str | None:
    """The item's address, `provider://type/id`."""
    return clean_or_none(item.get("uri"), ADDRESS_MAX_CHARS - 3)


def _name(track: Mapping[str, Any]) -> str:
    return clean_or_none(track.get("name")) or ""


def _isrcs(track: Mapping[str, Any]) -> set[str | None]:
    pairs = track.get("external_ids")
    known = [pair for pair in (pairs if isinstance(pairs, list) else [])[:ISRCS_MAX] if isinstance(pair, (list, tuple))]
    return {isrc_key(str(pair[1])) for pair in known if len(pair) == 2 and pair[0] == "isrc"}


def _is_available(track: Mapping[str, Any]) -> bool:
    mappings = track.get("provider_mappings")
    if not isinstance(mappings, list) or not mappings:
        return track.get("available") is not False
    return any(not isinstance(mapping, Mapping) or mapping.get("available") is not False for mapping in mappings)
