"""The section `device`: its id, name and area."""

from __future__ import annotations

import re
from typing import Annotated

from edge.config.basis import AfterValidator, Field, StringConstraints
from edge.config.fields import Section
from edge.sentences import Sentence


def _plain_id(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", value):
        raise ValueError(Sentence("may hold only a-z, 0-9 and hyphens inside, such as living-room"))
    return value


DeviceId = Annotated[str, AfterValidator(_plain_id), Field(max_length=64)]
# Home Assistant strips names, and would see a change in each message.
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class DeviceConfig(Section):
    """The device's identity."""

    id: DeviceId = "moodroom"
    """The device's id in MQTT topics: a-z, 0-9 and hyphens. Each device needs its own."""
    name: Name = "Moodroom"
    """The name shown in home automation and on the page."""
    area: Name | None = None
    """The room that Home Assistant suggests for the device. If set, leave the room out of `name`."""
