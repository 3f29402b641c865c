"""`VolumeFade`: makes sure that a fade's volume is restored, whatever fails in between. Pure."""

from __future__ import annotations

from edge.players.spotify.commands import Operation, SpotifyCommand
from edge.players.spotify.playback import SpotifyPlayback
from edge.values import VOLUME_TOLERANCE

RETRY_REFUSED_S = 60.0


class VolumeFade:
    """Remembers that a fade has lowered the volume, until it is back where it belongs."""

    def __init__(self) -> None:
        self.target: int | None = None
        self._no_retry_before = float("-inf")
        self._volumes_set: set[int] = set()

    def sending(self, command: SpotifyCommand, current: SpotifyPlayback) -> None:
        """A command is about to be sent; it may take effect even if the request fails."""
        if command.operation is not Operation.VOLUME or command.volume is None or command.fade_end is None:
            return
        if self.target is None and command.volume >= command.fade_end:
            return
        self.target = command.fade_end
        self._volumes_set.add(command.volume)
        if current.speaker is not None and current.speaker.volume is not None:
            self._volumes_set.add(current.speaker.volume)

    def applied(self, command: SpotifyCommand) -> None:
        """A command took effect; one that sets the final volume ends the fade."""
        if command.operation is Operation.VOLUME and command.fade_end in (None, command.volume):
            self.end()

    def end(self) -> None:
        """The volume is right, or a person's choice now."""
        self.target = None
        self._volumes_set.clear()

    def refused(self, now: float) -> None:
        """Spotify refused to set the volume; an immediate retry wouldn't help."""
        self._no_retry_before = now + RETRY_REFUSED_S

    def restore_due(self, now: float, current: SpotifyPlayback) -> bool:
        """True if the volume has to be restored and can be, since the own speaker is active."""
        return self.target is not None and current.on_own_speaker and now >= self._no_retry_before

    def taken_over(self, observed: SpotifyPlayback) -> bool:
        """True if an observed playback shows a volume that no command has set: a person did."""
        volume = observed.speaker.volume if observed.on_own_speaker and observed.speaker is not None else None
        if self.target is None or volume is None:
            return False
        return all(abs(volume - known) > VOLUME_TOLERANCE for known in (*self._volumes_set, self.target))

    def restore_command(self, now: float) -> SpotifyCommand:
        """The command that restores the volume."""
        return SpotifyCommand(
            Operation.VOLUME, now, float("inf"), volume=self.target, optional=True, fade_end=self.target
        )
