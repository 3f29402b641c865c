"""What goes to the broker over one connection: within its limits, and again where it was refused.

paho's thread calls `acked` and `subscribed` without a lock. All else is called with the device's lock held, except
for what waits or asks only: `flush`, `unacked`, `silent_s`, `problems`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.mqtt import reasons
from edge.mqtt.topics import QOS

# The waits before a refused message is published again.
FIRST_RETRY_S, MAX_RETRY_S = 1.0, 30.0
# As many messages are on their way at a time, unless the broker takes fewer.
MAX_IN_FLIGHT = 20
# The fixed header, the message's id and its properties, at most.
PACKET_EXTRA_BYTES = 20
# A message's id where it was left out.
LEFT_OUT = 0


@dataclass(frozen=True)
class Limits:
    """What a broker takes. packet_bytes: of a whole packet; None for no limit."""

    packet_bytes: int | None = None
    in_flight: int = MAX_IN_FLIGHT
    retain: bool = True
    qos: int = QOS

    def told(self, connack: Any) -> Limits:
        """Within these limits and what a CONNACK's properties say."""
        return replace(
            self,
            packet_bytes=getattr(connack, "MaximumPacketSize", None),
            in_flight=min(self.in_flight, getattr(connack, "ReceiveMaximum", MAX_IN_FLIGHT)),
            retain=self.retain and bool(getattr(connack, "RetainAvailable", 1)),
            qos=min(self.qos, getattr(connack, "MaximumQoS", QOS)),
        )

    def learned(self, code: int) -> Limits:
        """Within these limits and what a refusal says. code: its reason code."""
        if code == reasons.RETAIN_NOT_SUPPORTED:
            return replace(self, retain=False)
        if code == reasons.QOS_NOT_SUPPORTED:
            return replace(self, qos=0)
        return replace(self, in_flight=1) if code == reasons.RECEIVE_MAXIMUM_EXCEEDED else self


@dataclass
class _Sent:
    """A message that the broker hasn't acknowledged. at: monotonic seconds."""

    topic: str
    payload: str | None
    retain: bool
    at: float


@dataclass
class _Refused:
    """Something that the broker refused. again: what to do when it is due; None if somebody else tries again."""

    code: int
    name: str
    wait_s: float
    due: float
    again: Callable[[], object] | None


class Delivery:
    """Publishes and subscribes through the client of the present connection."""

    def __init__(self, *, acked: Callable[[int], None], refused: Callable[[int], None]) -> None:
        """acked, refused: called with the id of a message that the broker took or refused, in paho's thread."""
        self.limits = Limits()
        self._tell_acked, self._tell_refused = acked, refused
        self._client: paho.Client | None = None
        self._five = True
        self._idle = threading.Event()
        self._idle.set()
        self._unacked: dict[int, _Sent] = {}
        # Answers that came before `publish` had noted the message, by its id.
        self._early: dict[int, Any] = {}
        self._first_since = 0.0
        # The newest message of each topic, and what the broker answered to publications and subscriptions.
        self._newest: dict[str, int] = {}
        self._answers: deque[tuple[int, _Sent, Any]] = deque()
        self._subscriptions: dict[int, tuple[str, bool]] = {}
        self._subscription_answers: deque[tuple[int, Any]] = deque()
        self._refused: dict[str, _Refused] = {}
        self._unsubscribed: dict[str, _Refused] = {}
        self._too_large: dict[str, int] = {}

    def begin(self, client: paho.Client, limits: Limits, *, five: bool) -> None:
        """Use a client that has just connected. five: whether it speaks MQTT 5."""
        self.end()
        self._early.clear()
        self._newest.clear()
        self._answers.clear()
        self._subscriptions.clear()
        self._subscription_answers.clear()
        self._refused.clear()
        self._unsubscribed.clear()
        self._too_large.clear()
        self.limits, self._five, self._client = limits, five, client

    def end(self) -> None:
        """Forget the client, and what it left unanswered."""
        self._client = None
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
        return self._refused.pop(topic, None) is None

    def subscribe(self, topic: str, *, retained: bool, needed: bool = True) -> None:
        """Subscribe. retained: also receive what is retained there. needed: a refusal is a problem, and tried again."""
        if self._client is None:
            return
        if self._five:
            handling = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE if retained else SubscribeOptions.RETAIN_DO_NOT_SEND
            options = SubscribeOptions(qos=QOS, retainAsPublished=not retained, retainHandling=handling)
            _, mid = self._client.subscribe(topic, options=options)
        else:
            _, mid = self._client.subscribe(topic, qos=QOS)
        if needed and mid is not None:
            self._subscriptions[mid] = (topic, retained)

    def subscribe_own(self, topics: list[str]) -> None:
        """Subscribe to several topics on which this client publishes; version 5 doesn't send its own messages back.

        Seeing them is useful, but not needed, so a refusal is no problem.
        """
        if self._client is None:
            return
        if self._five:
            options = SubscribeOptions(
                qos=QOS, noLocal=True, retainAsPublished=True, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND
            )
            self._client.subscribe([(topic, options) for topic in topics])
        else:
            self._client.subscribe([(topic, QOS) for topic in topics])

    def unsubscribe(self, topic: str) -> None:
        """Take a subscription back."""
        if self._client is not None:
            self._client.unsubscribe(topic)

    def retry(self, now: float) -> None:
        """Take in the broker's answers, and do again what it refused a while ago. now: monotonic seconds."""
        while self._answers:
            mid, sent, reason = self._answers.popleft()
            if self._newest.get(sent.topic) != mid:
                continue
            if not reason.is_failure:
                self._refused.pop(sent.topic, None)
                continue
            # Events are repeated by their queue, which knows when they are too old.
            again = (lambda sent=sent: self.publish(sent.topic, sent.payload, retain=True)) if sent.retain else None
            _note(self._refused, sent.topic, reason, now, again)
        while self._subscription_answers:
            mid, reason = self._subscription_answers.popleft()
            if (wanted := self._subscriptions.pop(mid, None)) is None:
                continue
            topic, retained = wanted
            if reason.is_failure:
                again_too = lambda topic=topic, retained=retained: self.subscribe(topic, retained=retained)  # noqa: E731
                _note(self._unsubscribed, topic, reason, now, again_too)
            else:
                self._unsubscribed.pop(topic, None)
        for one in [*self._refused.values(), *self._unsubscribed.values()]:
            if one.again is not None and now >= one.due:
                one.due = now + MAX_RETRY_S
                one.again()

    @property
    def refused(self) -> bool:
        """Whether the broker has refused something that is still to be published."""
        return bool(self._refused or self._answers)

    def problems(self) -> list[str]:
        """What doesn't work although the connection does, one sentence each."""
        sentences = []
        for refused, sentence in ((self._refused, reasons.not_taken), (self._unsubscribed, reasons.not_subscribed)):
            kinds: dict[tuple[int, str], list[str]] = {}
            for topic, one in sorted(dict(refused).items()):
                kinds.setdefault((one.code, one.name), []).append(topic)
            sentences += [sentence(code, name, topics) for (code, name), topics in kinds.items()]
        if self._too_large and self.limits.packet_bytes is not None:
            sentences.append(reasons.too_large(self.limits.packet_bytes, dict(self._too_large)))
        if not self.limits.retain:
            sentences.append(reasons.NO_RETAIN)
        if self.limits.qos < QOS:
            sentences.append(reasons.QOS_0_ONLY)
        return sentences

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

    def subscribed(self, mid: int, answers: list[Any]) -> None:
        """The broker answered a subscription."""
        if len(answers) == 1:
            self._subscription_answers.append((mid, answers[0]))

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


def _note(table: dict[str, _Refused], topic: str, reason: Any, now: float, again: Callable[[], object] | None) -> None:
    """Note a refusal; each wait is twice as long as the one before."""
    before = table.get(topic)
    wait = FIRST_RETRY_S if before is None else min(MAX_RETRY_S, 2 * before.wait_s)
    table[topic] = _Refused(reason.value, str(reason), wait, now + wait, again)
