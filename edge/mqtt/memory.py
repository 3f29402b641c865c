"""What the device remembers across restarts of its discovery messages on the broker."""

from __future__ import annotations

import json
from dataclasses import dataclass

from edge.system import state
from edge.text import parse_json

MEMORY_FILE = "mqtt"


@dataclass(frozen=True)
class DiscoveryMemory:
    """The names under which this device has published.

    base: the topic above its own. discovery: for each discovery topic, the components by key with their platforms.
    """

    base: str | None
    discovery: dict[str, dict[str, str]]

    def save(self) -> None:
        """Write it to the state directory."""
        state.write(MEMORY_FILE, json.dumps({"base": self.base, "discovery": self.discovery}))


def memory() -> DiscoveryMemory:
    """What was saved last; empty if there is no file or it is damaged."""
    try:
        saved = parse_json(state.read(MEMORY_FILE) or "{}")
        base = saved.get("base")
        parts = {str(topic): {str(k): str(v) for k, v in kinds.items()} for topic, kinds in saved["discovery"].items()}
    except (ValueError, LookupError, AttributeError, TypeError):
        return DiscoveryMemory(None, {})
    return DiscoveryMemory(base if isinstance(base, str) else None, parts)
