"""What go-librespot's API and its event socket say, as its `api-spec.yml` describes them. Pure.

Any field may be missing or of another type: it is then unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge.text import ADDRESS_MAX_CHARS, clean, clean_or_none, parse_json

# The play_origin of what was started by the API; everything else is Spotify's own, which people use.
API_ORIGIN = "go-librespot"
SONG_MAX_MS = 7 * 86_400_000
VOLUME_STEPS_MAX = 65_535
ARTISTS_MAX = 20


@dataclass(frozen=True)
class DaemonTrack:
    """A song. position, duration: in seconds. cover: the address of its picture."""

    uri: str | None = None
    title: str | None = None
    artist: str | None = None
    cover: str | None = None
    position: float | None = None
    duration: float | None = None


@dataclass(frozen=True)
class DaemonStatus:
    """The answer to `/status`. origin: who began the playback, "" for nobody. volume: 0..steps."""

    device: str | None = None
    origin: str = ""
    stopped: bool = True
    paused: bool = False
    volume: int | None = None
    steps: int | None = None
    repeat: str = "off"
    shuffle: bool = False
    track: DaemonTrack | None = None

    @property
    def loaded(self) -> bool:
        """Something plays, or is paused and can be resumed."""
        return not self.stopped and self.track is not None

    @property
    def playing(self) -> bool:
        return self.loaded and not self.paused


@dataclass(frozen=True)
class DaemonEvent:
    """A message of the event socket. context: the list that the song is played from."""

    kind: str
    context: str | None = None
    uri: str | None = None
    origin: str | None = None


def parse_status(body: Any) -> DaemonStatus:
    """Raises ValueError for what is no status at all."""
    if not isinstance(body, Mapping) or "volume_steps" not in body or "stopped" not in body:
        raise ValueError("no status")
    steps = _whole(body.get("volume_steps"), 1, VOLUME_STEPS_MAX)
    repeat = "track" if body.get("repeat_track") is True else "context" if body.get("repeat_context") is True else "off"
    return DaemonStatus(
        device=clean_or_none(body.get("device_name")),
        origin=clean_or_none(body.get("play_origin")) or "",
        stopped=body.get("stopped") is not False,
        paused=body.get("paused") is True,
        volume=None if steps is None else _whole(body.get("volume"), 0, steps),
        steps=steps,
        repeat=repeat,
        shuffle=body.get("shuffle_context") is True,
        track=_track(body.get("track")),
    )


def parse_event(text: str | bytes) -> DaemonEvent | None:
    """None for what is no event. Raises ValueError for what isn't JSON."""
    message = parse_json(text)
    kind = clean_or_none(message.get("type"), 50) if isinstance(message, Mapping) else None
    if kind is None:
        return None
    data = message.get("data")
    data = data if isinstance(data, Mapping) else {}
    return DaemonEvent(
        kind,
        context=clean_or_none(data.get("context_uri"), ADDRESS_MAX_CHARS),
        uri=clean_or_none(data.get("uri"), ADDRESS_MAX_CHARS),
        origin=clean_or_none(data.get("play_origin")),
    )


def playback_ready(body: Any) -> bool:
    """Whether the daemon takes music, by the answer to `/`; versions that don't say are ready."""
    return not isinstance(body, Mapping) or body.get("playback_ready") is not False


def account_speaker(body: Any) -> str | None:
    """The name of the speaker that the account plays on, by the Web API's player; None where it plays nowhere."""
    device = body.get("device") if isinstance(body, Mapping) and body.get("is_playing") is True else None
    return (clean_or_none(device.get("name")) or "another speaker") if isinstance(device, Mapping) else None


def _track(raw: Any) -> DaemonTrack | None:
    if not isinstance(raw, Mapping):
        return None
    artists = raw.get("artist_names")
    names = [clean_or_none(name) for name in (artists if isinstance(artists, list) else [])[:ARTISTS_MAX]]
    cover = clean_or_none(raw.get("album_cover_url"), ADDRESS_MAX_CHARS)
    return DaemonTrack(
        uri=clean_or_none(raw.get("uri"), ADDRESS_MAX_CHARS),
        title=clean_or_none(raw.get("name")),
        artist=clean(", ".join(filter(None, names))) or None,
        cover=cover if cover is not None and cover.startswith(("https://", "http://")) else None,
        position=_seconds(raw.get("position")),
        duration=_seconds(raw.get("duration")) or None,
    )


def _whole(value: Any, least: int, most: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most else None


def _seconds(milliseconds: Any) -> float | None:
    number = isinstance(milliseconds, (int, float)) and not isinstance(milliseconds, bool)
    return milliseconds / 1000 if number and 0 <= milliseconds <= SONG_MAX_MS else None
