"""What Spotify shows of the account. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from edge.players.spotify.speakers import Speaker, same
from edge.values import Music, Playback


@dataclass(frozen=True)
class SpotifyPlayback:
    """One look at the account, or what we believe since.

    at: when. speaker: the active one, None where none is. ours: it is the configured one. position, duration: seconds.
    shuffle, repeat: as set on the account, None where unknown; repeat is "off", "context" or "track".
    queued: how often the song of a QUEUE step was in the queue, None where nobody counted.
    """

    at: float
    playing: bool = False
    speaker: Speaker | None = None
    ours: bool = False
    uri: str | None = None
    same_as: str | None = None
    title: str | None = None
    artist: str | None = None
    context: str | None = None
    position: float | None = None
    duration: float | None = None
    shuffle: bool | None = None
    repeat: str | None = None
    queued: int | None = None

    @property
    def elsewhere(self) -> bool:
        return self.playing and not self.ours

    @property
    def loaded(self) -> bool:
        """Something plays, or is paused and could go on."""
        return self.playing or self.uri is not None or self.context is not None

    def position_at(self, now: float) -> float | None:
        if self.position is None or not self.playing:
            return self.position
        there = self.position + max(0.0, now - self.at)
        return there if self.duration is None else min(there, self.duration)

    def end(self) -> float | None:
        """When the song ends, on the player's clock; None where it isn't known."""
        if not self.playing or self.position is None or not self.duration:
            return None
        return self.at + self.duration - self.position

    def plays(self, uri: str) -> bool:
        """True where the playlist, album, artist or song is what plays or is paused."""
        return short(uri) == short(self.context) or self.plays_one_of([uri])

    def plays_one_of(self, songs: Iterable[str]) -> bool:
        """True where one of these songs plays or is paused, and not as part of a playlist, album or artist."""
        there = {short(self.uri), short(self.same_as)}
        return self.context is None and any(short(song) in there for song in songs)


def short(uri: str | None) -> str:
    """`spotify:user:NAME:playlist:ID`, as old playlists are still called, -> `playlist:ID`."""
    return ":".join((uri or "").split(":")[-2:])


def look(state: Mapping[str, Any] | None, *, wanted: str | None, at: float) -> SpotifyPlayback:
    """From the Web API's answer about playback; any field may be missing or null."""
    if state is None:
        return SpotifyPlayback(at)
    device = state.get("device")
    speaker = Speaker.read(device) if isinstance(device, dict) else None
    item = state.get("item") if isinstance(state.get("item"), dict) else {}
    assert item is not None
    context = state.get("context")
    artists = item.get("artists") or ([item["show"]] if isinstance(item.get("show"), dict) else [])
    names = [str(one.get("name") or one.get("publisher") or "") for one in artists if isinstance(one, dict)]
    linked = item.get("linked_from")
    shuffle = state.get("shuffle_state")
    return SpotifyPlayback(
        at,
        playing=bool(state.get("is_playing")),
        speaker=speaker,
        ours=speaker is not None and wanted is not None and same(speaker.name, wanted),
        uri=item.get("uri"),
        same_as=linked.get("uri") if isinstance(linked, dict) else None,
        title=item.get("name"),
        artist=", ".join(filter(None, names)) or None,
        context=context.get("uri") if isinstance(context, dict) else None,
        position=_seconds(state.get("progress_ms")),
        duration=_seconds(item.get("duration_ms")),
        shuffle=shuffle if isinstance(shuffle, bool) else None,
        repeat=state.get("repeat_state") or None,
    )


def _seconds(value: Any) -> float | None:
    return value / 1000 if isinstance(value, (int, float)) else None


class SongNames:
    """The addresses by which music was asked for, where they aren't Spotify's own: the library's."""

    def __init__(self) -> None:
        self._known: list[tuple[Music, str]] = []

    def note(self, music: Music, address: str) -> None:
        """music: what `address` stands for."""
        if address == music.uri:
            return
        self._known = [*[one for one in self._known if one[1] != address][:7], (music, address)]

    def started(self, uri: str | None) -> None:
        """Note what plays now, so that a song which is in several lists counts as its."""
        self._known.sort(key=lambda one: one[0].uri != uri)

    def of(self, seen: SpotifyPlayback) -> str | None:
        """The address of what plays, None where it has none of its own."""
        for music, address in self._known:
            if seen.plays_one_of(music.uris) if music.uris else seen.plays(music.uri):
                return address
        return None


def told(seen: SpotifyPlayback, now: float, *, missing: bool, names: SongNames) -> Playback:
    """As the rest of the device knows it.

    missing: our speaker isn't in Spotify's list. names: what plays under a name of the library's is told by that name.
    """
    if seen.speaker is None or not seen.loaded:
        state = "unavailable" if missing else "stopped"
        return Playback(state, "spotify")
    speaker = seen.speaker
    return Playback(
        "playing" if seen.playing else "paused",
        "spotify",
        speaker=speaker.name,
        title=seen.title,
        artist=seen.artist,
        uri=seen.uri,
        # Another speaker's volume says nothing about the room.
        volume=speaker.volume if seen.ours else None,
        context=names.of(seen) or seen.context,
        elsewhere=seen.elsewhere,
        duration=seen.duration,
        position=seen.position_at(now),
    )
