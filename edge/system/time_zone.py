"""The time zone of the room: the configured one, else the system's."""

from __future__ import annotations

import logging
import os
from datetime import timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

LOCALTIME = Path("/etc/localtime")
log = logging.getLogger(__name__)


def zone(name: str | None, *, localtime: Path = LOCALTIME) -> tzinfo:
    """With its daylight saving, past and to come.

    name: such as Europe/Berlin, checked already; None for what `TZ` names, else the machine's own. UTC where nobody
    knows.
    """
    try:
        if name is not None:
            return ZoneInfo(name)
        named = os.environ.get("TZ", "").lstrip(":")
        if named:
            return ZoneInfo(named)
        with localtime.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError, KeyError) as error:
        log.info("time zone: isn't known (%s), so times of day are UTC; music.time_zone names one", error)
        return timezone.utc
