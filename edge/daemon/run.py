"""Runs the device: one session after another, each with the configuration that the last one ended for."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import TextIO

from edge.config import Config
from edge.config.writing.file import ConfigFile
from edge.daemon import restore
from edge.daemon.inbox import SessionEnd
from edge.daemon.options import GOES_ON, Options
from edge.daemon.session import Session
from edge.errors import MoodroomError
from edge.system import state
from edge.system.memory import release_memory, share_arena
from edge.system.run_lock import running
from edge.system.signals import signals

log = logging.getLogger(__name__)


def run(
    load: Callable[[], Config],
    options: Options,
    out: TextIO | None = None,
    *,
    fall_back: Callable[[], Config | None] | None = None,
) -> int:
    """Run until a signal or the end of a replay; returns the exit code.

    load: reads the configuration, at the start and on each reload. fall_back: what to start with where that can't be
    used; None for nothing.
    """
    share_arena()
    with running(state.directory()):
        return _run(load, options, out or sys.stdout, fall_back)


def _run(
    load: Callable[[], Config], options: Options, out: TextIO, fall_back: Callable[[], Config | None] | None
) -> int:
    _restore_pending(options)
    with signals() as flags:
        config, session, problem = _begun(load, lambda one: Session(one, options, out), fall_back)
        while True:
            if problem:
                session.parts.inbox.problem("configuration", problem)
            elif options.file is not None and not (options.fast or options.once):
                ConfigFile(options.file).keep_good()
            end = session.run_fast(flags) if options.fast else session.run(flags, load)
            if end is not SessionEnd.RELOAD:
                return 1 if end is SessionEnd.STUCK else 0
            before, config = config.music.profile, session.next_config
            shown, now = session.parts.room.settings(), config.music.profile
            settings: dict[str, str] | None = restore.after_reload(shown, before=before, now=now)
            # The parts refer to each other; without this the next ones would come on top of them.
            del session
            release_memory()
            if _restore_pending(options):
                # Settings and configuration are the backup's now.
                config, settings = load(), None
            session, problem = Session(config, options, out, settings=settings), ""


def _restore_pending(options: Options) -> bool:
    """Restore the backup that the page has taken in, while no part uses the files; returns whether there was one."""
    if options.fast or not restore.backup_is_pending():
        return False
    from edge.backup.restoring import restore_pending

    return restore_pending(options.file, state.directory())


def _begun(
    load: Callable[[], Config], begin: Callable[[Config], Session], fall_back: Callable[[], Config | None] | None
) -> tuple[Config, Session, str]:
    """The configuration to start with, what begins with it, and a sentence if it isn't the file's.

    fall_back: what there is in place of a file that can't be used; None for nothing. Raises MoodroomError.
    """
    try:
        config = load()
        return config, begin(config), ""
    except MoodroomError as error:
        other = None if fall_back is None else fall_back()
        if other is None:
            raise
        log.error("%s; the device starts with the last version that could be used", error)
        return other, begin(other), f"{error}; {GOES_ON}"
