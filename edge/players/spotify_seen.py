"""What Spotify shows, and whether it shows that a command has arrived. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from edge.players.speakers import Speaker, same
from edge.values import Playback

# A skip backwards is told from ordinary playing by this much, seconds.
SLACK = 3.0


class Do(str, Enum):
    """What a step does."""

    PLAY = "play"
    PAUSE = "pause"
    RESUME = "resume"
    NEXT = "next"
    PREVIOUS = "previous"
    QUEUE = "queue"
    VOLUME = "volume"


@dataclass(frozen=True)
class Step:
    """One command to Spotify.

    at: not before this time. until: worth nothing after it. uri: for PLAY and QUEUE. volume: for VOLUME, 0..100.
    part: belongs to a PLAY: of a fade, or the volume that goes with it; a speaker whose volume is fixed passes it over.
    """

    do: Do
    at: float
    until: float
    uri: str | None = None
    volume: int | None = None
    part: bool = False


@dataclass(frozen=True)
class Seen:
    """One look at the account, or what we believe since.

    at: when. speaker: the active one, None where none is. ours: it is the configured one. position, duration: seconds.
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
    queued: int | None = None

    @property
    def elsewhere(self) -> bool:
        return self.playing and not self.ours

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
        wanted = short(uri)
        return wanted == short(self.context) or (
            self.context is None and wanted in (short(self.uri), short(self.same_as))
        )


def short(uri: str | None) -> str:
    """`spotify:user:NAME:playlist:ID`, as old playlists are still called, -> `playlist:ID`."""
    return ":".join((uri or "").split(":")[-2:])


def look(state: Mapping[str, Any] | None, *, wanted: str | None, at: float) -> Seen:
    """From the Web API's answer about playback; any field may be missing or null."""
    if state is None:
        return Seen(at)
    device = state.get("device")
    speaker = Speaker.read(device) if isinstance(device, dict) else None
    item = state.get("item") if isinstance(state.get("item"), dict) else {}
    assert item is not None
    context = state.get("context")
    artists = item.get("artists") or ([item["show"]] if isinstance(item.get("show"), dict) else [])
    names = [str(one.get("name") or one.get("publisher") or "") for one in artists if isinstance(one, dict)]
    linked = item.get("linked_from")
    return Seen(
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
    )


def _seconds(value: Any) -> float | None:
    return value / 1000 if isinstance(value, (int, float)) else None


def done(step: Step, before: Seen, now: Seen) -> bool:
    """True where `now` shows that the step's command has arrived, `before` being the look before it was sent."""
    if step.do is Do.PLAY:
        return now.playing and now.ours and step.uri is not None and now.plays(step.uri)
    if step.do is Do.PAUSE:
        return not now.playing or not now.ours
    if step.do is Do.RESUME:
        return now.playing
    if step.do is Do.VOLUME:
        return now.speaker is not None and now.ours and now.speaker.volume == step.volume
    if step.do is Do.QUEUE:
        return (now.queued or 0) > (before.queued or 0)
    # A skip: another song, or the same one from an earlier place than it could have reached.
    expected = before.position_at(now.at)
    back = now.position is not None and expected is not None and now.position < expected - SLACK
    return now.uri != before.uri or back


def believe(step: Step, seen: Seen, speaker: Speaker, now: float) -> Seen:
    """What holds after a command that Spotify accepted, until it shows it: its state lags by a second or more."""
    if step.do is Do.VOLUME:
        shown = seen.speaker or speaker
        return replace(seen, speaker=replace(shown, volume=step.volume))
    if step.do is Do.PLAY:
        song = step.uri if step.uri and step.uri.split(":")[1] in ("track", "episode") else None
        volume = seen.speaker.volume if seen.speaker is not None and seen.ours else speaker.volume
        return Seen(
            now,
            playing=True,
            speaker=replace(speaker, active=True, volume=volume),
            ours=True,
            uri=song,
            context=None if song else step.uri,
        )
    if step.do in (Do.PAUSE, Do.RESUME):
        playing = step.do is Do.RESUME
        position = seen.position_at(now)
        return replace(seen, at=now, playing=playing, position=position, speaker=seen.speaker or speaker, ours=True)
    if step.do in (Do.NEXT, Do.PREVIOUS):
        return replace(seen, at=now, uri=None, title=None, artist=None, position=None, duration=None)
    return seen


def told(seen: Seen, now: float, *, missing: bool) -> Playback:
    """As the rest of the device knows it. missing: our speaker isn't in Spotify's list."""
    if seen.speaker is None or (seen.uri is None and seen.context is None and not seen.playing):
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
        volume=speaker.volume,
        context=seen.context,
        elsewhere=seen.elsewhere,
        duration=seen.duration,
        position=seen.position_at(now),
    )
