"""`RemotePlayer`, `RemoteQueue` and `QueueItem`: what the server tells of a speaker and of its queue. Pure.

Every field may be missing, null or of another kind: old servers name some differently, and new ones add more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from edge.text import ADDRESS_MAX_CHARS, clean, clean_or_none, percent_encoded

SONG_MAX_S = 7 * 86400.0
# More than any volume and any time since 1970.
NUMBER_MAX = 1e12
ARTISTS_MAX, PLAYERS_MAX = 10, 200
COVER_PIXELS = 512
OVERRUN_MAX_S = 10.0
_STATES = {"playing": "playing", "paused": "paused"}


@dataclass(frozen=True)
class QueueItem:
    """A song or station in a queue. uri: `provider://type/id`. duration: seconds; None for what never ends."""

    id: str
    uri: str | None
    title: str | None = None
    artist: str | None = None
    duration: float | None = None
    cover: str | None = None

    @property
    def name(self) -> str | None:
        """Artist and title for people."""
        return " - ".join(part for part in (self.artist, self.title) if part) or None


@dataclass(frozen=True)
class RemoteQueue:
    """A queue. state: "playing", "paused" or "idle". sources: what it plays from, where the server tells.

    elapsed: seconds of the current item at the time `stamp`, on the server's wall clock. ended: it ran out.
    """

    id: str
    state: str = "idle"
    active: bool = False
    item: QueueItem | None = None
    next: QueueItem | None = None
    sources: tuple[str, ...] = ()
    elapsed: float | None = None
    stamp: float | None = None
    shuffle: bool | None = None
    repeat: str | None = None
    crossfade: bool = False
    ended: bool = False


@dataclass(frozen=True)
class RemotePlayer:
    """A speaker. leader: the player whose queue it follows, if it is grouped under another one.

    source: the id of what it plays from: a queue's, or another one's, such as its own Spotify or a line in.
    media: what it plays by itself.
    """

    id: str
    name: str
    available: bool = True
    state: str = "idle"
    volume: int | None = None
    volume_settable: bool = True
    leader: str | None = None
    source: str | None = None
    media: QueueItem | None = None
    provider: str = ""


def parse_player(raw: Any) -> RemotePlayer | None:
    """The player; None for what isn't one."""
    if not isinstance(raw, Mapping) or not (player_id := clean_or_none(raw.get("player_id"))):
        return None
    volume = raw.get("volume_level")
    features = raw.get("supported_features")
    settable = raw.get("volume_control", "native") != "none"
    if isinstance(features, (list, tuple)) and "volume_control" not in raw:
        settable = "volume_set" in features
    leader = clean_or_none(raw.get("active_group")) or clean_or_none(raw.get("synced_to"))
    return RemotePlayer(
        player_id,
        clean_or_none(raw.get("name")) or clean_or_none(raw.get("display_name")) or player_id,
        available=raw.get("available") is not False and raw.get("enabled") is not False,
        state=_STATES.get(str(raw.get("playback_state") or raw.get("state")), "idle"),
        volume=round(volume) if _is_number(volume) and 0 <= volume <= 100 else None,
        volume_settable=settable,
        leader=None if leader == player_id else leader,
        source=clean_or_none(raw.get("active_source")),
        media=_media(raw.get("current_media")),
        provider=clean_or_none(raw.get("provider"), 40) or "",
    )


def parse_players(raw: Any) -> list[RemotePlayer]:
    """The players in the answer to `players/all`."""
    found = [parse_player(one) for one in (raw if isinstance(raw, list) else [])[:PLAYERS_MAX]]
    return [player for player in found if player is not None]


def parse_queue(raw: Any, base: str) -> RemoteQueue | None:
    """The queue; None for what isn't one."""
    if not isinstance(raw, Mapping) or not (queue_id := clean_or_none(raw.get("queue_id"))):
        return None
    sources, item = raw.get("sources"), parse_item(raw.get("current_item"), base)
    elapsed = seconds(raw.get("elapsed_time"))
    if elapsed is not None and item is not None and item.duration and elapsed > item.duration + OVERRUN_MAX_S:
        elapsed = None  # the speaker tells no progress, and the server goes on counting
    shuffle, repeat = raw.get("shuffle_enabled"), raw.get("repeat_mode")
    return RemoteQueue(
        queue_id,
        state=_STATES.get(str(raw.get("state")), "idle"),
        active=raw.get("active") is True,
        item=item,
        next=parse_item(raw.get("next_item"), base),
        sources=tuple(
            uri
            for one in (sources if isinstance(sources, list) else [])[:ARTISTS_MAX]
            if (uri := _uri(one)) is not None
        ),
        elapsed=elapsed,
        stamp=raw["elapsed_time_last_updated"] if _is_number(raw.get("elapsed_time_last_updated")) else None,
        shuffle=shuffle if isinstance(shuffle, bool) else None,
        repeat=repeat if isinstance(repeat, str) else None,
        crossfade=raw.get("crossfade_enabled") is True,
        ended=raw.get("ended") is True,
    )


def parse_item(raw: Any, base: str) -> QueueItem | None:
    """An entry of a queue; None for what isn't one."""
    if not isinstance(raw, Mapping) or not (item_id := clean_or_none(raw.get("queue_item_id"))):
        return None
    media = raw["media_item"] if isinstance(raw.get("media_item"), Mapping) else {}
    stream = raw["streamdetails"] if isinstance(raw.get("streamdetails"), Mapping) else {}
    # A station's own name is no song; what it plays is told by its stream.
    title = (
        clean_or_none(stream.get("stream_title")) or clean_or_none(media.get("name")) or clean_or_none(raw.get("name"))
    )
    length = seconds(raw.get("duration")) or seconds(media.get("duration")) or None
    return QueueItem(
        item_id,
        _uri(media) or _uri(raw),
        title,
        artists_of(media),
        None if media.get("media_type") == "radio" else length,
        cover_of(raw, base) or cover_of(media, base) or cover_of(media.get("album"), base),
    )


def artists_of(media: Mapping[str, Any]) -> str | None:
    """The names of a song's artists."""
    artists = media.get("artists")
    names = [
        clean_or_none(artist.get("name"))
        for artist in (artists if isinstance(artists, list) else [])[:ARTISTS_MAX]
        if isinstance(artist, Mapping)
    ]
    return clean(", ".join(filter(None, names))) or None


def cover_of(item: Any, base: str) -> str | None:
    """The address of an item's picture, fetched through the server unless it is on the internet."""
    if not isinstance(item, Mapping):
        return None
    metadata = item.get("metadata")
    images = [item.get("image")]
    if isinstance(metadata, Mapping) and isinstance(metadata.get("images"), list):
        images += metadata["images"][:ARTISTS_MAX]
    for image in images:
        if not isinstance(image, Mapping) or not isinstance(path := image.get("path"), str):
            continue
        if len(path) > ADDRESS_MAX_CHARS:
            continue
        if image.get("remotely_accessible") is True:
            address = path
        elif isinstance(proxy_id := image.get("proxy_id"), str):
            address = f"{base}/imageproxy/{percent_encoded(proxy_id)}?size={COVER_PIXELS}"
        else:
            # Before schema 31 the path goes along, escaped twice.
            provider = percent_encoded(str(image.get("provider") or ""))
            escaped = percent_encoded(percent_encoded(path))
            address = f"{base}/imageproxy?path={escaped}&provider={provider}&size={COVER_PIXELS}"
        if address.startswith(("http://", "https://")) and len(address) <= ADDRESS_MAX_CHARS and address.isprintable():
            return address
    return None


def seconds(value: Any) -> float | None:
    """Seconds; None for what can't be a song's time."""
    return float(value) if _is_number(value) and 0 <= value <= SONG_MAX_S else None


def _media(raw: Any) -> QueueItem | None:
    """What a player plays by itself."""
    if not isinstance(raw, Mapping):
        return None
    cover = raw.get("image_url")
    is_address = (
        isinstance(cover, str) and cover.startswith(("http://", "https://")) and len(cover) <= ADDRESS_MAX_CHARS
    )
    return QueueItem(
        clean_or_none(raw.get("queue_item_id")) or "",
        _uri(raw),
        clean_or_none(raw.get("title")),
        clean_or_none(raw.get("artist")),
        seconds(raw.get("duration")) or None,
        str(cover) if is_address else None,
    )


def _uri(item: Any) -> str | None:
    return clean_or_none(item.get("uri"), ADDRESS_MAX_CHARS - 3) if isinstance(item, Mapping) else None


def _is_number(value: Any) -> TypeGuard[float]:
    # NaN is in no range; a whole number of JSON may be too large for a float.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= NUMBER_MAX
