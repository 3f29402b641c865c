"""`FollowedSpeaker`: keeps up with the speaker and the queue that it follows, by events and a look now and then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge.players.music_assistant.connection import ServerConnection
from edge.players.music_assistant.errors import PlayerAwayError
from edge.players.music_assistant.messages import ServerEvent
from edge.players.music_assistant.playback import Heard, QueueClock, is_foreign
from edge.players.music_assistant.speakers import away_player, find_player
from edge.players.music_assistant.state import (
    PLAYERS_MAX,
    RemotePlayer,
    RemoteQueue,
    parse_player,
    parse_players,
    parse_queue,
    seconds,
)

# Without an event for so long, the state is read: an event may have been lost, or the server be gone.
LOOK_INTERVAL_S = 30.0


class FollowedSpeaker:
    """The speaker as the server tells it. Its methods raise MusicAssistantError.

    position: seconds into the current song; None where that isn't known.
    """

    def __init__(
        self,
        connection: ServerConnection,
        *,
        name: str | None,
        base: str,
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        """name: the speaker's. base: the server's address, for covers. clock: monotonic seconds. wall: Unix time."""
        self._connection, self._name, self._base = connection, name, base
        self._clock, self._wall = clock, wall
        self._players: dict[str, RemotePlayer] = {}
        self._player_id: str | None = None
        self._queue: RemoteQueue | None = None
        self._song_clock = QueueClock()
        self._generation = 0
        self._looked_at = float("-inf")

    @property
    def next_look(self) -> float:
        """When the state is read next, on the player's clock."""
        return self._looked_at + LOOK_INTERVAL_S

    @property
    def player(self) -> RemotePlayer | None:
        return self._players.get(self._player_id or "")

    def choose(self, name: str) -> tuple[RemotePlayer | None, RemotePlayer]:
        """Follow another speaker from now on; returns the one until now, and the new one. Raises PlayerAwayError."""
        self._connection.connect()
        before = self.player
        players = parse_players(self._connection.call("players/all"))
        found = find_player(name, players)
        if not found.available:
            raise PlayerAwayError(away_player(found))
        self._players = {player.id: player for player in players}
        self._name, self._player_id, self._queue = found.name, found.id, None
        self._generation = self._connection.generation
        return before, found

    def update(self) -> Heard:
        """Take in what the server has told, and read what is missing or old."""
        self._connection.connect()
        anew = self._generation != self._connection.generation
        self._connection.poll()
        if anew or self._connection.events_lost or self.player is None:
            self._read_all()
        for event in self._connection.take_events():
            self._take(event)
        if self.player is None:
            self._read_all()
        if self._clock() >= self.next_look or self._queue is None or self._queue.id != self._queue_id():
            self._read_queue()
        return self.heard()

    def heard(self) -> Heard:
        """Return what the room hears, as far as is known. Raises PlayerAwayError."""
        player = self.player
        if player is None:
            raise PlayerAwayError(f'music_assistant.speaker: the server lost "{self._name}"; it is looked for again')
        leader = self._players.get(player.leader or "")
        queue = self._queue if self._queue is not None and self._queue.id == self._queue_id() else None
        return Heard(player, queue, is_foreign(player, queue), leader.name if leader is not None else player.leader)

    def position(self) -> float | None:
        queue = self._queue
        if queue is None:
            return None
        duration = queue.item.duration if queue.item is not None else None
        return self._song_clock.position(self._clock(), playing=queue.state == "playing", duration=duration)

    def read_queue(self) -> Heard:
        """Read the queue now, as before something that depends on it."""
        self._read_queue()
        return self.heard()

    def _read_all(self) -> None:
        """Find the speaker among the server's players."""
        players = parse_players(self._connection.call("players/all"))
        self._players = {player.id: player for player in players}
        self._player_id = find_player(self._name, players).id
        self._connection.events_lost, self._queue = False, None
        self._generation = self._connection.generation

    def _read_queue(self) -> None:
        looked_at = self._clock()
        queue = parse_queue(self._connection.call("player_queues/get", queue_id=self._queue_id()), self._base)
        self._looked_at = looked_at
        if queue is not None:
            self._take_queue(queue, fresh=False)

    def _queue_id(self) -> str:
        player = self.player
        assert player is not None
        return player.leader or player.id

    def _take(self, event: ServerEvent) -> None:
        kind = event.kind
        if kind in ("player_updated", "player_added") and (event.object_id in self._players or kind == "player_added"):
            player = parse_player(event.data)
            if player is not None and len(self._players) < PLAYERS_MAX:
                self._players[player.id] = player
        elif kind == "player_removed":
            self._players.pop(event.object_id, None)
        elif kind in ("queue_updated", "queue_added") and event.object_id == self._queue_id_or_none():
            queue = parse_queue(event.data, self._base)
            if queue is not None:
                self._looked_at = self._clock()
                self._take_queue(queue, fresh=True)
        elif kind == "queue_time_updated" and event.object_id == self._queue_id_or_none():
            self._song_clock.set(self._clock(), seconds(event.data))

    def _queue_id_or_none(self) -> str | None:
        return self._queue_id() if self.player is not None else None

    def _take_queue(self, queue: RemoteQueue, *, fresh: bool) -> None:
        now, old = self._clock(), self._queue
        if old is not None and old.state != queue.state:
            self._song_clock.stop(now, was_playing=old.state == "playing")
        self._song_clock.read(now, queue, fresh=fresh, unix=self._wall())
        self._queue = queue


def entry_ids(raw: Any) -> list[str]:
    """The ids in the answer to `player_queues/items`, in the queue's order."""
    entries = raw if isinstance(raw, list) else []
    return [str(entry["queue_item_id"]) for entry in entries if isinstance(entry, dict) and "queue_item_id" in entry]
