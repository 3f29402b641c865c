"""The time zone: the configured one, else the system's."""

from __future__ import annotations

import logging
import os
from datetime import timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

LOCALTIME = Path("/etc/localtime")
log = logging.getLogger(__name__)


def zone(name: str | None, *, localtime: Path = LOCALTIME) -> tzinfo:
    """The time zone with this name, including its daylight saving time.

    name: such as Europe/Berlin, already validated; None for the one in `TZ`, else the machine's own. Returns UTC, and
    logs it, where the zone can't be read.
    """
    try:
        if name is not None:
            return ZoneInfo(name)
        from_environment = os.environ.get("TZ", "").lstrip(":")
        if from_environment:
            return ZoneInfo(from_environment)
        with localtime.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError, KeyError) as error:
        log.info("time zone: isn't known (%s), so times of day are UTC; music.time_zone names one", error)
        return timezone.utc
