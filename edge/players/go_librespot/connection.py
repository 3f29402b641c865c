"""`DaemonConnection`: requests to the daemon, and the events that it tells by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge.errors import PlayerError
from edge.players.go_librespot.errors import PERSON_RETRY_S, DaemonLostError, UnreadableDaemonError, refused
from edge.players.go_librespot.messages import DaemonEvent, DaemonStatus, parse_event, parse_status
from edge.players.go_librespot.rest import DaemonApi
from edge.players.websocket_link import Link

ANSWER_TIMEOUT_S = 3.0
# Music is looked up and fetched before its start is answered; the daemon gives up after 30 s.
START_TIMEOUT_S = 10.0
LISTEN_RETRY_MIN_S, LISTEN_RETRY_MAX_S = 2.0, 60.0
# So many events are read in one go, and kept.
EVENTS_MAX = 500


class DaemonConnection:
    """Used by one thread. Its requests raise GoLibrespotError.

    gaps: how often events may have been missed since the start.
    """

    def __init__(self, api: DaemonApi, open_events: Callable[[], Link], clock: Callable[[], float]) -> None:
        """clock: monotonic seconds."""
        self._api, self._open_events, self._clock = api, open_events, clock
        self._link: Link | None = None
        self._events: list[DaemonEvent] = []
        self._listen_at, self._retry_s = float("-inf"), LISTEN_RETRY_MIN_S
        self.gaps = 0

    @property
    def listening(self) -> bool:
        """True while changes are told, so that the daemon need not be polled."""
        return self._link is not None

    def status(self) -> DaemonStatus | None:
        """Return what the daemon does; None while no account is connected."""
        try:
            answer = self._api.call("GET", "/status", timeout=ANSWER_TIMEOUT_S)
        except DaemonLostError as error:
            # A daemon that hangs is asked less and less often.
            error.retry_after = None
            raise
        if answer.status == 204:
            return None
        if answer.status != 200:
            raise refused(answer.status)
        try:
            return parse_status(answer.body)
        except ValueError:
            raise UnreadableDaemonError(
                "go_librespot: what answers isn't go-librespot; check go_librespot.host and port",
                retry_after=PERSON_RETRY_S,
            ) from None

    def get(self, path: str) -> Any:
        """Return the JSON at a path; None where there is none."""
        answer = self._api.call("GET", path, timeout=ANSWER_TIMEOUT_S)
        return answer.body if answer.status == 200 else None

    def command(self, path: str, *, about: str = "", timeout: float = ANSWER_TIMEOUT_S, **body: Any) -> None:
        """Send a command. about: the music that it is to play."""
        answer = self._api.call("POST", path, body, timeout=timeout)
        if answer.status != 200:
            raise refused(answer.status, about=about)

    def listen(self) -> bool:
        """Listen to the events if that isn't done, and is due again; never raises. Returns True where it has begun."""
        now = self._clock()
        if self._link is not None or now < self._listen_at:
            return False
        try:
            self._link = self._open_events()
        except PlayerError:
            self._listen_at = now + self._retry_s
            self._retry_s = min(2 * self._retry_s, LISTEN_RETRY_MAX_S)
            return False
        self._retry_s = LISTEN_RETRY_MIN_S
        self.gaps += 1
        return True

    def poll(self) -> bool:
        """Read what has come, without waiting; never raises. Returns whether something changed."""
        changed = False
        for _ in range(EVENTS_MAX):
            if self._link is None:
                break
            try:
                text = self._link.receive(0.0)
                if text is None:
                    break
                event = parse_event(text)
            except (PlayerError, ValueError):
                self._stop_listening()
                return True
            changed = True
            if event is not None:
                self._events = [*self._events, event][-EVENTS_MAX:]
        return changed or bool(self._events)

    def take_events(self) -> list[DaemonEvent]:
        """Return the events since the last call, and forget them."""
        events, self._events = self._events, []
        return events

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def _stop_listening(self) -> None:
        self.close()
        self.gaps += 1
        self._listen_at = self._clock() + self._retry_s
