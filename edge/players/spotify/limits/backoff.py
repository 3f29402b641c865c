"""Waits between tries that grow as a failure lasts, from 2 s to 15 minutes. Pure."""

from __future__ import annotations

from edge.players.spotify.errors import SpotifyError, repeated

RETRY_MIN_S, RETRY_MAX_S = 2.0, 900.0
HOLD_FROM_S = 60.0  # the playback is looked at every 30 s
EARLY_S = 0.1  # a try this long before the wait is over still counts as the next one


class Backoff:
    """Counts failures in a row, whatever their kind, until a success."""

    def __init__(self) -> None:
        # The last wait that grew by itself, in seconds.
        self.wait = 0.0
        self._until = float("-inf")

    @property
    def failing(self) -> bool:
        """True from a failure to the next success."""
        return self.wait > 0

    def failed(self, now: float, *, at_least: float = 0.0) -> float:
        """Return the seconds until the next try: twice the last wait, and what the error asks for at least.

        A failure before the last wait was over, for example of a person's request, doesn't lengthen it.
        """
        if now >= self._until - EARLY_S:
            self.wait = min(max(2 * self.wait, RETRY_MIN_S), RETRY_MAX_S)
            self._until = now + self.wait
        self._until = max(self._until, now + at_least)
        return self._until - now

    def succeeded(self) -> None:
        """Start anew."""
        self.wait, self._until = 0.0, float("-inf")


class RequestPace:
    """When a failed player tries again. Reading and commands wait apart from each other.

    A command that has to wait for long is held, so that the playback is still looked at meanwhile.
    """

    def __init__(self) -> None:
        self.reading, self.commands = Backoff(), Backoff()
        self._held: SpotifyError | None = None
        self._held_until = float("-inf")

    def reading_failed(self, error: SpotifyError, now: float) -> None:
        """The playback couldn't be read: set the error's `retry_after`."""
        if error.request_failed:
            error.retry_after = self.reading.failed(now, at_least=error.retry_after or 0.0)

    def command_failed(self, error: SpotifyError, now: float) -> None:
        """A command couldn't be sent: set the error's `retry_after`."""
        if not error.request_failed or error.lasting:
            return
        error.retry_after = self.commands.failed(now, at_least=error.retry_after or 0.0)
        if self.commands.wait >= HOLD_FROM_S:
            self._held, self._held_until = error, now + error.retry_after

    def read(self) -> None:
        """The playback was read; after a failure commands are worth a try too."""
        if self.reading.failing:
            self.reading.succeeded()
            self.commanded()

    def commanded(self) -> None:
        """A command took effect."""
        self.commands.succeeded()
        self.release()

    def start_anew(self) -> None:
        """Forget all failures: their cause may be gone, as after a new login."""
        self.reading.succeeded()
        self.commanded()

    def release(self) -> None:
        """Let a held command be tried now."""
        self._held = None

    def held(self, now: float) -> SpotifyError | None:
        """The error for which commands wait, None if they don't."""
        if self._held is None or now >= self._held_until - EARLY_S:
            return None
        return repeated(self._held, self._held_until - now)
