"""`LookSchedule`: when the playback is looked at next. Pure."""

from __future__ import annotations

from edge.players.spotify.account import SpotifyAccount
from edge.players.spotify.executor import SETTLE_S, CommandExecutor
from edge.players.spotify.pending import CONFIRM_TIMEOUT_S, SONG_END_WINDOW_S, PendingCommands

POLL_INTERVAL_S = 30.0
DOUBTFUL_POLL_INTERVAL_S = 10.0
DOUBTFUL_POLLS_S = 60.0  # soon after a pause, which may end by itself, and after the music's name is missing
STARTING_POLL_INTERVAL_S = 4.0  # while music that was accepted isn't shown to play
IDLE_POLL_INTERVAL_S = 120.0  # when nothing has been playing for a while
# Used shares of the budget from which the playback is looked at every 60 s and every 120 s.
FEWER_POLLS_FROM, SPARSE_POLLS_FROM = 0.5, 0.75
WAIT_MIN_S = 0.05
AFTER_SONG_END_S = 1.5


class LookSchedule:
    """Chooses the time of the next look from what is known of the playback and what is pending."""

    def __init__(self, account: SpotifyAccount, pending: PendingCommands, executor: CommandExecutor) -> None:
        self._account, self._pending, self._executor = account, pending, executor

    def wait(self, now: float) -> float:
        """Seconds until the player has something to do: a look, a command, or a check of one."""
        account, pending = self._account, self._pending
        if account.blocked_until > now:
            return account.blocked_until - now
        if pending.unconfirmed is not None:
            failed_at = pending.unconfirmed.at
            checks = (SETTLE_S, CONFIRM_TIMEOUT_S, pending.unconfirmed.patience)
            check_at = next((failed_at + after for after in checks if now < failed_at + after), now)
            return check_at - now
        if pending.wishes or pending.commands:
            return max(WAIT_MIN_S, pending.commands[0].due - now if pending.commands else 0.0)
        if now - account.commanded_at < SETTLE_S:
            return account.commanded_at + SETTLE_S - now
        return max(WAIT_MIN_S, self.next_look() - now)

    def next_look(self) -> float:
        """When to observe the playback next, on the player's clock."""
        account, deferred = self._account, self._pending.deferred
        look = account.observed_at + self._interval()
        end = account.playback.end() if account.playback is not None else None
        if end is None:
            return look
        if deferred is None:
            return min(look, max(end, account.observed_at) + AFTER_SONG_END_S)
        # One observation shortly before the end makes sure that the song is still playing.
        check_at = end - SONG_END_WINDOW_S
        if account.observed_at < check_at - 0.1:
            return min(look, check_at)
        return min(look, end - deferred.lead_time(account.playback))

    def _interval(self) -> float:
        """Seconds: shorter just after a pause, longer in silence, and the longer the less of the budget is left."""
        budget = self._account.api.budget
        share = budget.counts().share if budget is not None else 0.0
        if self._account.idle() or share >= SPARSE_POLLS_FROM:
            return IDLE_POLL_INTERVAL_S
        if self._executor.starting:
            return STARTING_POLL_INTERVAL_S
        doubtful_for = min(self._account.paused_for, self._account.unnamed_for)
        if doubtful_for < DOUBTFUL_POLLS_S or self._waits_for_next_song():
            return DOUBTFUL_POLL_INTERVAL_S
        return 2 * POLL_INTERVAL_S if share >= FEWER_POLLS_FROM else POLL_INTERVAL_S

    def _waits_for_next_song(self) -> bool:
        """True while music waits for the end of a song that only the next song shows."""
        playback = self._account.playback
        return self._pending.deferred is not None and playback is not None and playback.end() is None
