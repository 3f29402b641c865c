"""The device's retained states: publishes the newest of each topic, repeats it, and puts right what others changed."""

from __future__ import annotations

import time
from collections.abc import Callable

from edge.errors import BrokerError
from edge.mqtt.own_topics import OwnTopics
from edge.mqtt.topics import REPEATED
from edge.sentences import TechnicalText


class RetainedStates:
    """own: what was seen on these topics. All methods here are called with the device's lock held."""

    def __init__(
        self, base: str, publish: Callable[[str, str | None], bool], on_conflict: Callable[[str | None], None]
    ) -> None:
        """base: the topic above the device's own. publish: takes a topic and a payload; False where the client can't.

        on_conflict: called with a sentence while somebody else keeps publishing there, and with None once that is over.
        """
        self.own = OwnTopics(base)
        self._base, self._publish, self._on_conflict = base, publish, on_conflict
        # The newest payload of each topic, when it was last published, and which the client couldn't take.
        self._payloads: dict[str, str] = {}
        self._published_at: dict[str, float] = {}
        self._waiting: set[str] = set()
        self._told_conflict = False

    def __contains__(self, topic: str) -> bool:
        return topic in self._payloads

    def set(self, topic: str, payload: str) -> bool:
        """Keep the newest payload; returns False if it is the same as before."""
        new = self._payloads.get(topic) != payload
        self._payloads[topic] = payload
        return new

    def publish(self, topic: str) -> None:
        """Publish the newest payload of a topic, or mark it to be tried again."""
        self._published_at[topic] = time.monotonic()
        if self._publish(f"{self._base}/{topic}", self._payloads[topic]):
            self._waiting.discard(topic)
            self.own.published(topic, self._payloads[topic])
        else:
            self._waiting.add(topic)

    def connected(self, *, echoes: bool) -> None:
        """A new connection begins. echoes: whether the broker sends own messages back."""
        self.own.echoes = echoes
        self.own.connected()

    def publish_all(self) -> None:
        """Publish all topics, as on each connect."""
        for topic in self._payloads:
            self.publish(topic)

    def publish_waiting(self) -> None:
        """Publish what the client couldn't take before."""
        for topic in sorted(self._waiting):
            self.publish(topic)

    def repeat(self, now: float, *, after: float) -> None:
        """Publish again what would expire. after: seconds since it was published last."""
        for topic in REPEATED:
            if topic in self and now - self._published_at.get(topic, now) >= after:
                self.publish(topic)

    def put_right(self, now: float) -> None:
        """Publish again what somebody else has changed, and report it if that doesn't end."""
        for topic in self.own.wrong(now, self._payloads):
            if topic in self:
                self.publish(topic)
            elif self._publish(f"{self._base}/{topic}", None):
                self.own.published(topic, "")
        if self.own.conflict != self._told_conflict:
            self._told_conflict = self.own.conflict
            sentence = TechnicalText(
                f"mqtt: somebody else keeps publishing on {self._base}/...; give each device a device.id of its own, "
                "and look for other programs that publish there",
                BrokerError.plain,
            )
            self._on_conflict(sentence if self.own.conflict else None)
