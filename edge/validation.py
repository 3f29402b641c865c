"""Whether this process validates configurations itself, or has other processes do it.

pydantic and what it makes of the sections take 14 MB of memory, and the command line, which uses it too, another 6. A
device needs them for a moment, at its start and when somebody changes the file, so its own process does without
(`cli/device_process`, `config/elsewhere`).
"""

from __future__ import annotations

_elsewhere = _for_another = False


def leave_to_other_processes() -> None:
    """Keep pydantic out of this process; to be called before `edge.config` is imported."""
    global _elsewhere
    _elsewhere = True


def is_elsewhere() -> bool:
    """Whether sections only hold values here (`config/plain`), and can't be validated in this process."""
    return _elsewhere


def validate_for_another_process() -> None:
    """Leave out the keys' descriptions, which take a quarter of the time; call it before `edge.config` is imported."""
    global _for_another
    _for_another = True


def needs_descriptions() -> bool:
    """Whether sections have their keys' descriptions, for the reference."""
    return not _for_another
