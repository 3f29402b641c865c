"""The device's journal, and what learns from it."""

from __future__ import annotations

import time
from collections.abc import Callable

from edge.config import JournalConfig
from edge.journal.entry import JournalEntry
from edge.journal.learner import Learner
from edge.journal.writer import Journal
from edge.system import clock
from edge.system.database import default_path


def open_journal(config: JournalConfig, *, problem: Callable[[str], None]) -> tuple[Journal | None, Learner]:
    """The journal, not started yet, and the learner.

    Where the journal is switched off it is None, and what is learned lasts until the next start.
    problem: called with each fault of the journal, and with "" once it is over, in the journal's thread.
    """
    if not config.enabled:
        return None, Learner(lambda _: None, learn=config.learn)
    # Each needs the other: outcomes go into the journal, and are read from it at the start.
    journal = Journal(default_path(), keep_s=config.keep, on_problem=problem, synchronised=clock.synchronised)
    learner = Learner(journal.put, learn=config.learn)
    journal.on_outcomes = learner.replace_outcomes
    journal.put(JournalEntry(time.time(), "start", text="the device started"))
    return journal, learner
