"""What the device subscribes to over one connection, and again where that was refused.

paho's thread calls `answered` without a lock. All else is called with the device's lock held, except `problems`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.mqtt import reasons
from edge.mqtt.broker.limits import Limits
from edge.mqtt.broker.refusals import Refusals
from edge.mqtt.topics import QOS

# The size of a SUBSCRIBE packet without its topics, and what comes with each of those.
SUBSCRIBE_BYTES, TOPIC_BYTES = 8, 3


class Subscriptions:
    """Subscribes through the client of the present connection."""

    def __init__(self) -> None:
        self._client: paho.Client | None = None
        self._five = True
        # By the message's id: the topic, and whether also what is retained there is wanted.
        self._asked: dict[int, tuple[str, bool]] = {}
        self._answers: deque[tuple[int, Any]] = deque()
        self._refused = Refusals()
        # Whether filters may have wildcards, and by such a filter the topics that are meant, some of them granted.
        self._wildcards = True
        self._packet_bytes: int | None = None
        self._meant: dict[str, Collection[str]] = {}
        self._granted: set[str] = set()

    def begin(self, client: paho.Client, limits: Limits, *, five: bool) -> None:
        """Use a client that has just connected. five: whether it speaks MQTT 5.

        limits: what the broker doesn't take, such as a filter with a wildcard or one that is too long, isn't sent.
        """
        self._asked.clear()
        self._answers.clear()
        self._refused.clear()
        self._meant.clear()
        self._granted.clear()
        self._client, self._five, self._wildcards = client, five, limits.wildcards
        self._packet_bytes = limits.packet_bytes

    def end(self) -> None:
        """Forget the client."""
        self._client = None

    def subscribe(self, topic: str, *, retained: bool, needed: bool = True) -> None:
        """Subscribe. retained: also receive what is retained there. needed: a refusal is a problem, and tried again."""
        if self._client is None or not self._fits([topic]) or (_is_wild(topic) and not self._wildcards):
            return
        if self._five:
            handling = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE if retained else SubscribeOptions.RETAIN_DO_NOT_SEND
            options = SubscribeOptions(qos=QOS, retainAsPublished=not retained, retainHandling=handling)
            _, mid = self._client.subscribe(topic, options=options)
        else:
            _, mid = self._client.subscribe(topic, qos=QOS)
        if needed and mid is not None:
            self._asked[mid] = (topic, retained)

    def subscribe_all(self, wild: str, topics: Collection[str]) -> None:
        """Subscribe to a filter, or to each of these topics where the broker refuses the filter. All are needed."""
        self._meant[wild] = topics
        if self._wildcards:
            self.subscribe(wild, retained=False)
        else:
            self._subscribe_each(wild)

    def subscribe_own(self, topics: list[str]) -> None:
        """Subscribe to several topics on which this client publishes; version 5 doesn't send its own messages back.

        Seeing them is useful, but not needed, so a refusal is no problem.
        """
        if self._client is None:
            return
        if not self._fits(topics):
            for topic in topics if len(topics) > 1 else ():
                self.subscribe_own([topic])
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
        """Take in the broker's answers, and ask again for what it refused a while ago. now: monotonic seconds."""
        while self._answers:
            mid, reason = self._answers.popleft()
            if (asked := self._asked.pop(mid, None)) is None:
                continue
            topic, retained = asked
            if not reason.is_failure:
                self._accepted(topic)
                continue
            if topic in self._meant and topic not in self._refused:
                self._subscribe_each(topic)
            if reason.value == reasons.WILDCARDS_NOT_SUPPORTED and topic in self._meant:
                self._wildcards = False
            else:
                again = lambda topic=topic, retained=retained: self.subscribe(topic, retained=retained)  # noqa: E731
                self._refused.note(topic, reason, now, again)
        self._refused.retry(now)

    def problems(self) -> list[str]:
        """What isn't delivered, one sentence each."""
        refused = {wild: topics for wild, topics in dict(self._meant).items() if wild in self._refused}
        # A broker of version 3.1.1 doesn't say why it refuses a filter; what it grants instead does.
        replaced = {wild for wild, topics in refused.items() if self._granted.issuperset(topics)}
        each = {topic for topics in refused.values() for topic in topics}
        sentences = self._refused.sentences(reasons.not_subscribed, without=each | replaced)
        return [reasons.NO_WILDCARDS, *sentences] if replaced or not self._wildcards else sentences

    def answered(self, mid: int, answers: list[Any]) -> None:
        """The broker answered a subscription; called in paho's thread."""
        if len(answers) == 1:
            self._answers.append((mid, answers[0]))

    def _fits(self, topics: Sequence[str]) -> bool:
        size = SUBSCRIBE_BYTES + sum(len(topic.encode()) + TOPIC_BYTES for topic in topics)
        return self._packet_bytes is None or size <= self._packet_bytes

    def _subscribe_each(self, wild: str) -> None:
        for topic in self._meant[wild]:
            self.subscribe(topic, retained=False)

    def _accepted(self, topic: str) -> None:
        self._refused.forget(topic)
        for single in self._meant.get(topic, ()):
            # What was subscribed to by itself would come twice.
            self._refused.forget(single)
            if single in self._granted:
                self.unsubscribe(single)
        self._granted.add(topic)


def _is_wild(topic: str) -> bool:
    return "+" in topic or "#" in topic
