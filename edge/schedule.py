"""The frame-skipping scheduler: when is a look worth its cost?

Pure: time, motion and costs are arguments. Every look and every skip has a reason, and reasons are counted.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from enum import Enum

from edge.config import ScheduleConfig

WINDOW = 60.0
MOTION = 0.02
DETECT_EVERY = 2.0


class Step(str, Enum):
    """What to do with a frame: leave it, find faces and read them, or read the faces where they were."""

    SKIP = "skip"
    DETECT = "detect"
    CLASSIFY = "classify"


@dataclass(frozen=True)
class Plan:
    """A step and the reason for it, such as `motion` or `budget`."""

    step: Step
    reason: str


class Schedule:
    """Decides for each frame; is told afterwards what the look cost and what it saw."""

    def __init__(self, config: ScheduleConfig) -> None:
        self._config = config
        self._spent: deque[tuple[float, float]] = deque()
        self._total = 0.0
        self._typical = 0.0
        self._looked: float | None = None
        self._detected: float | None = None
        self._occupied = self._settled = False
        self.counts: Counter[str] = Counter()

    def plan(self, now: float, motion: float) -> Plan:
        """motion: the share of the picture that changed since the last look, 0..1."""
        plan = self._plan(now, motion)
        self.counts[f"{plan.step.value}:{plan.reason}"] += 1
        return plan

    def _plan(self, now: float, motion: float) -> Plan:
        if self._looked is None or self._detected is None:
            return Plan(Step.DETECT, "first")
        gap = now - self._looked
        if gap < 0:
            # The clock was set back: begin anew rather than wait for it to catch up.
            self._looked = now
            return Plan(Step.SKIP, "clock")
        # A machine on which looks are dear looks less often, and keeps half the budget for a calmer minute.
        shortest = max(1 / self._config.max_rate, self._typical / (2 * self._config.cpu_budget))
        if gap < shortest - 1e-6:
            return Plan(Step.SKIP, "rate")
        reason = self._reason(gap, motion)
        if reason is None:
            return Plan(Step.SKIP, "still")
        self._forget(now)
        if self._total + self._typical > self._config.cpu_budget * WINDOW:
            return Plan(Step.SKIP, "budget")
        held = self._occupied and motion < MOTION and now - self._detected < DETECT_EVERY
        return Plan(Step.CLASSIFY if held else Step.DETECT, reason)

    def _reason(self, gap: float, motion: float) -> str | None:
        if self._occupied and not self._settled:
            return "uncertain"
        if motion >= MOTION and (not self._occupied or gap >= self._config.settled / 2):
            return "motion"
        if gap >= (self._config.settled if self._occupied else self._config.empty):
            return "settled" if self._occupied else "heartbeat"
        return None

    def looked(self, now: float, step: Step, cost: float, *, occupied: bool, settled: bool) -> None:
        """Note a look.

        cost: CPU seconds that it took. occupied: somebody is or just was in view. settled: the mood is sure.
        """
        self._looked = now
        if step is Step.DETECT:
            self._detected = now
        self._occupied, self._settled = occupied, settled
        self._spent.append((now, cost))
        self._total += cost
        self._typical = cost if self._typical == 0 else 0.8 * self._typical + 0.2 * cost

    def _forget(self, now: float) -> None:
        while self._spent and self._spent[0][0] <= now - WINDOW:
            self._total -= self._spent.popleft()[1]
        if not self._spent:
            self._total = 0.0
