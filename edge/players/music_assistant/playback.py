"""What plays on the speaker, from what the server tells of it and of the queue that it follows. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from edge.players.music_assistant.state import QueueItem, RemotePlayer, RemoteQueue
from edge.players.song_end import paused_position
from edge.values import Playback

PREFIX = "ma:"
# How long a queue may show nothing between two songs, or after a replacement, before that counts.
GAP_MAX_S = 3.0
# A position older than this says nothing; so many differences between the clocks are compared.
AGE_MAX_S, DIFFERENCES_KEPT = 3600.0, 50


class QueueClock:
    """The position in the current song. Positions come with events; the time between them is counted here.

    A position was read some time before it is told, and the server's clock may differ from this machine's. The least
    difference between the two among the last events shows which of them were told at once.
    """

    def __init__(self) -> None:
        self._item: str | None = None
        self._stamp: float | None = None
        self._base: float | None = None
        self._at = 0.0
        self._differences: deque[float] = deque(maxlen=DIFFERENCES_KEPT)

    def read(self, now: float, queue: RemoteQueue, *, fresh: bool, unix: float) -> None:
        """A queue was told. fresh: by an event, so that its position is of just now. unix: the wall clock."""
        item = queue.item.id if queue.item is not None else None
        if item == self._item and queue.stamp is not None and queue.stamp == self._stamp:
            return
        self._item, self._stamp, self._base, self._at = item, queue.stamp, queue.elapsed, now
        if queue.stamp is None or queue.elapsed is None:
            return
        difference = now - queue.stamp
        if fresh:
            self._differences.append(difference)
        age = difference - (min(self._differences) if self._differences else now - unix)
        if queue.state == "playing" and 0 < age < AGE_MAX_S:
            self._base = queue.elapsed + age

    def set(self, now: float, elapsed: float | None) -> None:
        """The server told the position alone."""
        self._base, self._at = elapsed, now

    def stop(self, now: float, *, was_playing: bool) -> None:
        """The state changed: what has passed so far counts."""
        self._base, self._at = self.position(now, playing=was_playing), now

    def position(self, now: float, *, playing: bool, duration: float | None = None) -> float | None:
        """Seconds into the song."""
        if self._base is None:
            return None
        position = self._base + (max(0.0, now - self._at) if playing else 0.0)
        return position if duration is None else min(position, duration)


@dataclass(frozen=True)
class Heard:
    """What the room hears, as the server shows it.

    queue: the one that the speaker follows. foreign: the speaker plays from another source than a queue.
    leader: the name of the speaker that leads its group, if it is another one.
    """

    player: RemotePlayer
    queue: RemoteQueue | None
    foreign: bool = False
    leader: str | None = None

    @property
    def state(self) -> str:
        """One of "playing", "paused" and "idle"."""
        return self.player.state if self.foreign or self.queue is None else self.queue.state

    @property
    def item(self) -> QueueItem | None:
        return self.player.media if self.foreign or self.queue is None else self.queue.item

    @property
    def in_gap(self) -> bool:
        """True where nothing is named or nothing plays, as for a moment between two songs."""
        return not self.foreign and (self.state == "idle" or self.item is None) and not self.ran_out

    @property
    def ran_out(self) -> bool:
        return not self.foreign and self.queue is not None and self.queue.ended and self.queue.state == "idle"


def is_foreign(player: RemotePlayer, queue: RemoteQueue | None) -> bool:
    """True where the speaker plays from something that is no queue of the server's: its own Spotify, a line in."""
    if player.source is None or player.state == "idle":
        return False
    own = {player.id, player.leader, queue.id if queue is not None else None}
    return player.source not in own and not (queue is not None and queue.active and queue.state == "playing")


def to_playback(
    heard: Heard, *, position: float | None, context: str | None, paused: bool = False, assumed: bool = False
) -> Playback:
    """position: in the current song. context: the address of the device's own music, if that is what plays.

    paused: the queue is idle, since the server ends a pause after half a minute. assumed: it isn't seen to play yet.
    """
    player, queue, item = heard.player, heard.queue, heard.item
    speaker = player.name
    if not player.available:
        return Playback("unavailable", "music_assistant", speaker=speaker)
    state = "paused" if paused else {"idle": "stopped"}.get(heard.state, heard.state)
    if state == "paused" and item is not None:
        position = paused_position(position, item.duration)
    if state == "stopped" or item is None:
        return Playback(
            "stopped" if item is None else state,
            "music_assistant",
            speaker=speaker,
            volume=player.volume,
            duration=item.duration if item is not None else None,
            position=position,
            ran_out=heard.ran_out,
            assumed=assumed,
        )
    if heard.foreign:
        context = f"{PREFIX}source/{player.source}"
    elif context is None and queue is not None and len(queue.sources) == 1:
        context = PREFIX + queue.sources[0]
    upcoming = queue.next.name if queue is not None and not heard.foreign and queue.next is not None else None
    return Playback(
        state,
        "music_assistant",
        speaker=speaker,
        title=item.title,
        artist=item.artist,
        uri=PREFIX + item.uri if item.uri else None,
        volume=player.volume,
        context=context,
        duration=item.duration,
        position=None if heard.foreign else position,
        assumed=assumed,
        cover=item.cover,
        upcoming=(upcoming,) if upcoming else (),
    )
