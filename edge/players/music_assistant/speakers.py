"""Finding the configured speaker among the server's players, by name. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from edge.players.music_assistant.errors import PERSON_RETRY_S, PlayerAwayError
from edge.players.music_assistant.state import RemotePlayer
from edge.players.spotify.speakers import normalized, same_name

NAMES_MAX = 20


def find_player(name: str | None, players: Sequence[RemotePlayer]) -> RemotePlayer:
    """The player with that name or id; of several, one that is online. Raises PlayerAwayError."""
    if name is not None:
        matches = [player for player in players if same_name(player.name, name) or player.id == name]
        if matches:
            return max(matches, key=lambda player: player.available)
    raise PlayerAwayError(missing_player(name, players), retry_after=PERSON_RETRY_S)


def missing_player(name: str | None, players: Sequence[RemotePlayer]) -> str:
    """The sentence for a speaker that the server doesn't know."""
    names = sorted({player.name for player in players if player.available}, key=normalized)
    choice = f"choose one of: {', '.join(names[:NAMES_MAX])}" if names else "the server knows none that is online"
    if name is None:
        return f"music_assistant.speaker: no speaker is configured; {choice}"
    return f'music_assistant.speaker: Music Assistant knows no speaker called "{name}"; {choice}'


def away_player(player: RemotePlayer) -> str:
    """The sentence for a speaker that the server knows, and can't reach."""
    return f'music_assistant.speaker: "{player.name}" is offline; switch it on'


def player_table(players: Sequence[RemotePlayer], configured: str | None) -> list[str]:
    """Lines for people: name, provider, volume and notes. configured: the name in the configuration."""
    if not players:
        return ["Music Assistant knows no speaker yet; add a player provider on its page under Settings"]
    width = max(len(player.name) for player in players)
    lines = []
    by_id = {player.id: player.name for player in players}
    yours: RemotePlayer | None
    names = [normalized(player.name) for player in players]
    try:
        yours = find_player(configured, players)
    except PlayerAwayError:
        yours = None
    for player in sorted(players, key=lambda player: normalized(player.name)):
        volume = "volume ?" if player.volume is None else f"volume {player.volume}"
        notes = [
            *(["yours"] if player is yours else []),
            # Several may have one name; the id tells them apart in the configuration, too.
            *([f"id {player.id}"] if names.count(normalized(player.name)) > 1 else []),
            *([] if player.available else ["offline"]),
            *([player.state] if player.state != "idle" else []),
            *([f"grouped with {by_id.get(player.leader, player.leader)}"] if player.leader else []),
            *([] if player.volume_settable else ["volume can't be set"]),
        ]
        lines.append(f"{player.name:<{width}}  {player.provider:<12}  {volume:<10}  {', '.join(notes)}".rstrip())
    return lines
