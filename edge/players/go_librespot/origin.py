"""`PlaybackOrigin`: who began what plays, and from which list, by the daemon's own word. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from edge.players.go_librespot.messages import API_ORIGIN, DaemonEvent, DaemonStatus

# These name the list that the song is played from.
_ABOUT_MUSIC = ("will_play", "playing", "paused", "not_playing", "seek", "metadata")
STATION = ":station:"
MOVED_S = 10.0  # how long it is told that the music went to another speaker


@dataclass(frozen=True)
class StartedMusic:
    """Music that the device started last. address: as in the configuration. uri: Spotify's, that was sent."""

    address: str
    uri: str


class PlaybackOrigin:
    """Follows the events. Times on the player's clock.

    started: the device's newest music. ended: the last song of a list is over, and nothing follows.
    """

    def __init__(self, started: StartedMusic | None = None) -> None:
        """started: what the device started before its own restart."""
        self.started = started
        self.ended = False
        self._context: str | None = None
        self._moved_at = float("-inf")

    def begin(self, music: StartedMusic) -> None:
        """The daemon has begun the device's music."""
        self.started, self._context = music, music.uri
        self.ended, self._moved_at = False, float("-inf")

    def miss(self) -> None:
        """Events may have been missed."""
        self._context, self.ended = None, False

    def take(self, now: float, event: DaemonEvent, *, was_loaded: bool) -> None:
        """Learn from an event. was_loaded: music was playing or paused here until then."""
        if event.kind in _ABOUT_MUSIC and event.context is not None:
            self._context = event.context
        if event.kind in ("will_play", "playing"):
            self.ended, self._moved_at = False, float("-inf")
        elif event.kind == "stopped":
            self.ended = True
        elif event.kind == "inactive":
            self._context, self.ended = None, False
            if was_loaded:
                self._moved_at = now

    def moved(self, now: float) -> bool:
        """True for a while after somebody moved the music to another speaker."""
        return now - self._moved_at < MOVED_S

    def theirs(self, status: DaemonStatus) -> bool | None:
        """Whether a person began what is loaded; None where nobody did."""
        return None if not status.origin or not status.loaded else status.origin != API_ORIGIN

    def context(self, status: DaemonStatus) -> str | None:
        """The list that plays, by the address that the device knows it by; None where that isn't known."""
        if status.origin != API_ORIGIN or self.started is None:
            return self._context
        # Without an event since the start it is still the same list. A station follows it by itself.
        follows = self._context in (None, self.started.uri) or STATION in (self._context or "")
        return self.started.address if follows else self._context
