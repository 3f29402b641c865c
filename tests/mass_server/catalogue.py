"""The music of the simulated server, as its messages describe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Track:
    uri: str
    name: str
    artist: str
    duration: float = 200.0
    isrc: str | None = None
    kind: str = "track"

    def as_dict(self) -> dict[str, Any]:
        provider, rest = self.uri.split("://", 1)
        item_id = rest.split("/", 1)[1]
        return {
            "item_id": item_id,
            "provider": provider,
            "name": self.name,
            "uri": self.uri,
            "media_type": self.kind,
            "external_ids": [["isrc", self.isrc]] if self.isrc else [],
            "provider_mappings": [
                {
                    "item_id": item_id,
                    "provider_domain": provider,
                    "provider_instance": f"{provider}--1",
                    "available": True,
                }
            ],
            "metadata": {
                "images": [
                    {
                        "type": "thumb",
                        "path": f"https://covers.example/{item_id}.jpg",
                        "provider": provider,
                        "remotely_accessible": True,
                    }
                ]
            },
            "favorite": False,
            "duration": 0 if self.kind == "radio" else int(self.duration),
            "artists": [
                {
                    "item_id": self.artist,
                    "provider": provider,
                    "name": self.artist,
                    "media_type": "artist",
                    "available": True,
                }
            ]
            if self.kind == "track"
            else [],
        }


@dataclass(frozen=True)
class Container:
    """A playlist or album. tracks: their addresses."""

    uri: str
    name: str
    tracks: tuple[Track, ...]

    @property
    def kind(self) -> str:
        return self.uri.split("://", 1)[1].split("/", 1)[0]

    def as_dict(self) -> dict[str, Any]:
        plain = Track(self.uri, self.name, "", kind=self.kind).as_dict()
        del plain["duration"], plain["artists"]
        return plain | ({"owner": "me", "is_editable": True} if self.kind == "playlist" else {})


def songs(name: str, count: int = 8, duration: float = 200.0) -> tuple[Track, ...]:
    return tuple(
        Track(f"library://track/{name}{n}", f"{name} {n}", f"The {name}s", duration, f"XX{name[:3].upper():X<3}{n:07d}")
        for n in range(count)
    )


class Catalogue:
    """gone: addresses that can't be played any more."""

    def __init__(self) -> None:
        self.containers: dict[str, Container] = {}
        self.tracks: dict[str, Track] = {}
        self.gone: set[str] = set()
        for number, name in enumerate(("happysongs", "sadsongs", "calmsongs", "angrysongs", "theirs"), 1):
            kind = "album" if name == "theirs" else "playlist"
            self.add(Container(f"library://{kind}/{number}", name, songs(name)))
        self.tracks["library://radio/1"] = Track("library://radio/1", "Radio Paradise", "", kind="radio")

    def add(self, container: Container) -> None:
        self.containers[container.uri] = container
        self.tracks |= {track.uri: track for track in container.tracks}

    def tracks_of(self, uri: str) -> list[Track] | None:
        """None for what doesn't exist."""
        if uri in self.gone:
            return None
        if uri in self.containers:
            return list(self.containers[uri].tracks)
        return [self.tracks[uri]] if uri in self.tracks else None

    def find(self, words: str, kinds: list[str]) -> dict[str, list[dict[str, Any]]]:
        plain = words.lower().replace(" - ", " ").split()
        found: dict[str, list[dict[str, Any]]] = {
            "playlists": [],
            "albums": [],
            "tracks": [],
            "radio": [],
            "artists": [],
        }
        items: list[Container | Track] = [*self.containers.values(), *self.tracks.values()]
        for item in items:
            text = f"{item.name} {getattr(item, 'artist', '')}".lower()
            key = "radio" if item.kind == "radio" else f"{item.kind}s"
            if item.kind in kinds and item.uri not in self.gone and all(word in text for word in plain):
                found[key].append(item.as_dict())
        return found
