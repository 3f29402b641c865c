"""What the device remembers, and for how long."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from edge.config.fields import Duration, Section


class JournalConfig(Section):
    enabled: bool = True
    """Keep moods, decisions and songs in journal.db in the state directory; pictures are never kept."""
    keep: Annotated[Duration, Field(ge=3600)] = 90 * 86400.0
    """How long; older entries are removed. An hour at least."""
    learn: bool = True
    """Choose more often what people leave playing, and less often what they skip, where a mood has several choices."""
