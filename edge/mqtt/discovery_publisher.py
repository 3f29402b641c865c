"""Publishes the discovery messages, and removes those that this device published under other names before."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable

from edge.mqtt.discovery import Discovery, Stage, changes
from edge.mqtt.memory import DiscoveryMemory, memory
from edge.mqtt.topics import RETAINED
from edge.text import to_json

# Home Assistant needs this long to process one stage before the next.
STAGE_INTERVAL_S = 2.0
# After Home Assistant has started, each device waits a random time, so that not all publish at once.
MAX_BIRTH_DELAY_S = 1.0


class DiscoveryPublisher:
    """The discovery of one device. All methods but `home_assistant_started` are called with the device's lock held."""

    def __init__(self, discovery: Discovery, base: str, publish: Callable[[str, str | None], bool]) -> None:
        """base: the topic above the device's own. publish: takes a topic and a retained payload; None empties it."""
        self.birth_topic = discovery.birth
        self._discovery, self._base, self._publish = discovery, base, publish
        self._stages: deque[tuple[float, Stage]] = deque()
        self._due: float | None = None
        # What to remember once the broker has acknowledged everything.
        self._unsaved: DiscoveryMemory | None = None

    def begin(self) -> None:
        """Publish the first stage, and plan the others."""
        before, now = memory(), DiscoveryMemory(self._base, self._discovery.remembered())
        started_at = time.monotonic()
        stages = changes(before.discovery, self._discovery)
        if before.base is not None and before.base != self._base:
            # Last, because Home Assistant warns of an empty state while it still has the entities.
            stages.append([(f"{before.base}/{name}", None) for name in RETAINED])
        self._stages = deque((started_at + STAGE_INTERVAL_S * index, stage) for index, stage in enumerate(stages))
        self._publish_due_stages()
        if now != before:
            # If the device ends before all has arrived, it must know both the next time.
            DiscoveryMemory(before.base or self._base, before.discovery | now.discovery).save()
            self._unsaved = now

    def home_assistant_started(self) -> None:
        """Begin again shortly; called in paho's thread, without the lock."""
        self._due = time.monotonic() + random.uniform(0.0, MAX_BIRTH_DELAY_S)  # noqa: S311

    def begin_if_due(self) -> bool:
        """Begin again if Home Assistant has started; returns whether it did."""
        if self._due is None or time.monotonic() < self._due:
            return False
        self._due = None
        self.begin()
        return True

    def proceed(self, all_acked: Callable[[], bool]) -> None:
        """Publish the stages that are due; after the last, remember what is published."""
        self._publish_due_stages()
        if self._unsaved is not None and not self._stages and all_acked():
            self._unsaved.save()
            self._unsaved = None

    def _publish_due_stages(self) -> None:
        while self._stages and self._stages[0][0] <= time.monotonic():
            for topic, payload in self._stages.popleft()[1]:
                self._publish(topic, None if payload is None else to_json(payload))
