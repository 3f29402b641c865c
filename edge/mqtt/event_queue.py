"""Events on their way to the broker: not retained, sent once, dropped when they are a minute old."""

from __future__ import annotations

import time
from collections import deque

from edge.mqtt.connection import MqttConnection

EVENT_LIFETIME_S = 60.0
MAX_WAITING = 100
# After a refusal by the broker.
RETRY_S = 1.0


class EventQueue:
    """Events that wait for the broker, oldest first.

    sent, dropped: how many were handed to the client, and how many were given up. All methods but `acked` and `refused`
    are called with the device's lock held.
    """

    def __init__(self, connection: MqttConnection, topic: str) -> None:
        self.sent = self.dropped = 0
        self._connection, self._topic = connection, topic
        self._waiting: deque[tuple[float, str]] = deque()
        # By message id; the broker hasn't acknowledged them.
        self._in_flight: dict[int, tuple[float, str]] = {}
        # Those that the broker refused, and until when the others wait for them.
        self._returned: deque[tuple[float, str]] = deque()
        self._pause_until = 0.0

    def add(self, text: str) -> None:
        """Append an event; the oldest is dropped if too many wait."""
        self._waiting.append((time.monotonic(), text))
        if len(self._waiting) > MAX_WAITING:
            self._waiting.popleft()
            self.dropped += 1

    def publish(self) -> None:
        """Publish what waits, until the client takes no more."""
        now = time.monotonic()
        if self._returned:
            returned = [self._returned.popleft() for _ in range(len(self._returned))]
            self._waiting.extendleft(sorted(returned, reverse=True))
            self._pause_until = now + RETRY_S
        if now < self._pause_until:
            return
        while self._waiting:
            added_at, text = self._waiting[0]
            remaining = EVENT_LIFETIME_S - (time.monotonic() - added_at)
            if remaining > 0:
                mid = self._connection.publish(self._topic, text, retain=False, expires_s=remaining)
                if mid is None:
                    return
                self.sent += 1
                self._in_flight[mid] = (added_at, text)
                if not self._connection.unacked(mid):
                    self._in_flight.pop(mid, None)
            else:
                self.dropped += 1
            self._waiting.popleft()

    def requeue(self) -> None:
        """Put back what the last connection took and didn't deliver."""
        self._waiting.extendleft(sorted(self._in_flight.values(), reverse=True))
        self._in_flight.clear()
        self._pause_until = 0.0

    def acked(self, mid: int) -> None:
        """The broker acknowledged a message; called in paho's thread, without the lock."""
        self._in_flight.pop(mid, None)

    def refused(self, mid: int) -> None:
        """The broker refused a message; called in paho's thread, without the lock."""
        event = self._in_flight.pop(mid, None)
        if event is not None:
            self._returned.append(event)
