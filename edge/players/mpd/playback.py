"""What MPD shows: its status and its song, as one Playback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge.players.mpd.connection import MpdConnection
from edge.values import Playback


def look(link: MpdConnection) -> tuple[dict[str, Any], dict[str, Any]]:
    """Status and song of the same moment; asked one after the other, they'd be of two songs now and then."""

    def both(client: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        client.command_list_ok_begin()
        client.status()
        client.currentsong()
        status, song = client.command_list_end()
        return dict(status), dict(song)

    return link.ask(both)


def shown(
    status: dict[str, Any], song: dict[str, Any], *, speaker: str, context: Callable[[dict[str, Any]], str | None]
) -> Playback:
    """Both as the device sees them. speaker: what people call this MPD. context: the address that a song came with."""
    state = {"play": "playing", "pause": "paused"}.get(str(status.get("state")), "stopped")
    if state == "stopped":
        return Playback(state, "mpd", speaker=speaker, volume=volume_of(status))
    return Playback(
        state,
        "mpd",
        speaker=speaker,
        title=_text(song.get("title") or song.get("name")) or _text(song.get("file")),
        artist=_text(song.get("artist")),
        uri=f"mpd:{song['file']}" if song.get("file") else None,
        volume=volume_of(status),
        context=context(song),
        duration=float(status["duration"]) if status.get("duration") else None,
        position=float(status["elapsed"]) if status.get("elapsed") else None,
    )


def volume_of(status: dict[str, Any]) -> int | None:
    """0..100; None where its output has none."""
    volume = int(status.get("volume", -1))
    return volume if volume >= 0 else None


def _text(value: Any) -> str | None:
    return ", ".join(value) if isinstance(value, list) else value
