"""The client library spotipy, loaded without redis: only a cache that isn't used here needs it, for 7 MB of memory."""

from __future__ import annotations

import sys
from types import ModuleType

import edge.system.requests_module  # noqa: F401 (before spotipy loads requests)


def _stand_in() -> ModuleType:
    """A module `redis` with the one name that spotipy imports."""
    module = ModuleType("redis")
    module.RedisError = type("RedisError", (Exception,), {})  # type: ignore[attr-defined]
    return module


_ours = _stand_in()
# Whoever has loaded redis already keeps it.
_replaced = sys.modules.setdefault("redis", _ours) is _ours
try:
    import spotipy
    from spotipy.cache_handler import CacheHandler
    from spotipy.oauth2 import SpotifyPKCE
finally:
    if _replaced:
        del sys.modules["redis"]

__all__ = ["CacheHandler", "SpotifyPKCE", "spotipy"]
