"""`RequestBudget`: how many requests Spotify may get in an hour and in a day, counted over restarts.

Spotify's quota is shared by all apps of a developer account and isn't published; a day's ban after 2,600 requests has
been seen. The counts are saved in blocks, before they are used, so that a crash forgets no request.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge.players.spotify.errors import BudgetUsedUpError
from edge.system import state
from edge.system.files import make_folder, write_atomically
from edge.system.reading import read_text
from edge.text import parse_json

FILE_NAME = "spotify_requests.json"
HOUR_S, DAY_S = 3600.0, 86400.0
REQUESTS_HOUR_MAX, REQUESTS_DAY_MAX = 600, 2000
PERIOD_S = 600  # requests are counted by periods of this length
PERIOD_DIGITS_MAX = 12
BLOCK = 10  # requests that are saved at once, to spare the card
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RequestCounts:
    """Requests in the last hour and in the last 24 hours, and how many are allowed."""

    hour: int
    day: int
    hour_max: int = REQUESTS_HOUR_MAX
    day_max: int = REQUESTS_DAY_MAX

    @property
    def share(self) -> float:
        """The used share of the budget, 0..1: of the hour or of the day, whichever is larger."""
        return max(self.hour / self.hour_max, self.day / self.day_max)

    def __str__(self) -> str:
        return f"{self.hour:,} of {self.hour_max:,} requests this hour, {self.day:,} of {self.day_max:,} in 24 hours"


class RequestBudget:
    """Counts the requests of one program; others that use the same file are counted too. Used by one thread.

    `counts` may be called by any thread.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        now: Callable[[], float] = time.time,
        hour_max: int = REQUESTS_HOUR_MAX,
        day_max: int = REQUESTS_DAY_MAX,
    ) -> None:
        """folder: defaults to the state directory. now: returns Unix time."""
        self._folder, self._now, self._hour_max, self._day_max = folder, now, hour_max, day_max
        self._unwritable = False
        self._periods = self._recent(self._read())
        # Requests that are saved as sent in a period, but weren't yet.
        self._reserved, self._reserved_in = 0, self._period()
        self._saved = False

    def give_back(self) -> None:
        """A request that was counted didn't reach Spotify."""
        self._reserved += 1

    def take(self) -> None:
        """Count a request that is about to be sent. Raises BudgetUsedUpError if none is left."""
        if not self._saved:
            # So that times in the future become the present once.
            self._reserve(0)
        counts = self.counts()
        if counts.hour >= self._hour_max or counts.day >= self._day_max:
            hourly = counts.hour >= self._hour_max and counts.day < self._day_max
            limit, span = (self._hour_max, "an hour") if hourly else (self._day_max, "a day")
            wait = self._free_after(HOUR_S if hourly else DAY_S, limit)
            at = time.strftime("%H:%M", time.localtime(self._now() + wait))
            raise BudgetUsedUpError(
                f"spotify: {limit:,} requests in {span} are Moodroom's budget, so that Spotify doesn't lock the "
                f"account; the next one is possible at {at}, and the music stays as it is",
                retry_after=wait,
            )
        if self._reserved <= 0 or self._reserved_in != self._period():
            self._reserve(BLOCK)
        self._reserved -= 1

    def counts(self) -> RequestCounts:
        """The requests so far."""
        now, periods = self._now(), dict(self._periods)
        return RequestCounts(
            max(0, sum(count for at, count in periods.items() if at > now - HOUR_S) - self._reserved),
            max(0, sum(count for at, count in periods.items() if at > now - DAY_S) - self._reserved),
            self._hour_max,
            self._day_max,
        )

    def close(self) -> None:
        """Give back what was reserved and not sent."""
        if self._reserved:
            self._reserve(0)

    def _free_after(self, span: float, limit: int) -> float:
        """Seconds until less than `limit` requests were sent within `span` seconds."""
        now = self._now()
        within = sorted((at, count) for at, count in self._periods.items() if at > now - span)
        left = sum(count for _, count in within) - self._reserved
        for at, count in within:
            left -= count
            if left < limit:
                return max(1.0, at + span - now)
        return span

    def _period(self) -> float:
        return self._now() // PERIOD_S * PERIOD_S

    def _reserve(self, count: int) -> None:
        """Save that this program is about to send `count` requests, instead of those that it reserved before.

        Another program may have added to the file since.
        """
        now, known, saved = self._now(), self._recent(self._periods), self._recent(self._read())
        # What couldn't be written to a full disk is kept in memory.
        periods = {at: max(known.get(at, 0), saved.get(at, 0)) for at in (*known, *saved)}
        for period, change in ((self._reserved_in, -self._reserved), (self._period(), count)):
            periods[period] = periods.get(period, 0) + change
        self._periods = {at: counted for at, counted in periods.items() if counted > 0 and at > now - DAY_S}
        self._reserved, self._reserved_in, self._saved = count, self._period(), True
        text = json.dumps({f"{at:.0f}": counted for at, counted in sorted(self._periods.items())})
        try:
            path = (self._folder or state.directory()) / FILE_NAME
            make_folder(path.parent)
            write_atomically(path, text)
            self._unwritable = False
        except OSError as error:
            if not self._unwritable:
                log.warning("state: %s can't be written (%s); a restart forgets it", FILE_NAME, error.strerror)
            self._unwritable = True

    def _recent(self, periods: dict[float, int]) -> dict[float, int]:
        """The requests of the last day; those in the future, from a clock that was wrong, count as the present's."""
        now, present = self._now(), self._period()
        recent: dict[float, int] = {}
        for at, count in periods.items():
            if at > now - DAY_S:
                period = min(at, present)
                recent[period] = recent.get(period, 0) + count
        return recent

    def _read(self) -> dict[float, int]:
        """The saved requests by period; none where the file is missing or damaged."""
        try:
            saved = parse_json(read_text((self._folder or state.directory()) / FILE_NAME))
        except (OSError, ValueError):
            return {}
        return {
            float(key): min(count, REQUESTS_DAY_MAX)
            for key, count in (saved.items() if isinstance(saved, dict) else ())
            if key.isdecimal() and len(key) <= PERIOD_DIGITS_MAX and type(count) is int and count > 0
        }
