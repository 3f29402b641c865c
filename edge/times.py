"""Times as text."""

from __future__ import annotations

from datetime import datetime, timezone


def utc_text(unix: float) -> str:
    """Seconds since 1970 as UTC in whole seconds (ISO 8601), such as 2026-11-21T08:15:30Z."""
    return datetime.fromtimestamp(int(unix), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
