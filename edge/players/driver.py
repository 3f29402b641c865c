"""`PlayerDriver`: what the thread does that owns the player."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from edge.errors import PlayerError, reported
from edge.events import ProblemOccurred
from edge.players.player import ChoosesSpeaker, Player, RenewsLogin, Seeks, TellsNotices
from edge.players.spotify.login_reminder import LoginReminder
from edge.players.wish_queue import WishQueue
from edge.players.wishes import AbandonedWish, describe, patience
from edge.sentences import Sentence
from edge.values import Act, Playback, Problem, Wish

# After an error that names no time.
RETRY_MIN_S, RETRY_MAX_S = 1.0, 30.0
UNAVAILABLE_AFTER_S = 10.0
GONE_AFTER_S = 3.0  # a restart of MPD takes less
MAX_REPORTED = 32
TURN_MAX_S = 0.25  # a stop, and a change that the player reports by itself, wait for the end of the turn
LOGIN_CHECK_INTERVAL_S = 5.0  # while the player fails
WAIT_TOLERANCE_S = 0.01  # by which a wait may end too soon
MIN_LOOK_INTERVAL_S = 0.05  # for a player that asks for a look again and again
log = logging.getLogger(__name__)


class PlayerDriver:
    """Carries out wishes and reports what is playing.

    A wish is tried even while the player has to wait, for example without a login or with a sleeping speaker. That
    costs no call that Spotify has forbidden, and the person who made the request hears at once why it isn't met.
    """

    def __init__(
        self,
        player: Player,
        wishes: WishQueue,
        *,
        post: Callable[[Playback | Problem | ProblemOccurred | Wish], None],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """post: called with each playback, each problem of the player, and each wish that is abandoned.

        clock: monotonic seconds. wall: Unix time.
        """
        self._player, self._wishes, self._post, self._clock = player, wishes, post, clock
        self._look_at, self._looked_at = 0.0, float("-inf")
        self._login_checked_at = float("-inf")
        self._failing_since: float | None = None
        self._has_answered = False
        self._retry_s = RETRY_MIN_S
        self._reported: list[Wish] = []
        self._login_reminder = LoginReminder(now=wall)

    def turn(self) -> None:
        """Wait at most TURN_MAX_S for a wish; carry it out, and look at the player if that is due."""
        wish = self._wishes.get(min(TURN_MAX_S, self.seconds_until_look()))
        self._check_login()
        if wish is None and self.seconds_until_look() > WAIT_TOLERANCE_S:
            return
        try:
            if wish is not None:
                self._apply(wish)
            self._post(self._player.playback())
        except PlayerError as error:
            if not error.lasting:
                self._player_failed(error)
                return
            # Only one wish failed, which has been reported; the player itself works.
            self._look_at = self._clock() + (error.retry_after or RETRY_MIN_S)
        else:
            self._failing_since, self._retry_s, self._has_answered = None, RETRY_MIN_S, True
            self._look_at = self._clock() + self._player.wait()
        finally:
            self._looked_at = self._clock()
            for abandoned in self._player.take_abandoned():
                self._report_abandoned(abandoned)
            if isinstance(self._player, TellsNotices):
                for notice in self._player.take_notices():
                    self._report_problem(notice)
            reminder = self._login_reminder.event(self._clock(), lambda: self._player.login_expires)
            if reminder is not None:
                log.warning("%s", reminder.message)
                self._post(reminder)

    def seconds_until_look(self) -> float:
        """Return the seconds until the player is due for a look, which it may want sooner after a change."""
        left = self._look_at - self._clock()
        if self._failing_since is None:
            left = max(min(left, self._player.wait()), self._looked_at + MIN_LOOK_INTERVAL_S - self._clock())
        return max(0.0, left)

    def _check_login(self) -> None:
        """End the wait after a failure if somebody has logged in again meanwhile."""
        now = self._clock()
        if self._failing_since is None or now < self._login_checked_at + LOGIN_CHECK_INTERVAL_S:
            return
        self._login_checked_at = now
        if isinstance(self._player, RenewsLogin) and self._player.login_renewed():
            self._look_at = now

    def _apply(self, wish: Wish) -> None:
        try:
            if wish.act in (Act.SPEAKER, Act.SEEK):
                self._do_at_once(wish)
            else:
                self._player.apply(wish)
        except PlayerError as error:
            if not error.lasting:
                if (error.retry_after or 0.0) > patience(wish):
                    self._reported = [*self._reported, wish][-MAX_REPORTED:]
                    self._report_problem(Sentence("can't {act}: {why}", act=describe(wish), why=reported(error)))
                    self._post(wish)
                else:
                    minutes = patience(wish) / 60
                    will = Sentence(
                        "will {act} if possible within {minutes} min: {why}",
                        act=describe(wish),
                        minutes=f"{minutes:.0f}",
                        why=reported(error),
                    )
                    self._report_problem(will)
                raise
            all_abandoned = self._player.take_abandoned()
            if not any(abandoned.wish == wish for abandoned in all_abandoned):
                all_abandoned.append(AbandonedWish(wish, reported(error), True))
            for abandoned in all_abandoned:
                self._report_abandoned(abandoned)

    def _do_at_once(self, wish: Wish) -> None:
        """Choose a speaker or seek: done now or not at all. Raises PlayerError, which is about this wish alone."""
        player = self._player
        try:
            if wish.speaker is not None and isinstance(player, ChoosesSpeaker):
                player.choose_speaker(wish.speaker)
            elif wish.position is not None and isinstance(player, Seeks):
                player.seek(wish.position)
        except PlayerError as error:
            error.lasting = True
            raise

    def _player_failed(self, error: PlayerError) -> None:
        now = self._clock()
        if self._failing_since is None:
            self._failing_since = now
        wait = self._retry_s if error.retry_after is None else error.retry_after
        self._retry_s = min(2 * self._retry_s, RETRY_MAX_S)
        self._look_at = now + wait
        self._post(Problem("player", reported(error)))
        failing_for = now - self._failing_since
        is_gone = error.gone and failing_for >= GONE_AFTER_S
        if is_gone or error.silent or not self._has_answered or max(wait, failing_for) >= UNAVAILABLE_AFTER_S:
            # Not after a short failure, during which the music goes on.
            self._post(Playback("unavailable", self._player.name))

    def _report_abandoned(self, abandoned: AbandonedWish) -> None:
        if abandoned.wish in self._reported:
            # It was reported as hopeless when it was requested.
            self._reported.remove(abandoned.wish)
            return
        self._post(abandoned.wish)
        if abandoned.fault:
            self._report_problem(Sentence("can't {act}: {why}", act=describe(abandoned.wish), why=abandoned.why))
        else:
            log.info("%s: won't %s: %s", self._player.name, describe(abandoned.wish), abandoned.why)

    def _report_problem(self, message: str) -> None:
        log.warning("%s: %s", self._player.name, message)
        self._post(ProblemOccurred(self._clock(), "player", message))
