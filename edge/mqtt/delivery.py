"""What goes to the broker over one connection: within its limits, and again where it was refused.

paho's thread calls `acked` without a lock. All else is called with the device's lock held, except
for what waits or asks only: `flush`, `unacked`, `silent_s`, `problems`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge.mqtt import reasons
from edge.mqtt.broker.limits import Limits
from edge.mqtt.broker.refusals import Refusals
from edge.mqtt.broker.subscriptions import Subscriptions
from edge.mqtt.topics import QOS

# The fixed header, the message's id and its properties, at most.
PACKET_EXTRA_BYTES = 20
# A message's id where it was left out.
LEFT_OUT = 0


@dataclass
class _Sent:
    """A message that the broker hasn't acknowledged. at: monotonic seconds."""

    topic: str
    payload: str | None
    retain: bool
    at: float


class Delivery:
    """Publishes through the client of the present connection; `subscriptions` subscribes."""

    def __init__(self, *, acked: Callable[[int], None], refused: Callable[[int], None]) -> None:
        """acked, refused: called with the id of a message that the broker took or refused, in paho's thread."""
        self.limits = Limits()
        self.subscriptions = Subscriptions()
        self._tell_acked, self._tell_refused = acked, refused
        self._client: paho.Client | None = None
        self._five = True
        self._idle = threading.Event()
        self._idle.set()
        self._unacked: dict[int, _Sent] = {}
        # Answers that came before `publish` had noted the message, by its id.
        self._early: dict[int, Any] = {}
        self._first_since = 0.0
        # The newest message of each topic, and what the broker answered.
        self._newest: dict[str, int] = {}
        self._answers: deque[tuple[int, _Sent, Any]] = deque()
        self._refused = Refusals()
        self._too_large: dict[str, int] = {}

    def begin(self, client: paho.Client, limits: Limits, *, five: bool) -> None:
        """Use a client that has just connected. five: whether it speaks MQTT 5."""
        self.end()
        self._early.clear()
        self._newest.clear()
        self._answers.clear()
        self._refused.clear()
        self._too_large.clear()
        self.limits, self._five, self._client = limits, five, client
        self.subscriptions.begin(client, limits, five=five)

    def end(self) -> None:
        """Forget the client, and what it left unanswered."""
        self._client = None
        self.subscriptions.end()
        self._unacked.clear()
        self._idle.set()

    def publish(self, topic: str, payload: str | None, *, retain: bool, expires_s: float | None = None) -> int | None:
        """Hand a message to the client; returns its id, or None if it can't be taken now.

        A message that is larger than the broker takes is left out; its id is LEFT_OUT.
        """
        client, limits = self._client, self.limits
        if client is None:
            return None
        if not self.fits(topic, payload):
            return LEFT_OUT
        properties = None
        if expires_s is not None and self._five:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = max(1, int(expires_s))
        qos = min(QOS, limits.qos)
        message = client.publish(topic, payload, qos=qos, retain=retain and limits.retain, properties=properties)
        if message.rc != paho.MQTT_ERR_SUCCESS:
            return None
        mid = message.mid
        self._newest[topic] = mid
        self._idle.clear()
        self._unacked[mid] = _Sent(topic, payload, retain, time.monotonic())
        if mid in self._early:
            self._settle(mid, self._early.pop(mid))
        return mid

    def fits(self, topic: str, payload: str | None) -> bool:
        """Whether the broker takes a message of this size; what it doesn't take is listed in `problems`."""
        size = len(topic.encode()) + len((payload or "").encode()) + PACKET_EXTRA_BYTES
        if self.limits.packet_bytes is not None and size > self.limits.packet_bytes:
            self._too_large[topic] = size
            return False
        self._too_large.pop(topic, None)
        return True

    def dismiss(self, topic: str) -> bool:
        """Forget that the broker refused a message on this topic; returns whether it took it."""
        return not self._refused.forget(topic)

    def retry(self, now: float) -> None:
        """Take in the broker's answers, and do again what it refused a while ago. now: monotonic seconds."""
        while self._answers:
            mid, sent, reason = self._answers.popleft()
            if self._newest.get(sent.topic) != mid:
                continue
            if not reason.is_failure:
                self._refused.forget(sent.topic)
                continue
            # Events are repeated by their queue, which knows when they are too old.
            again = (lambda sent=sent: self.publish(sent.topic, sent.payload, retain=True)) if sent.retain else None
            self._refused.note(sent.topic, reason, now, again)
        self._refused.retry(now)
        self.subscriptions.retry(now)

    @property
    def refused(self) -> bool:
        """Whether the broker has refused something that is still to be published."""
        return bool(self._refused or self._answers)

    def problems(self) -> list[str]:
        """What doesn't work although the connection does, one sentence each."""
        sentences = self._refused.sentences(reasons.not_taken) + self.subscriptions.problems()
        if self._too_large and self.limits.packet_bytes is not None:
            sentences.append(reasons.too_large(self.limits.packet_bytes, dict(self._too_large)))
        return sentences + self.limits.problems()

    def unacked(self, mid: int) -> bool:
        """Whether the broker hasn't acknowledged this message yet."""
        return mid in self._unacked

    def silent_s(self, now: float) -> float:
        """For how long the broker has owed an answer to the oldest message; seconds."""
        first = next(iter(list(self._unacked.values())), None)
        return 0.0 if first is None else now - max(first.at, self._first_since)

    def flush(self, timeout: float) -> bool:
        """Wait until everything published is answered; returns False after `timeout` seconds."""
        return self._idle.wait(timeout)

    # In paho's thread, which holds paho's lock.

    def acked(self, mid: int, reason: Any) -> None:
        """The broker answered a message."""
        self._early[mid] = reason
        if mid in self._unacked:
            self._early.pop(mid, None)
            self._settle(mid, reason)

    def _settle(self, mid: int, reason: Any) -> None:
        first = next(iter(list(self._unacked)), None) == mid
        sent = self._unacked.pop(mid, None)
        if sent is None:
            return
        if first:
            self._first_since = time.monotonic()
        if reason.is_failure or sent.topic in self._refused:
            self._answers.append((mid, sent, reason))
        (self._tell_refused if reason.is_failure else self._tell_acked)(mid)
        if not self._unacked:
            self._idle.set()
