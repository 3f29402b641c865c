"""The simulated account's songs and playlists, and a rate limit in simulated time."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.spotify_server.world import World

Answer = tuple[int, Any, dict[str, str]]
SNAPSHOT = "AAAAB1"


@dataclass
class Own:
    """A playlist. mine: the account owns it. entries: tracks as JSON."""

    id: str
    name: str
    description: str = ""
    public: bool = False
    mine: bool = True
    cover: str | None = None
    entries: list[dict[str, Any]] = field(default_factory=list)


class LibraryWorld:
    """Set `server.library = LibraryWorld(world)`. most: requests allowed in 30 s; further ones are answered by 429."""

    def __init__(self, world: World, *, most: int | None = None) -> None:
        self.world, self.most = world, most
        self.liked: list[dict[str, Any]] = []
        self.playlists: dict[str, Own] = {}
        self.refused = 0
        self.scope_missing = False
        self._calls: deque[float] = deque()
        self._created = 0

    def like(self, count: int) -> None:
        self.liked = [track(n) for n in range(count)]

    def uris(self, playlist: str) -> list[str]:
        return [entry["uri"] for entry in self.playlists[playlist].entries]

    def call(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer | None:
        """Answer a request; None if it isn't about the library."""
        items = re.fullmatch(r"/playlists/([^/]+)/items", path)
        looked_up = re.fullmatch(r"/playlists/([^/]+)", path)
        if looked_up is not None and looked_up[1] in self.playlists and method == "GET":
            return 200, playlist_json(self.playlists[looked_up[1]]), {}
        if path not in ("/me/tracks", "/me/playlists", "/search") and items is None:
            return None
        if self._too_many():
            self.refused += 1
            return 429, {"error": {"status": 429, "message": "API rate limit exceeded"}}, {"Retry-After": "5"}
        if path == "/search":
            return 200, self._search(query), {}
        if path == "/me/tracks":
            return (
                200,
                _paged([{"added_at": "2026-01-01T00:00:00Z", "track": track} for track in self.liked], query),
                {},
            )
        if method != "GET" and self.scope_missing:
            return 403, {"error": {"status": 403, "message": "Insufficient client scope"}}, {}
        if path == "/me/playlists":
            return self._playlists(method, query, body)
        assert items is not None
        return self._items(method, items[1], query, body)

    def _search(self, query: dict[str, str]) -> dict[str, Any]:
        word, kinds = query["q"].lower(), query["type"].split(",")
        found: dict[str, list[Any]] = {
            "track": [entry for entry in self.liked if word in entry["name"].lower()],
            "playlist": [playlist_json(own) for own in self.playlists.values() if word in own.name.lower()],
        }
        return {f"{kind}s": _paged(found.get(kind, []), query) for kind in kinds}

    def _playlists(self, method: str, query: dict[str, str], body: Any) -> Answer:
        if method == "GET":
            return 200, _paged([playlist_json(playlist) for playlist in self.playlists.values()], query), {}
        self._created += 1
        created = Own(f"made{self._created:03d}", body["name"], body.get("description", ""), body.get("public", True))
        self.playlists[created.id] = created
        return 201, playlist_json(created), {}

    def _items(self, method: str, key: str, query: dict[str, str], body: Any) -> Answer:
        own = self.playlists.get(key)
        if own is None:
            return 404, {"error": {"status": 404, "message": "Resource not found"}}, {}
        if not own.mine:
            return 403, {"error": {"status": 403, "message": "Forbidden"}}, {}
        if method == "GET":
            entries = [
                {"added_at": "2026-01-01T00:00:00Z", "is_local": entry.get("is_local", False), "item": entry}
                for entry in own.entries
            ]
            return 200, _paged(entries, query), {}
        assert set(body) <= {"uris", "position"} and len(body["uris"]) <= 100
        added = [track_of(uri) for uri in body["uris"]]
        if method == "PUT":
            own.entries = added
            return 200, {"snapshot_id": SNAPSHOT}, {}
        own.entries = own.entries + added
        return 201, {"snapshot_id": SNAPSHOT}, {}

    def _too_many(self) -> bool:
        now = self.world.unix()
        self._calls.append(now)
        while self._calls and self._calls[0] <= now - 30:
            self._calls.popleft()
        return self.most is not None and len(self._calls) > self.most


def track(n: int) -> dict[str, Any]:
    base = track_of(f"spotify:track:{n:022d}")
    return {
        **base, "name": f"Song {n}", "artists": [{"name": f"Artist {n % 97}", "type": "artist", "id": f"a{n % 97}"}],
        "external_ids": {"isrc": f"XX0002{n:06d}"},
    }  # fmt: skip


def track_of(uri: str) -> dict[str, Any]:
    key = uri.split(":")[-1]
    album = {
        "album_type": "album", "total_tracks": 10, "available_markets": [], "external_urls": {}, "href": "https://x/",
        "id": "album", "images": [], "name": "The Album", "release_date": "2001", "release_date_precision": "year",
        "type": "album", "uri": "spotify:album:album", "artists": [],
    }  # fmt: skip
    return {
        "uri": uri, "id": key, "type": "track", "name": f"Song {key}", "duration_ms": 200_000, "explicit": False,
        "is_local": False, "href": f"https://api.spotify.com/v1/tracks/{key}", "album": album, "external_ids": {},
        "artists": [], "external_urls": {},
    }  # fmt: skip


def playlist_json(own: Own) -> dict[str, Any]:
    return {
        "id": own.id, "name": own.name, "description": own.description, "public": own.public, "collaborative": False,
        "type": "playlist", "uri": f"spotify:playlist:{own.id}", "snapshot_id": SNAPSHOT, "href": "https://x/",
        "external_urls": {},
        "images": [{"url": own.cover, "width": 300, "height": 300}] if own.cover else [],
    }  # fmt: skip


def _paged(entries: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    offset, limit = int(query.get("offset", 0)), int(query.get("limit", 20))
    more = offset + limit < len(entries)
    return {
        "href": "https://x/", "limit": limit, "offset": offset, "total": len(entries), "previous": None,
        "next": f"https://x/?offset={offset + limit}" if more else None, "items": entries[offset : offset + limit],
    }  # fmt: skip
