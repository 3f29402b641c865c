"""`Reporter`: what is told of the speaker, without the moments in which the server shows nothing. Pure."""

from __future__ import annotations

from dataclasses import replace

from edge.players.music_assistant.playback import GAP_MAX_S, Heard, to_playback
from edge.values import Playback


class Reporter:
    """Remembers the last report, and which entry was paused. Times on the player's clock."""

    def __init__(self) -> None:
        self._last: Playback | None = None
        self._gap_since: float | None = None
        self._paused_entry: str | None = None

    @property
    def was_playing(self) -> bool:
        return self._last is not None and self._last.state == "playing"

    @property
    def gap_ends(self) -> float | None:
        """When a gap counts as the end of the music; None where there is none."""
        return None if self._gap_since is None else self._gap_since + GAP_MAX_S

    def forget(self) -> None:
        """What played is over."""
        self._last = self._gap_since = None

    def report(
        self, now: float, heard: Heard, *, position: float | None, context: str | None, expecting: bool, starting: bool
    ) -> Playback:
        """Return what is told. position: in the song. context: the device's own music, if that is current.

        expecting: the device's music was requested and isn't in the queue yet. starting: it isn't heard yet.
        """
        entry = heard.item.id if heard.item is not None else None
        if heard.state == "paused":
            self._paused_entry = entry
        elif heard.state == "playing" or entry != self._paused_entry:
            self._paused_entry = None
        # The server stops what has been paused for half a minute; it can still be resumed.
        paused = self._paused_entry is not None and heard.state == "idle" and not heard.ran_out
        assumed = expecting or (starting and heard.state != "playing")
        playback = to_playback(heard, position=position, context=context, paused=paused, assumed=assumed)
        if not (heard.in_gap and self.was_playing and heard.player.available) or paused or self._last is None:
            self._last, self._gap_since = playback, None
            return playback
        self._gap_since = now if self._gap_since is None else self._gap_since
        if now - self._gap_since < GAP_MAX_S:
            return replace(self._last, assumed=True)
        self._last, self._gap_since = playback, None
        return playback
