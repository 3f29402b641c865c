"""`SpotifyCommand`: one command to Spotify, its predicted effect, and whether a playback confirms it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from edge.players.spotify.playback import SpotifyPlayback
from edge.players.spotify.speakers import Speaker
from edge.values import Wish

# A position this far behind the expected one is a skip backwards.
POSITION_TOLERANCE_S = 3.0


class Operation(str, Enum):
    """What a command does."""

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


MUSIC_OPERATIONS = (Operation.PLAY, Operation.RESUME, Operation.TRANSFER)


@dataclass(frozen=True)
class SpotifyCommand:
    """One command.

    due, expires: when to send it, and when it is no longer sent; on the player's clock.
    optional: an addition to music (volume, fade, shuffle, repeat), skipped if the speaker refuses it.
    uri: for PLAY, QUEUE and TRANSFER. uris: for PLAY and TRANSFER of a list of songs.
    offset: for PLAY, the index of the first song. song: for PLAY of an album or a playlist, the address of the first
    song. position: for PLAY, seconds into it.
    shuffle: for SHUFFLE. repeat: for REPEAT, "off", "context" or "track".
    volume: for VOLUME, 0..100. fade_end: for a VOLUME within a fade, the volume at which the fade ends.
    wish: the wish that it belongs to.
    """

    operation: Operation
    due: float
    expires: float
    uri: str | None = None
    volume: int | None = None
    optional: bool = False
    uris: tuple[str, ...] = ()
    offset: int | None = None
    song: str | None = None
    position: float | None = None
    fade_end: int | None = None
    shuffle: bool | None = None
    repeat: str | None = None
    wish: Wish | None = field(default=None, compare=False)

    def music_in(self, playback: SpotifyPlayback) -> bool:
        """True if the command's music is playing or paused, on any speaker."""
        if self.uris:
            return playback.plays_one_of(self.uris)
        return self.uri is not None and playback.plays(self.uri)


def is_song(uri: str) -> bool:
    """True for a track or an episode, which Spotify takes as `uris`; everything else is a context."""
    return uri.startswith(("spotify:track:", "spotify:episode:"))


def confirmed(command: SpotifyCommand, before: SpotifyPlayback, now: SpotifyPlayback) -> bool:
    """True if `now` shows the command's effect. before: the playback before it was sent."""
    operation = command.operation
    if operation is Operation.PLAY:
        return now.playing and now.on_own_speaker and command.music_in(now) and _restarted(command, before, now)
    if operation is Operation.PAUSE:
        return not now.playing or not now.on_own_speaker
    if operation is Operation.RESUME:
        return now.playing
    if operation is Operation.TRANSFER:
        return now.playing and now.on_own_speaker
    if operation is Operation.VOLUME:
        return now.speaker is not None and now.on_own_speaker and now.speaker.volume == command.volume
    if operation is Operation.SHUFFLE:
        return now.on_own_speaker and now.shuffle == command.shuffle
    if operation is Operation.REPEAT:
        return now.on_own_speaker and now.repeat == command.repeat
    if operation is Operation.QUEUE:
        return (now.queued or 0) > (before.queued or 0)
    return _skipped(before, now)


def _restarted(command: SpotifyCommand, before: SpotifyPlayback, now: SpotifyPlayback) -> bool:
    """For music that was playing before, a list or an offset must show a change; a whole context needn't."""
    specific = bool(command.uris) or command.offset is not None or command.song is not None
    return not specific or not (before.on_own_speaker and command.music_in(before)) or _skipped(before, now)


def _skipped(before: SpotifyPlayback, now: SpotifyPlayback) -> bool:
    """True for another song, or for an earlier position in the same one than it would have reached."""
    expected = before.position_at(now.at)
    back = now.position is not None and expected is not None and now.position < expected - POSITION_TOLERANCE_S
    return now.uri != before.uri or back


def redundant(command: SpotifyCommand, current: SpotifyPlayback) -> bool:
    """True if the playback is already as the command would make it. Skips and queueing are never redundant."""
    if command.operation is Operation.RESUME:
        return current.playing and current.on_own_speaker
    if command.operation in (Operation.NEXT, Operation.PREVIOUS, Operation.QUEUE):
        return False
    return confirmed(command, current, current)


def predicted(command: SpotifyCommand, current: SpotifyPlayback, speaker: Speaker, now: float) -> SpotifyPlayback:
    """The playback after an accepted command, until Spotify shows it: its state lags by a second or more."""
    operation, position = command.operation, current.position_at(now)
    if operation is Operation.VOLUME:
        return replace(current, speaker=replace(current.speaker or speaker, volume=command.volume))
    if operation is Operation.SHUFFLE:
        return replace(current, shuffle=command.shuffle)
    if operation is Operation.REPEAT:
        return replace(current, repeat=command.repeat)
    if operation is Operation.PLAY:
        return _predicted_play(command, current, speaker, now)
    if operation is Operation.TRANSFER:
        active = replace(speaker, active=True)
        return replace(current, at=now, playing=True, position=position, speaker=active, on_own_speaker=True)
    if operation in (Operation.PAUSE, Operation.RESUME):
        return replace(
            current,
            at=now,
            playing=operation is Operation.RESUME,
            position=position,
            speaker=current.speaker or speaker,
            on_own_speaker=True,
        )
    if operation in (Operation.NEXT, Operation.PREVIOUS):
        return replace(current, at=now, uri=None, title=None, artist=None, position=None, duration=None, cover=None)
    return current


def _predicted_play(command: SpotifyCommand, current: SpotifyPlayback, speaker: Speaker, now: float) -> SpotifyPlayback:
    songs = command.uris or ((command.uri,) if command.uri and is_song(command.uri) else ())
    known = current.speaker if current.on_own_speaker else None
    return SpotifyPlayback(
        now,
        playing=True,
        speaker=replace(speaker, active=True, volume=known.volume if known is not None else speaker.volume),
        on_own_speaker=True,
        # Spotify chooses the first song of a shuffled list.
        uri=songs[0] if len(songs) == 1 or (songs and current.shuffle is False) else command.song,
        context=None if songs else command.uri,
        shuffle=current.shuffle,
        repeat=current.repeat,
    )
