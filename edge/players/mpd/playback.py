"""Reading what MPD is doing, and turning it into a Playback."""

from __future__ import annotations

import math
from typing import Any

from edge.players.mpd.connection import MpdConnection
from edge.text import ADDRESS_MAX_CHARS, clean
from edge.values import Playback

_STATES = {"play": "playing", "pause": "paused"}


def fetch(connection: MpdConnection) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return MPD's status and current song. Raises PlayerError."""

    def status_and_song(client: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        # One list of commands, since two separate ones might be about different songs.
        client.command_list_ok_begin()
        client.status()
        client.currentsong()
        status, song = client.command_list_end()
        return dict(status), dict(song)

    return connection.call(status_and_song)


def to_playback(
    status: dict[str, Any],
    song: dict[str, Any],
    *,
    speaker: str,
    context: str | None,
    assumed: bool = False,
    passed_over: bool = False,
) -> Playback:
    """speaker: what people call this MPD. context: the address of the music that the song was added with.

    assumed: the device has started it, and nothing is heard yet. passed_over: see Playback.
    """
    state = _STATES.get(str(status.get("state")), "stopped")
    error = error_of(status) if state != "playing" else ""
    if state == "stopped":
        # A person who stops leaves the song current.
        ran_out = status.get("songid") is None and status.get("playlistlength", "0") != "0"
        return Playback(state, "mpd", speaker=speaker, volume=volume_of(status), error=error, ran_out=ran_out)
    return Playback(
        state,
        "mpd",
        speaker=speaker,
        title=name_of(song),
        artist=_text(song.get("artist")),
        uri=clean(f"mpd:{_one(song['file'])}", ADDRESS_MAX_CHARS) if song.get("file") else None,
        volume=volume_of(status),
        context=context,
        assumed=assumed,
        error=error,
        duration=duration_of(status),
        position=position_of(status),
        passed_over=passed_over,
    )


def name_of(song: dict[str, Any]) -> str | None:
    """Return what people call a song, or its address where it has no title."""
    return _text(song.get("title") or song.get("name")) or _text(song.get("file"))


def position_of(status: dict[str, Any]) -> float | None:
    """Return how far the current song has got, seconds."""
    return _seconds(status.get("elapsed", _time(status, 0)))


def duration_of(status: dict[str, Any]) -> float | None:
    """Return the duration of the current song, seconds; None for a radio station, which never ends.

    Mopidy and old servers tell only `time: ELAPSED:DURATION`, in whole seconds; 0 is unknown.
    """
    return _seconds(status.get("duration", _time(status, 1))) or None


def error_of(status: dict[str, Any]) -> str:
    """Why MPD couldn't go on, in one sentence; empty if it could. It stands until MPD plays again."""
    words = _text(status.get("error"))
    return f"mpd: {words}; check the address, or the output in mpd.conf" if words else ""


def is_heard(status: dict[str, Any]) -> bool:
    """True once a song is really played; a station that never answers is in the state `play` too."""
    return status.get("state") == "play" and (bool(status.get("audio")) or (_seconds(status.get("elapsed")) or 0.0) > 0)


def volume_of(status: dict[str, Any]) -> int | None:
    """Return the volume, 0..100; None if the output has no volume control."""
    try:
        volume = int(status.get("volume", -1))
    except (ValueError, TypeError):
        return None
    return volume if 0 <= volume <= 100 else None


def _time(status: dict[str, Any], part: int) -> str | None:
    """Return a part of `time: ELAPSED:DURATION`."""
    parts = str(status.get("time", "")).split(":")
    return parts[part] if len(parts) == 2 else None


def _seconds(value: Any) -> float | None:
    """Seconds; None for what isn't a time."""
    try:
        seconds = float(value)
    except (ValueError, TypeError):
        return None
    return seconds if 0 <= seconds < math.inf else None


def _text(value: Any) -> str | None:
    return (clean(", ".join(value) if isinstance(value, list) else value) or None) if value else None


def _one(value: Any) -> str:
    """The value, or the first of several."""
    return str(value[0] if isinstance(value, list) else value)
