"""Who the device is."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from edge.config.fields import Section


def _plain_id(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", value):
        raise ValueError("may hold only a-z, 0-9 and hyphens inside, such as living-room")
    return value


class DeviceConfig(Section):
    id: Annotated[str, AfterValidator(_plain_id), Field(max_length=64)] = "moodroom"
    """Names the device in MQTT topics; a-z, 0-9 and hyphens, one of its own for each device."""
    name: Annotated[str, Field(min_length=1, max_length=64)] = "Moodroom"
    """What people read in their home automation."""
    area: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """The room, as Home Assistant should suggest it; then keep the room out of `name`, which stands behind it."""
