"""The section `journal`: what the device stores, and for how long."""

from __future__ import annotations

from typing import Annotated

from edge.config.basis import Field
from edge.config.fields import Duration, Section


class JournalConfig(Section):
    """What the device stores about moods and music; see docs/history.md."""

    enabled: bool = True
    """Store moods, decisions and songs in journal.db in the state directory. Pictures are never stored."""
    keep: Annotated[Duration, Field(ge=3600)] = 90 * 86400.0
    """How long entries are kept."""
    learn: bool = True
    """Where a mood has several choices, prefer those that people leave playing to those that they skip."""
