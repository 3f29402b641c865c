"""`SpotifyPlayback`: what the Spotify account plays, and where. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from edge.players.spotify.catalogue.pictures import picture_of
from edge.players.spotify.speakers import Speaker, is_named
from edge.text import ADDRESS_MAX_CHARS, clean, clean_or_none
from edge.values import Music, Playback

LIBRARY_NAMES_MAX = 8
SONG_MAX_MS = 7 * 86_400_000


@dataclass(frozen=True)
class SpotifyPlayback:
    """The account's playback, as observed or as assumed since the last command.

    at: when, on the player's clock. speaker: the active one, None if none is active.
    on_own_speaker: the active speaker is the configured one. position, duration: in seconds.
    linked_uri: the song's address in another market, by which it may have been requested.
    shuffle, repeat: the account's settings, None if unknown; repeat is "off", "context" or "track".
    queued: how often the song of a QUEUE command was in the queue, None if it wasn't counted.
    cover: the address of a picture for the song.
    """

    at: float
    playing: bool = False
    speaker: Speaker | None = None
    on_own_speaker: bool = False
    uri: str | None = None
    linked_uri: str | None = None
    title: str | None = None
    artist: str | None = None
    context: str | None = None
    position: float | None = None
    duration: float | None = None
    shuffle: bool | None = None
    repeat: str | None = None
    queued: int | None = None
    cover: str | None = None

    @property
    def elsewhere(self) -> bool:
        """Another speaker is playing."""
        return self.playing and not self.on_own_speaker

    @property
    def loaded(self) -> bool:
        """Something is playing, or paused and could be resumed."""
        return self.playing or self.uri is not None or self.context is not None

    def position_at(self, now: float) -> float | None:
        """The position in the song, extrapolated to `now`; in seconds."""
        if self.position is None or not self.playing:
            return self.position
        position = self.position + max(0.0, now - self.at)
        return position if self.duration is None else min(position, self.duration)

    def end(self) -> float | None:
        """When the song ends, on the player's clock; None if unknown."""
        if not self.playing or self.position is None or not self.duration:
            return None
        return self.at + self.duration - self.position

    def plays(self, uri: str) -> bool:
        """True if this playlist, album, artist or song is playing or paused."""
        return short_uri(uri) == short_uri(self.context) or self.plays_one_of([uri])

    def plays_one_of(self, songs: Iterable[str]) -> bool:
        """True if one of these songs is playing or paused, and not as part of a playlist, album or artist."""
        current = {short_uri(self.uri), short_uri(self.linked_uri)}
        return self.context is None and any(short_uri(song) in current for song in songs)


def short_uri(uri: str | None) -> str:
    """The last two parts of an address, so that `spotify:user:NAME:playlist:ID` equals `spotify:playlist:ID`."""
    return ":".join((uri or "").split(":")[-2:])


def parse_playback(
    state: Mapping[str, Any] | None, *, speaker_name: str | None, at: float, own_ids: Collection[str | None] = ()
) -> SpotifyPlayback:
    """The Web API's playback state; any field may be missing or null.

    speaker_name: the configured speaker. own_ids: by which it is known, whatever name it shows now.
    """
    if state is None:
        return SpotifyPlayback(at)
    device = state.get("device")
    speaker = Speaker.from_json(device) if isinstance(device, dict) else None
    item = state.get("item") if isinstance(state.get("item"), dict) else {}
    assert item is not None
    context = state.get("context")
    artists = item.get("artists") or ([item["show"]] if isinstance(item.get("show"), dict) else [])
    names = [
        clean_or_none(artist.get("name") or artist.get("publisher"))
        for artist in (artists if isinstance(artists, list) else [])
        if isinstance(artist, dict)
    ]
    linked = item.get("linked_from")
    shuffle = state.get("shuffle_state")
    return SpotifyPlayback(
        at,
        playing=bool(state.get("is_playing")),
        speaker=speaker,
        on_own_speaker=speaker is not None
        and (speaker.id in own_ids or (speaker_name is not None and is_named(speaker.name, speaker_name))),
        uri=_address(item),
        linked_uri=_address(linked),
        title=clean_or_none(item.get("name")),
        artist=clean(", ".join(filter(None, names))) or None,
        context=_address(context),
        position=_seconds(state.get("progress_ms")),
        duration=_seconds(item.get("duration_ms")),
        shuffle=shuffle if isinstance(shuffle, bool) else None,
        repeat=clean_or_none(state.get("repeat_state")),
        cover=picture_of(item),
    )


def _address(item: Any) -> str | None:
    return clean_or_none(item.get("uri"), ADDRESS_MAX_CHARS) if isinstance(item, dict) else None


def _seconds(milliseconds: Any) -> float | None:
    """Seconds; None for what can't be a song's time, such as infinity."""
    is_time = isinstance(milliseconds, (int, float)) and 0 <= milliseconds <= SONG_MAX_MS
    return milliseconds / 1000 if is_time else None


class LibraryNames:
    """The `library:` addresses under which music was requested, so that it is reported by them."""

    def __init__(self) -> None:
        self._known: list[tuple[Music, str]] = []

    def add(self, music: Music, address: str) -> None:
        """music: what `address` stands for."""
        if address == music.uri:
            return
        others = [entry for entry in self._known if entry[1] != address]
        self._known = [*others[: LIBRARY_NAMES_MAX - 1], (music, address)]

    def prefer(self, uri: str | None) -> None:
        """Prefer the list that begins with `uri`, which has just been started: a song may be in several."""
        self._known.sort(key=lambda entry: entry[0].uri != uri)

    def name_of(self, playback: SpotifyPlayback) -> str | None:
        """The `library:` address of what is playing, None if it has none."""
        for music, address in self._known:
            if playback.plays_one_of(music.uris) if music.uris else playback.plays(music.uri):
                return address
        return None


def to_playback(
    current: SpotifyPlayback,
    now: float,
    *,
    missing: bool,
    names: LibraryNames,
    assumed: bool = False,
    upcoming: tuple[str, ...] = (),
) -> Playback:
    """The playback as the rest of the device knows it.

    missing: the configured speaker isn't in Spotify's list. assumed: Spotify hasn't shown it yet. upcoming: the names
    of the next songs.
    """
    if current.speaker is None or not current.loaded:
        # At the end of a list Spotify shows its first song, paused.
        return Playback("unavailable" if missing else "stopped", "spotify", inactive=current.speaker is None)
    return Playback(
        "playing" if current.playing else "paused",
        "spotify",
        speaker=current.speaker.name,
        title=current.title,
        artist=current.artist,
        uri=current.uri,
        # Another speaker's volume isn't the room's.
        volume=current.speaker.volume if current.on_own_speaker else None,
        context=names.name_of(current) or current.context,
        elsewhere=current.elsewhere,
        duration=current.duration,
        position=current.position_at(now),
        assumed=assumed,
        cover=current.cover,
        upcoming=upcoming,
    )
