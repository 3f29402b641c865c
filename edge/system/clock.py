"""Whether the wall clock is known to be right."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from pathlib import Path

# systemd-timesyncd creates this file once the network has set the clock.
TIMESYNCD_FILE = Path("/run/systemd/timesync/synchronized")
# The kernel's flag and state for a clock that nobody disciplines (adjtimex(2)).
STA_UNSYNC, TIME_ERROR = 0x0040, 5


class _Timex(ctypes.Structure):
    """The start of the kernel's `struct timex`; the rest is padding."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("padding", ctypes.c_long * 40),
    )


def synchronised() -> bool:
    """Whether the network has set this machine's clock: by timesyncd, chrony, ntpd or whatever tells the kernel."""
    with contextlib.suppress(OSError):
        if TIMESYNCD_FILE.exists():
            return True
    if not sys.platform.startswith("linux"):
        return False
    try:
        state = _Timex()
        return ctypes.CDLL(None).adjtimex(ctypes.byref(state)) not in (-1, TIME_ERROR) and not state.status & STA_UNSYNC
    except (OSError, AttributeError):
        return False
