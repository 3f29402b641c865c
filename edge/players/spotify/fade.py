"""A fade lowers a speaker that isn't ours alone: what we lowered goes back up, whatever fails in between. Pure."""

from __future__ import annotations

from edge.players.spotify.commands import Operation, SpotifyCommand
from edge.players.spotify.playback import SpotifyPlayback
from edge.values import VOLUME_TOLERANCE

REST = 60.0


class VolumeFade:
    """Remembers that a fade has lowered our speaker, until its volume is back where it belongs."""

    def __init__(self) -> None:
        self.goal: int | None = None
        self._rest = float("-inf")
        self._sent: set[int] = set()

    def sends(self, step: SpotifyCommand, seen: SpotifyPlayback) -> None:
        """A step is on its way; that of a fade may have arrived even where it fails."""
        if step.do is not Operation.VOLUME or step.volume is None or step.goal is None:
            return
        if self.goal is None and step.volume >= step.goal:
            return
        self.goal = step.goal
        self._sent.add(step.volume)
        if seen.speaker is not None and seen.speaker.volume is not None:
            self._sent.add(seen.speaker.volume)

    def arrived(self, step: SpotifyCommand) -> None:
        """A step that set the volume to where it belongs ends it."""
        if step.do is Operation.VOLUME and (step.goal is None or step.volume == step.goal):
            self.over()

    def over(self) -> None:
        """The volume is as it should be, or is somebody else's."""
        self.goal = None
        self._sent.clear()

    def refused(self, now: float) -> None:
        """Spotify won't set the volume now; asking at once again wouldn't help."""
        self._rest = now + REST

    def owed(self, now: float, seen: SpotifyPlayback) -> bool:
        """True where the volume is to be put back, and our speaker is active, so that it can be."""
        return self.goal is not None and seen.ours and now >= self._rest

    def taken_over(self, seen: SpotifyPlayback) -> bool:
        """True where a true look shows a volume that no step of ours has set: then it is a person's."""
        volume = seen.speaker.volume if seen.ours and seen.speaker is not None else None
        if self.goal is None or volume is None:
            return False
        return all(abs(volume - sent) > VOLUME_TOLERANCE for sent in (*self._sent, self.goal))

    def back(self, now: float) -> SpotifyCommand:
        """The command that puts the volume back where it belongs."""
        return SpotifyCommand(Operation.VOLUME, now, float("inf"), volume=self.goal, part=True, goal=self.goal)
