"""The frame-skipping scheduler: when is a look worth its cost?

Pure: time, motion and costs are arguments. Two questions, asked for each frame: is there a reason to look, and can the
budget pay for it? Every look and every skip has a reason, and reasons are counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum

from edge.budget import TokenBucket
from edge.config import ScheduleConfig
from edge.room.mood import SAME_LOOK_WITHIN_S

# A budget over any minute: what may be saved up, plus what comes in meanwhile, is what a minute is allowed.
WINDOW = 60.0
SAVED = 10.0
# A share of the picture that changed; above it somebody may have moved.
MOTION = 0.02
# Seconds after which the whole picture is searched again although everybody is followed.
SEARCH_EVERY = 8.0
SEARCH_MOVING = 1.0
# Somebody who moves may have changed their mind: look sooner, at this share of the settled pace.
MOVING = 0.7
# For so long a doubt is worth every look; who is still doubted then shows a face that is hard to read, and looks that
# the mood filter takes for one look aren't worth their cost.
HURRY = 1.0


class LookKind(str, Enum):
    """What to do with a frame: leave it, search it for faces, or only read the faces that are followed."""

    SKIP = "skip"
    DETECT = "detect"
    CLASSIFY = "classify"


@dataclass(frozen=True)
class Plan:
    """A step and the reason for it, such as `motion` or `budget`."""

    step: LookKind
    reason: str


class Scheduler:
    """Decides for each frame; is told afterwards what the look cost and what it saw."""

    def __init__(self, config: ScheduleConfig) -> None:
        self._config = config
        self._rate = config.cpu_budget * (WINDOW - SAVED) / WINDOW
        self._budget = TokenBucket(rate=self._rate, capacity=config.cpu_budget * SAVED)
        self._costs: dict[LookKind, float] = {}
        self._looked: float | None = None
        self._searched = 0.0
        self._occupied = self._settled = self._lost = False
        self._doubted: float | None = None
        self.slower = 1.0
        self.counts: Counter[str] = Counter()

    def wants_motion(self, now: float) -> bool:
        """False where no motion whatever would make this frame worth a look."""
        return self._looked is None or not 0 <= now - self._looked < self._shortest

    @property
    def _shortest(self) -> float:
        return self.slower / self._config.max_rate - 1e-6

    @property
    def calm(self) -> bool:
        """True while the next look is for one who is settled, or for an empty room: then frames may come slowly."""
        return self._looked is not None and not self._lost and (self._settled or not self._occupied)

    @property
    def longest_wait(self) -> float:
        """Seconds that can pass at most between two looks while frames come: the calmest pace, or until two of the
        dearest looks are paid for, since what one costs is known only afterwards.
        """
        calm = max(self._config.settled, self._config.empty, 1 / self._config.max_rate) * self.slower
        dearest = max(self._costs.values(), default=0.0)
        return max(calm, 2 * dearest / self._rate)

    def plan(self, now: float, motion: float, near: float = 0.0) -> Plan:
        """What to do with the frame of `now`.

        motion: the share of the picture that changed since the last look where nobody is known to be, 0..1.
        near: the same round the people who are followed.
        """
        plan = self._plan(now, motion, near)
        self.counts[f"{plan.step.value}:{plan.reason}"] += 1
        return plan

    def looked(
        self, now: float, step: LookKind, cost: float, *, occupied: bool, settled: bool, lost: bool = False
    ) -> None:
        """Note a look.

        cost: CPU seconds that it took. occupied: somebody is or just was in view. settled: the mood is sure.
        lost: somebody who was followed wasn't found where they were.
        """
        self._looked = now
        if step is LookKind.DETECT:
            self._searched = now
        self._occupied, self._settled, self._lost = occupied, settled, lost
        if settled or not occupied:
            self._doubted = None
        elif self._doubted is None:
            self._doubted = now
        self._budget.spend(now, cost)
        # The dearest lately: a budget that hopes for the cheapest is overdrawn.
        self._costs[step] = max(cost, 0.95 * self._costs.get(step, 0.0))

    def _plan(self, now: float, motion: float, near: float) -> Plan:
        if self._looked is None:
            return Plan(LookKind.DETECT, "first")
        gap = now - self._looked
        if gap < 0:
            # The clock was set back: begin anew rather than wait for it to catch up.
            self._looked, self._searched = now, min(self._searched, now)
            self._doubted = None if self._doubted is None else min(self._doubted, now)
            return Plan(LookKind.SKIP, "clock")
        if gap < self._shortest:
            return Plan(LookKind.SKIP, "rate")
        reason = self._reason(now, gap / self.slower, motion, near)
        if reason is None:
            return Plan(LookKind.SKIP, "still")
        step = self._step(now, motion)
        if not self._budget.affords(now, self._costs.get(step, 0.0)):
            return Plan(LookKind.SKIP, "budget")
        return Plan(step, reason)

    def _reason(self, now: float, gap: float, motion: float, near: float) -> str | None:
        if self._lost:
            return "lost"
        if self._doubted is not None and (now - self._doubted < HURRY or gap >= SAME_LOOK_WITHIN_S - 1e-6):
            return "uncertain"
        if motion >= MOTION and (not self._occupied or gap >= SEARCH_MOVING):
            return "motion"
        if near >= MOTION and gap >= MOVING * self._config.settled:
            return "moving"
        if gap >= (self._config.settled if self._occupied else self._config.empty):
            return "settled" if self._occupied else "heartbeat"
        return None

    def _step(self, now: float, motion: float) -> LookKind:
        if not self._occupied or self._lost:
            return LookKind.DETECT
        since = now - self._searched
        search = since >= SEARCH_EVERY or (motion >= MOTION and since >= SEARCH_MOVING)
        return LookKind.DETECT if search else LookKind.CLASSIFY
