"""What the health rules judge: the state of the machine and of each part at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Seconds after which a look is overdue, unless the configured pace is slower.
LOOK_OVERDUE_S = 60.0
# Unix time of 2026-01-01: this program is no older, so a clock that shows an earlier time is wrong.
EARLIEST_UNIX_TIME_S = 1_767_225_600.0


@dataclass(frozen=True)
class MachineState:
    """The state of the machine; None for what the system doesn't report.

    temperature: degrees Celsius. throttled: the bits of `vcgencmd get_throttled`. memory_mb: MiB that this process
    uses. available_mb: MiB that programs can still allocate. disk_free_mb: MiB that are free in the state directory.
    state: that directory. writable: whether this user may write there. running: this program's version. installed: the
    version that would run after a restart.
    """

    temperature: float | None = None
    throttled: int = 0
    memory_mb: float = 0.0
    available_mb: float | None = None
    disk_free_mb: float | None = None
    state: str = ""
    writable: bool = True
    running: str = ""
    installed: str = ""


@dataclass(frozen=True)
class HealthReadings:
    """The state of the device at one moment.

    *_age: seconds since a part's last result, or since the start where there was none; None for a part that isn't set
    up. player_busy: seconds for which the player's thread has been in one turn. frame_late, look_late: seconds from
    which an age is too high. paused: the camera is switched off or in quiet hours. wall: Unix time by the wall clock.
    step, step_age: by how many seconds the clock was set last, and how long ago. login_expires: Unix time. picture_for:
    seconds for which a face that never moves has been in view. faults: what the parts report about themselves, one
    sentence each.
    """

    frame_age: float = 0.0
    look_age: float = 0.0
    mood_age: float = 0.0
    player_age: float = 0.0
    player_busy: float = 0.0
    broker_age: float | None = None
    frame_late: float = 10.0
    look_late: float = LOOK_OVERDUE_S
    paused: bool = False
    machine: MachineState = field(default_factory=MachineState)
    wall: float = EARLIEST_UNIX_TIME_S
    step: float = 0.0
    step_age: float = 0.0
    login_expires: float | None = None
    picture_for: float = 0.0
    faults: Mapping[str, str] = field(default_factory=dict)
