"""One command to Spotify: what it would make true, and whether a look shows that it has arrived. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from edge.players.spotify.playback import SpotifyPlayback
from edge.players.spotify.speakers import Speaker
from edge.values import Wish

# A skip backwards is told from ordinary playing by this much, seconds.
SLACK = 3.0


class Operation(str, Enum):
    """What a step does."""

    PLAY = "play"
    PAUSE = "pause"
    RESUME = "resume"
    TRANSFER = "transfer"
    NEXT = "next"
    PREVIOUS = "previous"
    QUEUE = "queue"
    VOLUME = "volume"
    SHUFFLE = "shuffle"
    REPEAT = "repeat"


@dataclass(frozen=True)
class SpotifyCommand:
    """One command.

    at: not before this time. until: worth nothing after it. part: comes with music (a fade, its volume, shuffle), and
    is passed over where the speaker doesn't take it.
    uri: for PLAY, QUEUE and TRANSFER. uris: for PLAY and TRANSFER of a track list. offset: for PLAY, the song to begin
    with. volume: for VOLUME, 0..100. goal: the volume at which the fade ends that a VOLUME belongs to.
    wish: what it is a part of. on: for SHUFFLE. repeat: for REPEAT, "off", "context" or "track".
    """

    do: Operation
    at: float
    until: float
    uri: str | None = None
    volume: int | None = None
    part: bool = False
    uris: tuple[str, ...] = ()
    offset: int | None = None
    goal: int | None = None
    on: bool | None = None
    repeat: str | None = None
    wish: Wish | None = field(default=None, compare=False)

    def music_in(self, seen: SpotifyPlayback) -> bool:
        """True where the step's music is what plays or is paused, wherever."""
        return seen.plays_one_of(self.uris) if self.uris else self.uri is not None and seen.plays(self.uri)


def is_song(uri: str) -> bool:
    """A track or an episode, which Spotify takes as `uris`; everything else is a context."""
    return uri.startswith(("spotify:track:", "spotify:episode:"))


def done(step: SpotifyCommand, before: SpotifyPlayback, now: SpotifyPlayback) -> bool:
    """True where `now` shows that the step's command has arrived, `before` being the look before it was sent."""
    if step.do is Operation.PLAY:
        return now.playing and now.ours and step.music_in(now) and _began(step, before, now)
    if step.do is Operation.PAUSE:
        return not now.playing or not now.ours
    if step.do is Operation.RESUME:
        return now.playing
    if step.do is Operation.TRANSFER:
        return now.playing and now.ours
    if step.do is Operation.VOLUME:
        return now.speaker is not None and now.ours and now.speaker.volume == step.volume
    if step.do is Operation.SHUFFLE:
        return now.ours and now.shuffle == step.on
    if step.do is Operation.REPEAT:
        return now.ours and now.repeat == step.repeat
    if step.do is Operation.QUEUE:
        return (now.queued or 0) > (before.queued or 0)
    return _moved(before, now)


def _began(step: SpotifyCommand, before: SpotifyPlayback, now: SpotifyPlayback) -> bool:
    """A whole playlist is what it is; a list, or a playlist from a certain song on, shows by a change."""
    exact = bool(step.uris) or step.offset is not None
    return not exact or not (before.ours and step.music_in(before)) or _moved(before, now)


def _moved(before: SpotifyPlayback, now: SpotifyPlayback) -> bool:
    """Another song, or the same one from an earlier place than it could have reached."""
    expected = before.position_at(now.at)
    back = now.position is not None and expected is not None and now.position < expected - SLACK
    return now.uri != before.uri or back


def needless(step: SpotifyCommand, seen: SpotifyPlayback) -> bool:
    """The room is as the step would make it."""
    if step.do is Operation.RESUME:
        return seen.playing and seen.ours
    kinds = (Operation.PLAY, Operation.PAUSE, Operation.VOLUME, Operation.SHUFFLE, Operation.REPEAT, Operation.TRANSFER)
    return step.do in kinds and done(step, seen, seen)


def believe(step: SpotifyCommand, seen: SpotifyPlayback, speaker: Speaker, now: float) -> SpotifyPlayback:
    """What holds after a command that Spotify accepted, until it shows it: its state lags by a second or more."""
    position = seen.position_at(now)
    if step.do is Operation.VOLUME:
        return replace(seen, speaker=replace(seen.speaker or speaker, volume=step.volume))
    if step.do is Operation.SHUFFLE:
        return replace(seen, shuffle=step.on)
    if step.do is Operation.REPEAT:
        return replace(seen, repeat=step.repeat)
    if step.do is Operation.PLAY:
        songs = step.uris or ((step.uri,) if step.uri and is_song(step.uri) else ())
        volume = seen.speaker.volume if seen.speaker is not None and seen.ours else speaker.volume
        return SpotifyPlayback(
            now,
            playing=True,
            speaker=replace(speaker, active=True, volume=volume),
            ours=True,
            # Which song of a shuffled list begins is Spotify's choice.
            uri=songs[0] if len(songs) == 1 or (songs and seen.shuffle is False) else None,
            context=None if songs else step.uri,
            shuffle=seen.shuffle,
            repeat=seen.repeat,
        )
    if step.do is Operation.TRANSFER:
        return replace(seen, at=now, playing=True, position=position, speaker=replace(speaker, active=True), ours=True)
    if step.do in (Operation.PAUSE, Operation.RESUME):
        playing = step.do is Operation.RESUME
        return replace(seen, at=now, playing=playing, position=position, speaker=seen.speaker or speaker, ours=True)
    if step.do in (Operation.NEXT, Operation.PREVIOUS):
        return replace(seen, at=now, uri=None, title=None, artist=None, position=None, duration=None)
    return seen
