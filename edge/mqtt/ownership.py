"""Which retained discovery messages on a broker are this device's own. Pure.

Other devices may use the same node id, such as an ESPHome node named `kitchen`, so a topic's name proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edge.text import parse_json

ORIGIN = "Moodroom"


def prefix_of(device: str) -> str:
    """What this device's unique ids begin with. No device's id contains an underscore."""
    return f"{node_of(device)}_"


def node_of(device: str) -> str:
    """The device's node id in discovery topics, which is also its identifier in Home Assistant."""
    return f"moodroom_{device}"


def made_here(payload: bytes, device: str | None = None) -> bool:
    """Whether a discovery message comes from Moodroom: by its unique ids and identifiers, else by its origin.

    device: the id of the device that must have made it; None for any.
    """
    try:
        message = parse_json(payload)
    except ValueError:
        return False
    if not isinstance(message, dict):
        return False
    names = list(_names(message))
    if names:
        start = "moodroom_" if device is None else prefix_of(device)
        return any(f"{name}_".startswith(start) for name in names)
    origin = message.get("origin", message.get("o"))
    return isinstance(origin, dict) and origin.get("name") == ORIGIN


def _names(message: dict[str, Any]) -> Iterator[str]:
    """The unique ids and the device's identifiers in a message, also where their keys are abbreviated."""
    for key in ("unique_id", "uniq_id"):
        if isinstance(message.get(key), str):
            yield message[key]
    for key in ("components", "cmps"):
        parts = message.get(key)
        for part in parts.values() if isinstance(parts, dict) else ():
            if isinstance(part, dict):
                yield from _names(part)
    for key in ("device", "dev"):
        about = message.get(key)
        for name in ("identifiers", "ids"):
            found = about.get(name, ()) if isinstance(about, dict) else ()
            yield from (one for one in ([found] if isinstance(found, str) else found) if isinstance(one, str))
