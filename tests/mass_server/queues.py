"""Speakers and queues of the simulated server, and how its messages describe them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.mass_server.catalogue import Track


@dataclass(frozen=True)
class Entry:
    id: str
    track: Track

    def as_dict(self, queue_id: str) -> dict[str, Any]:
        track = self.track
        return {
            "queue_id": queue_id,
            "queue_item_id": self.id,
            "name": f"{track.artist} - {track.name}" if track.artist else track.name,
            "duration": None if track.kind == "radio" else int(track.duration),
            "sort_index": 0,
            "streamdetails": None,
            "media_item": track.as_dict(),
            "image": track.as_dict()["metadata"]["images"][0],
            "index": 0,
            "available": True,
        }


@dataclass
class Speaker:
    """source: what it plays from; None: nothing. pauses: it can pause; others stop instead."""

    id: str
    name: str
    volume: int | None = 40
    available: bool = True
    state: str = "idle"
    source: str | None = None
    synced_to: str | None = None
    active_group: str | None = None
    media: dict[str, Any] | None = None
    pauses: bool = True
    silent: bool = False

    def as_dict(self, *, old: bool) -> dict[str, Any]:
        common = {
            "player_id": self.id,
            "provider": "sonos--1",
            "type": "player",
            "name": self.name,
            "available": self.available,
            "device_info": {"model": "One", "manufacturer": "Sonos"},
            "supported_features": ["volume_set", "pause"] if self.volume is not None else ["pause"],
            "elapsed_time": None,
            "powered": True,
            "volume_level": self.volume,
            "synced_to": self.synced_to,
            "active_group": self.active_group,
            "active_source": self.source,
            "current_media": self.media,
            "enabled": True,
        }
        if old:
            del common["name"], common["media" if "media" in common else "current_media"]
            return common | {"display_name": self.name, "state": self.state, "group_childs": []}
        control = "none" if self.volume is None else "native"
        return common | {
            "playback_state": self.state,
            "state": self.state,
            "group_members": [],
            "volume_control": control,
        }


@dataclass
class Queue:
    """index: of the current entry, None for none. base: seconds of it at `at`, on the world's clock."""

    id: str
    name: str
    entries: list[Entry] = field(default_factory=list)
    index: int | None = None
    state: str = "idle"
    base: float = 0.0
    at: float = 0.0
    shuffle: bool = False
    repeat: str = "off"
    ended: bool = False
    origin: str | None = None
    active: bool = True
    crossfade: bool = False

    @property
    def current(self) -> Entry | None:
        return self.entries[self.index] if self.index is not None and self.index < len(self.entries) else None

    @property
    def next(self) -> Entry | None:
        if self.index is None or not self.entries:
            return None
        if self.repeat == "one":
            return self.current
        following = self.index + 1
        if following >= len(self.entries):
            return self.entries[0] if self.repeat == "all" else None
        return self.entries[following]

    def elapsed(self, now: float) -> float:
        return self.base + (now - self.at if self.state == "playing" else 0.0)

    def as_dict(self, offset: float, *, old: bool) -> dict[str, Any]:
        """offset: the wall clock minus the world's."""
        raw: dict[str, Any] = {
            "queue_id": self.id,
            "active": self.active,
            "display_name": self.name,
            "available": True,
            "items": len(self.entries),
            "shuffle_enabled": self.shuffle,
            "crossfade_enabled": self.crossfade,
            "repeat_mode": self.repeat,
            "current_index": self.index,
            "elapsed_time": round(self.base, 2),
            "elapsed_time_last_updated": self.at + offset,
            "state": self.state,
            "current_item": self.current.as_dict(self.id) if self.current else None,
            "next_item": self.next.as_dict(self.id) if self.next and not self.ended else None,
        }
        if old:
            return raw | {"radio_source": []}
        source = None
        if self.origin is not None and "://track/" not in self.origin:
            provider, rest = self.origin.split("://", 1)
            kind, item_id = rest.split("/", 1)
            source = {"item_id": item_id, "provider": provider, "name": item_id, "uri": self.origin, "media_type": kind}
        return raw | {"ended": self.ended, "sources": [source] if source and self.entries else []}
