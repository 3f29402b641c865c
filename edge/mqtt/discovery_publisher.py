"""Publishes the discovery messages, and removes those that this device published under other names before."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable

from edge.mqtt.discovery import MIGRATE, Discovery, Stage, changes, matches
from edge.mqtt.entities import Payload
from edge.mqtt.memory import DiscoveryMemory, memory
from edge.mqtt.ownership import made_here
from edge.mqtt.topics import RETAINED
from edge.text import to_json

# Home Assistant needs this long to process one stage before the next.
STAGE_INTERVAL_S = 2.0
# After Home Assistant has started, each device waits a random time, so that not all publish at once.
MAX_BIRTH_DELAY_S = 1.0
# How long what is retained on other topics may take to arrive.
READING_S = 1.0
# As much of it is kept: more topics than a device with many parts has.
MAX_READ_TOPICS = 500


class DiscoveryPublisher:
    """The discovery of one device.

    All methods but `home_assistant_started` and `see` are called with the device's lock held.
    """

    def __init__(
        self,
        discovery: Discovery,
        base: str,
        publish: Callable[[str, str | None], bool],
        *,
        subscribe: Callable[[str], None],
        unsubscribe: Callable[[str], None],
    ) -> None:
        """base: the topic above the device's own. publish: takes a topic and a retained payload; None empties it.

        subscribe: takes a filter, and brings what is retained there to `see`.
        """
        self.birth_topic = discovery.birth
        self._discovery, self._base, self._publish = discovery, base, publish
        self._subscribe, self._unsubscribe = subscribe, unsubscribe
        self._stages: deque[tuple[float, Stage]] = deque()
        self._due: float | None = None
        # What is read before topics are emptied: filters, messages, and the time by which they have arrived.
        self._filters: tuple[str, ...] = ()
        self._seen: dict[str, bytes] = {}
        self._read_at: float | None = None
        # What to remember once the broker has acknowledged everything.
        self._unsaved: DiscoveryMemory | None = None

    def begin(self) -> None:
        """Publish the first stage, and plan the others.

        Topics that are no longer used are read first, because meanwhile they may belong to another device.
        """
        before, now = memory(), DiscoveryMemory(self._base, self._discovery.remembered())
        gone = tuple(topic for topic in before.discovery if topic not in self._discovery.topics)
        self._stages.clear()
        self._read_at = None
        if before != now and (filters := gone + self._discovery.outdated):
            self._seen.clear()
            self._filters = filters
            for one in filters:
                self._subscribe(one)
            self._read_at = time.monotonic() + READING_S
        if not gone:
            self._plan(before, before.discovery)
        if now != before:
            # If the device ends before all has arrived, it must know both the next time.
            DiscoveryMemory(before.base or self._base, before.discovery | now.discovery).save()
            self._unsaved = now

    def home_assistant_started(self) -> None:
        """Begin again shortly; called in paho's thread, without the lock."""
        self._due = time.monotonic() + random.uniform(0.0, MAX_BIRTH_DELAY_S)  # noqa: S311

    def see(self, topic: str, payload: bytes) -> bool:
        """Note a message on a topic that is being read; False for others. In paho's thread, without the lock."""
        if not matches(topic, self._filters):
            return False
        if len(self._seen) < MAX_READ_TOPICS:
            self._seen[topic] = payload
        return True

    def begin_if_due(self) -> bool:
        """Begin again if Home Assistant has started; returns whether it did."""
        if self._due is None or time.monotonic() < self._due:
            return False
        self._due = None
        self.begin()
        return True

    def proceed(self, all_acked: Callable[[], bool]) -> None:
        """Publish the stages that are due; after the last, remember what is published."""
        if self._read_at is not None and time.monotonic() >= self._read_at:
            self._read()
        self._publish_due_stages()
        if self._unsaved is not None and not self._stages and self._read_at is None and all_acked():
            self._unsaved.save()
            self._unsaved = None

    def _read(self) -> None:
        """Remove what this device has published on other topics, and nothing that another one has."""
        self._read_at = None
        for one in self._filters:
            self._unsubscribe(one)
        before, seen = memory(), {topic: payload for topic, payload in dict(self._seen).items() if payload}
        device = self._base.rpartition("/")[2]
        # An access list may hide what is there; what is remembered was published here.
        ours = {
            topic: parts
            for topic, parts in before.discovery.items()
            if topic in self._discovery.topics or topic not in seen or was_remembered(seen[topic])
        }
        ours |= {topic: {} for topic, payload in seen.items() if topic not in ours and made_here(payload, device)}
        if any(topic not in self._discovery.topics for topic in [*ours, *before.discovery]):
            self._plan(before, ours)

    def _plan(self, before: DiscoveryMemory, published: dict[str, dict[str, str]]) -> None:
        """Publish the first stage, and plan the others. published: by topic, the components that may be retained."""
        started_at = time.monotonic()
        stages = changes(published, self._discovery)
        if before.base is not None and before.base != self._base:
            # Last, because Home Assistant warns of an empty state while it still has the entities.
            stages.append([(f"{before.base}/{name}", None) for name in RETAINED])
        self._stages = deque((started_at + STAGE_INTERVAL_S * index, stage) for index, stage in enumerate(stages))
        self._publish_due_stages()

    def _publish_due_stages(self) -> None:
        while self._stages and self._stages[0][0] <= time.monotonic():
            for topic, payload in self._stages.popleft()[1]:
                self._publish(topic, None if payload is None else as_text(payload))


def as_text(payload: Payload) -> str:
    """The message as it is published: as short as its keys allow, since some brokers take 16 KiB."""
    return to_json(payload, compact=payload != MIGRATE)


def was_remembered(payload: bytes) -> bool:
    """Whether a message on a topic that this device remembers is still its own, perhaps from a time with another id."""
    return made_here(payload) or payload == to_json(MIGRATE).encode()
