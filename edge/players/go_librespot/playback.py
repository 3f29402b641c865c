"""What plays on the speaker, from what the daemon tells. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from edge.players.go_librespot.messages import DaemonStatus
from edge.players.song_end import paused_position
from edge.values import Playback

PLAYER = "go_librespot"


@dataclass(frozen=True)
class DaemonState:
    """What the daemon shows.

    status: None while no account is connected. volume: 0..100. context: the list that plays. theirs: a person began it.
    ended: the last song is over. moved: somebody has just moved the music to another speaker.
    """

    status: DaemonStatus | None
    volume: int | None = None
    context: str | None = None
    theirs: bool | None = None
    ended: bool = False
    moved: bool = False

    @property
    def loaded(self) -> bool:
        """Something plays, or is paused and can be resumed."""
        return self.status is not None and self.status.loaded

    @property
    def state(self) -> str:
        """One of "playing", "paused" and "idle"."""
        if self.status is None or not self.status.loaded or self.ended:
            return "idle"
        return "paused" if self.status.paused else "playing"


class VolumeScale:
    """Percent on the daemon's scale, whose steps may be coarse: what was set is told as it was set."""

    def __init__(self) -> None:
        self._step: int | None = None
        self._percent = 0

    def to_step(self, percent: int, steps: int) -> int:
        """Return the step for a volume of 0..100, and remember it."""
        self._step, self._percent = round(percent * steps / 100), percent
        return self._step

    def to_percent(self, status: DaemonStatus | None) -> int | None:
        """Return the volume, 0..100; None where it isn't known."""
        if status is None or status.volume is None or not status.steps:
            return None
        return self._percent if status.volume == self._step else round(100 * status.volume / status.steps)


def to_playback(shown: DaemonState, *, starting: bool = False) -> Playback:
    """starting: music was accepted, and isn't seen to play yet."""
    status, state = shown.status, shown.state
    if status is None or not status.loaded:
        return Playback(
            "playing" if shown.moved else "stopped",
            PLAYER,
            speaker=None if shown.moved or status is None else status.device,
            volume=None if shown.moved else shown.volume,
            elsewhere=shown.moved,
            inactive=not shown.moved,
            assumed=starting and not shown.moved,
        )
    track = status.track
    assert track is not None
    position = track.position
    if position is not None and track.duration is not None:
        position = min(position, track.duration)
    if state == "paused":
        position = paused_position(position, track.duration)
    if state == "idle":
        # The daemon loads the list's first song again, paused.
        return Playback("stopped", PLAYER, speaker=status.device, volume=shown.volume, ran_out=True, assumed=starting)
    return Playback(
        state,
        PLAYER,
        speaker=status.device,
        title=track.title,
        artist=track.artist,
        uri=track.uri,
        volume=shown.volume,
        context=shown.context,
        duration=track.duration,
        position=position,
        assumed=starting and state != "playing",
        cover=track.cover,
        theirs=shown.theirs,
    )
