"""What the device remembers of the broker over a restart: which discovery messages it has published."""

from __future__ import annotations

import json
from dataclasses import dataclass

from edge.system import state

MEMORY = "mqtt"


@dataclass(frozen=True)
class DiscoveryMemory:
    """Under which names this device has published: its base, and for each topic of discovery the components in it."""

    base: str | None
    discovery: dict[str, dict[str, str]]

    def save(self) -> None:
        """Keep it over a restart."""
        state.write(MEMORY, json.dumps({"base": self.base, "discovery": self.discovery}))


def memory() -> DiscoveryMemory:
    """What was kept; a file that isn't what we wrote counts as none."""
    try:
        found = json.loads(state.read(MEMORY) or "{}")
        base = found.get("base")
        parts = {str(topic): {str(k): str(v) for k, v in kinds.items()} for topic, kinds in found["discovery"].items()}
    except (ValueError, LookupError, AttributeError, TypeError):
        return DiscoveryMemory(None, {})
    return DiscoveryMemory(base if isinstance(base, str) else None, parts)
