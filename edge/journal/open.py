"""Puts the journal and what learns together, as the configuration says."""

from __future__ import annotations

import time
from collections.abc import Callable

from edge.config import JournalConfig
from edge.journal.entry import Entry
from edge.journal.learner import Learner
from edge.journal.tables import default_path
from edge.journal.writer import Journal


def open_journal(config: JournalConfig, *, problem: Callable[[str], None]) -> tuple[Journal | None, Learner]:
    """The journal, not started yet, and None where it is off; then what is learnt lasts until the next start.

    problem: is told a fault of the journal, and "" once it is over; in a thread of its own.
    """
    if not config.enabled:
        return None, Learner(lambda _: None, learn=config.learn)
    # Each knows the other: outcomes go into the journal, and come back from it at the start.
    journal = Journal(default_path(), keep=config.keep, on_problem=problem)
    learner = Learner(journal.put, learn=config.learn)
    journal.on_outcomes = learner.told
    journal.put(Entry(time.time(), "start", text="the device started"))
    return journal, learner
