"""What the three working threads do, a turn at a time: capture, vision, playing. Images stay between the first two."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from edge.errors import PlayerError
from edge.events import ProblemOccurred
from edge.players.player import Player
from edge.players.spotify.login_reminder import LoginReminder
from edge.players.wish_queue import WishQueue
from edge.players.wishes import AbandonedWish, patience, words
from edge.values import Playback, Problem, Wish

log = logging.getLogger(__name__)
# Waits after an error that names none, seconds: the first, and the longest; when a player counts as away.
FIRST_WAIT, MOST_WAIT, AWAY_AFTER = 1.0, 30.0, 10.0
MOST_HOPELESS = 32
TURN_MAX_S = 0.5  # a stop waits for the turn
EARLY_S = 0.01  # by which a wait may end too soon
MIN_LOOK_INTERVAL_S = 0.05  # for a player that asks for a look again and again


class PlayerDriver:
    """Owns the player: does what is wished, and tells what plays.

    While the player has to wait (no login, quota used up, speaker asleep), a wish is tried all the same, which costs no
    call that Spotify has forbidden, and whoever asked is told at once why it isn't done.
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
        """post: is told what plays, the player's problem, each wish that is given up, and why, as an event.

        wall: Unix time.
        """
        self._player, self._wishes, self._post, self._clock = player, wishes, post, clock
        self._look_at, self._looked_at = 0.0, float("-inf")
        self._failing: float | None = None
        self._answered = False
        self._wait = FIRST_WAIT
        self._hopeless: list[Wish] = []
        self._login_end = LoginReminder(now=wall)

    def turn(self) -> None:
        """Wait at most TURN_MAX_S for a wish; carry it out, and look at the player if that is due."""
        wish = self._wishes.get(min(TURN_MAX_S, self.seconds_until_look()))
        if wish is None and self.seconds_until_look() > EARLY_S:
            return
        try:
            if wish is not None:
                self._apply(wish)
            self._post(self._player.playback())
        except PlayerError as error:
            if not error.lasting:
                self._failed(error)
                return
            # About one wish only, which is told; the player itself works, and is looked at again.
            self._look_at = self._clock() + (error.retry_after or FIRST_WAIT)
        else:
            self._failing, self._wait, self._answered = None, FIRST_WAIT, True
            self._look_at = self._clock() + self._player.wait()
        finally:
            self._looked_at = self._clock()
            for gone in self._player.given_up():
                self._give_up(gone)
            ending = self._login_end.event(self._clock(), lambda: self._player.login_expires)
            if ending is not None:
                log.warning("%s", ending.message)
                self._post(ending)

    def seconds_until_look(self) -> float:
        """Seconds until the player is to be looked at again; it may ask for it sooner, for example after a change."""
        left = self._look_at - self._clock()
        if self._failing is None:
            left = max(min(left, self._player.wait()), self._looked_at + MIN_LOOK_INTERVAL_S - self._clock())
        return max(0.0, left)

    def _apply(self, wish: Wish) -> None:
        try:
            self._player.apply(wish)
        except PlayerError as error:
            if not error.lasting:
                if (error.retry_after or 0.0) > patience(wish):
                    self._hopeless = [*self._hopeless, wish][-MOST_HOPELESS:]
                    self._tell(f"can't {words(wish)}: {error}")
                    self._post(wish)
                else:
                    self._tell(f"will {words(wish)} if it can within {patience(wish) / 60:.0f} min: {error}")
                raise
            gone = self._player.given_up()
            for one in (
                gone if any(one.wish == wish for one in gone) else [*gone, AbandonedWish(wish, str(error), True)]
            ):
                self._give_up(one)

    def _failed(self, error: PlayerError) -> None:
        now = self._clock()
        if self._failing is None:
            self._failing = now
        wait = self._wait if error.retry_after is None else error.retry_after
        self._wait = min(2 * self._wait, MOST_WAIT)
        self._look_at = now + wait
        self._post(Problem("player", str(error)))
        if not self._answered or wait >= AWAY_AFTER or now - self._failing >= AWAY_AFTER:
            # What played when it last answered may be long over; a hiccup is none of it.
            self._post(Playback("unavailable", self._player.name))

    def _give_up(self, gone: AbandonedWish) -> None:
        if gone.wish in self._hopeless:
            # That was said when it was asked for.
            self._hopeless.remove(gone.wish)
            return
        self._post(gone.wish)
        if gone.fault:
            self._tell(f"can't {words(gone.wish)}: {gone.why}")
        else:
            log.info("%s: won't %s: %s", self._player.name, words(gone.wish), gone.why)

    def _tell(self, message: str) -> None:
        log.warning("%s: %s", self._player.name, message)
        self._post(ProblemOccurred(self._clock(), "player", message))
