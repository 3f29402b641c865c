"""Moving what another speaker of the server plays to this one, with its queue and position."""

from __future__ import annotations

from edge.players.music_assistant.connection import ServerConnection
from edge.players.music_assistant.errors import PlayerAwayError, ServerRefusedError
from edge.players.music_assistant.playback import PREFIX
from edge.players.music_assistant.speakers import find_player
from edge.players.music_assistant.state import parse_players, parse_queue
from edge.values import Continuation


def move_queue(connection: ServerConnection, continues: Continuation, target: str) -> bool:
    """Move the other speaker's queue to the queue `target`; it plays on there.

    Returns False, and changes nothing, where the server knows no such speaker, it plays another song, or the server
    refuses. Raises MusicAssistantError where the server can't be reached.
    """
    if continues.speaker is None or continues.song is None:
        return False
    try:
        other = find_player(continues.speaker, parse_players(connection.call("players/all")))
        source = other.leader or other.id
        queue = parse_queue(connection.call("player_queues/get", queue_id=source), "")
        plays = queue is not None and queue.item is not None and queue.item.uri == continues.song.removeprefix(PREFIX)
        if source == target or not plays:
            return False
        connection.call("player_queues/transfer", source_queue_id=source, target_queue_id=target, auto_play=True)
    except (PlayerAwayError, ServerRefusedError):
        return False
    return True
