"""The frame-skipping scheduler: decides for each frame whether to look at it.

Pure: time, motion and costs are arguments. A frame is looked at if there is a reason to, and if the CPU budget allows
it. Each look and each skip has a reason, and reasons are counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from edge.budget import TokenBucket
from edge.config import ScheduleConfig
from edge.room.person import SAME_LOOK_WITHIN_S

# The budget holds over any window of this length: the most that can be saved up, plus what is earned meanwhile.
BUDGET_WINDOW_S = 60.0
# Unspent budget is saved up for this long at most.
BUDGET_SAVED_MAX_S = 10.0
# If this share of the picture changed, somebody may have moved.
MOTION_SHARE = 0.02
# The whole picture is searched this often although everybody is followed, and after motion elsewhere.
SEARCH_EVERY_S = 8.0
SEARCH_AFTER_MOTION_S = 1.0
# The expression of somebody who moves may have changed: look sooner, at this share of the settled interval.
MOVING_INTERVAL_SHARE = 0.7
# An uncertain mood is looked at with every frame for this long. After that the face is hard to read, and looks that the
# mood filter counts as one are wasted.
UNCERTAIN_AT_FULL_RATE_S = 1.0
# A kind of look is expected to cost as much as its most expensive recent one, which fades by this factor a look.
COST_DECAY = 0.95
# However the configuration and the heat slow looks down, one may follow after the first of these times, and does after
# the second; the third counts if only the budget is in the way. Otherwise somebody could come and go unseen.
LOOK_ALLOWED_AFTER_S, LONGEST_INTERVAL_S, LONGEST_BUDGET_WAIT_S = 5.0, 10.0, 30.0
# People who move are looked at as if `settled` were at most this.
MOVING_SETTLED_MAX_S = 2.0
# Frame times are rounded; a frame that is early by this much is on time.
TIME_TOLERANCE_S = 1e-6


class LookKind(str, Enum):
    """What to do with a frame: skip it, search it for faces, or only read the faces that are followed."""

    SKIP = "skip"
    DETECT = "detect"
    CLASSIFY = "classify"


@dataclass(frozen=True)
class Plan:
    """What to do with one frame. reason: such as `motion` or `budget`."""

    kind: LookKind
    reason: str


class FramePolicy(Protocol):
    """Decides which frames are looked at: `Scheduler`, or what a benchmark compares it with."""

    counts: Counter[str]
    slowdown: float

    @property
    def calm(self) -> bool: ...

    def needs_motion(self, now: float) -> bool: ...

    def plan(self, now: float, motion: float, near: float = 0.0) -> Plan: ...

    def record_look(
        self, now: float, kind: LookKind, cost: float, *, occupied: bool, settled: bool, lost: bool = False
    ) -> None: ...


class Scheduler:
    """Decides for each frame, and is given the cost and the result of each look.

    slowdown: the factor by which looks become rarer while the machine is too hot. counts: frames by `kind:reason`.
    """

    def __init__(self, config: ScheduleConfig) -> None:
        self.slowdown = 1.0
        self.counts: Counter[str] = Counter()
        self._config = config
        # CPU seconds earned a second.
        self._budget_rate = config.cpu_budget * (BUDGET_WINDOW_S - BUDGET_SAVED_MAX_S) / BUDGET_WINDOW_S
        self._budget = TokenBucket(rate=self._budget_rate, capacity=config.cpu_budget * BUDGET_SAVED_MAX_S)
        self._expected_costs: dict[LookKind, float] = {}
        self._last_look: float | None = None
        self._last_search = 0.0
        self._occupied = self._settled = self._lost = False
        self._uncertain_since: float | None = None

    @property
    def calm(self) -> bool:
        """True while the mood is settled or the room is empty, so that frames may come slowly."""
        return self._last_look is not None and not self._lost and (self._settled or not self._occupied)

    @property
    def longest_wait(self) -> float:
        """The most seconds between two looks while frames come.

        This is the slowest configured interval, or the time in which the budget pays for two of the most expensive
        looks, because the cost of a look is known only afterwards; both within their limits.
        """
        interval = max(self._config.settled, self._config.empty, 1 / self._config.max_rate) * self.slowdown
        highest_cost = max(self._expected_costs.values(), default=0.0)
        paid = 2 * highest_cost / self._budget_rate if self._budget_rate > 0 else LONGEST_BUDGET_WAIT_S
        return max(min(interval, LONGEST_INTERVAL_S), min(paid, LONGEST_BUDGET_WAIT_S))

    def needs_motion(self, now: float) -> bool:
        """False if this frame is skipped whatever its motion is."""
        return self._last_look is None or not 0 <= now - self._last_look < self._shortest_interval

    def plan(self, now: float, motion: float, near: float = 0.0) -> Plan:
        """What to do with the frame taken at `now`.

        motion: the share (0..1) of the picture away from people that changed since the last look.
        near: the same for the picture round the people who are followed.
        """
        plan = self._plan(now, motion, near)
        self.counts[f"{plan.kind.value}:{plan.reason}"] += 1
        return plan

    def record_look(
        self, now: float, kind: LookKind, cost: float, *, occupied: bool, settled: bool, lost: bool = False
    ) -> None:
        """Record a look.

        cost: CPU seconds. occupied: somebody is or just was in view. settled: more looks would change the mood little.
        lost: somebody who was followed wasn't found again.
        """
        self._last_look = now
        if kind is LookKind.DETECT:
            self._last_search = now
        self._occupied, self._settled, self._lost = occupied, settled, lost
        if settled or not occupied:
            self._uncertain_since = None
        elif self._uncertain_since is None:
            self._uncertain_since = now
        self._budget.spend(now, cost)
        self._expected_costs[kind] = max(cost, COST_DECAY * self._expected_costs.get(kind, 0.0))

    @property
    def _shortest_interval(self) -> float:
        return min(self.slowdown / self._config.max_rate, LOOK_ALLOWED_AFTER_S) - TIME_TOLERANCE_S

    def _plan(self, now: float, motion: float, near: float) -> Plan:
        if self._last_look is None:
            return Plan(LookKind.DETECT, "first")
        elapsed = now - self._last_look
        if elapsed < 0:
            # The clock went back: start again instead of waiting until it catches up.
            self._last_look, self._last_search = now, min(self._last_search, now)
            self._uncertain_since = None if self._uncertain_since is None else min(self._uncertain_since, now)
            return Plan(LookKind.SKIP, "clock")
        if elapsed < self._shortest_interval:
            return Plan(LookKind.SKIP, "rate")
        reason = self._reason(now, elapsed, motion, near)
        if reason is None:
            return Plan(LookKind.SKIP, "still")
        kind = self._kind(now, motion)
        affordable = self._budget.affords(now, self._expected_costs.get(kind, 0.0))
        if not affordable and elapsed < LONGEST_BUDGET_WAIT_S - TIME_TOLERANCE_S:
            return Plan(LookKind.SKIP, "budget")
        return Plan(kind, reason)

    def _reason(self, now: float, elapsed: float, motion: float, near: float) -> str | None:
        """Why to look now. elapsed: seconds since the last look."""
        if self._lost:
            return "lost"
        overdue = elapsed >= LONGEST_INTERVAL_S - TIME_TOLERANCE_S
        elapsed /= self.slowdown
        if self._uncertain_since is not None and (
            now - self._uncertain_since < UNCERTAIN_AT_FULL_RATE_S or elapsed >= SAME_LOOK_WITHIN_S - TIME_TOLERANCE_S
        ):
            return "uncertain"
        if motion >= MOTION_SHARE and (not self._occupied or elapsed >= SEARCH_AFTER_MOTION_S):
            return "motion"
        if near >= MOTION_SHARE and elapsed >= MOVING_INTERVAL_SHARE * min(self._config.settled, MOVING_SETTLED_MAX_S):
            return "moving"
        if overdue or elapsed >= (self._config.settled if self._occupied else self._config.empty):
            return "settled" if self._occupied else "heartbeat"
        return None

    def _kind(self, now: float, motion: float) -> LookKind:
        if not self._occupied or self._lost:
            return LookKind.DETECT
        elapsed = now - self._last_search
        search = elapsed >= SEARCH_EVERY_S or (motion >= MOTION_SHARE and elapsed >= SEARCH_AFTER_MOTION_S)
        return LookKind.DETECT if search else LookKind.CLASSIFY
