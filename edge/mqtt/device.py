"""The device on MQTT: retained state, events, commands on `set/...`, and how Home Assistant finds it.

A broker is never a condition for anything: the newest value of each topic waits here, and all of them are published on
each connect. Only the callers' threads and the link's own take the lock; paho's thread never does, since paho holds its
own lock when it calls, and waiting for ours would be a deadlock.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from edge.config import MqttConfig
from edge.errors import ConfigError
from edge.mqtt import discovery as homeassistant
from edge.mqtt.connection import Handlers, MqttConnection
from edge.mqtt.discovery import Discovery
from edge.mqtt.memory import DiscoveryMemory, memory
from edge.values import Command

log = logging.getLogger(__name__)
# The topics below the base that are retained.
RETAINED = ("status", "mood", "presence", "player", "health", "camera", "control", "override", "profile")
# Bytes of a command; seconds after which an event tells nothing any more; how many of them wait for a broker.
LONGEST, EVENT_LIFE, MOST_EVENTS = 1024, 60.0, 100
# Seconds after which an unchanged state is said again, so that it doesn't expire in Home Assistant.
HEARTBEAT = homeassistant.EXPIRE_AFTER / 3
BEATING = ("mood", "presence", "player", "health")
# Seconds that Home Assistant is given between two steps from one kind of discovery to the other.
STAGE = 2.0


class MqttDevice:
    """One device's topics."""

    def __init__(
        self,
        config: MqttConfig,
        *,
        device: str,
        password: str | None,
        on_command: Callable[[Command], None],
        on_problem: Callable[[str | None], None],
        silent: bool = False,
        home: Discovery | None = None,
    ) -> None:
        """device: the id that names the topics and the client.

        password: of `config.username`. on_command: takes what comes in on `set/...`; called in paho's thread.
        on_problem: takes a sentence when the broker is away or refuses, None when all is well again.
        silent: only connect: no last will, no status, no commands; for a try. home: what Home Assistant is told; with
        it, what this device left on the broker under other names is remembered and removed.
        """
        if config.host is None:
            raise ConfigError("mqtt.host: must be set")
        self.base = f"{config.base_topic}/{device}"
        self.sent = self.dropped = 0
        self._on_command, self._home, self._silent = on_command, home, silent
        self._kept: dict[str, str] = {}
        self._said: dict[str, float] = {}
        self._waiting: set[str] = set()
        self._events: deque[tuple[float, str]] = deque()
        self._flying: dict[int, tuple[float, str]] = {}
        self._lock = threading.Lock()
        self._connected = threading.Event()
        self._birth: float | None = None
        self._unsaved: DiscoveryMemory | None = None
        self._stages: deque[tuple[float, homeassistant.Stage]] = deque()
        self._link = MqttConnection(
            config,
            client_id=f"moodroom-{device}",
            password=password,
            will=None if silent else (self._topic("status"), "offline"),
            handlers=Handlers(self._up, self._connected.clear, self._tick, self._heard, self._acked, on_problem),
        )

    def start(self) -> None:
        """Begin to connect, and go on trying; returns at once."""
        self._link.start()

    def wait_connected(self, wait: float) -> bool:
        """True once the broker has accepted us, waiting for it at most `wait` seconds."""
        return self._connected.wait(wait)

    def keep(self, topic: str, payload: str | dict[str, Any]) -> None:
        """Set a retained topic below the base; published now or on the next connect, and only if it changed."""
        text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        with self._lock:
            if self._kept.get(topic) == text:
                return
            self._kept[topic] = text
            # Under the lock, so that a value can't overtake a newer one of the same topic.
            if self._connected.is_set():
                self._say(topic)

    def tend(self) -> None:
        """To be called every second or so, by what would be missed if it hung: repeats what must not expire."""
        now = time.monotonic()
        with self._lock:
            if self._connected.is_set():
                for topic in BEATING:
                    if topic in self._kept and now - self._said.get(topic, now) >= HEARTBEAT:
                        self._say(topic)

    def tell(self, payload: dict[str, Any]) -> None:
        """Publish an event, not retained; while the broker is away it waits for a minute, then it is dropped."""
        with self._lock:
            self._events.append((time.monotonic(), json.dumps(payload, ensure_ascii=False)))
            if len(self._events) > MOST_EVENTS:
                self._events.popleft()
                self.dropped += 1
            if self._connected.is_set():
                self._tell_events()

    def stop(self, wait: float = 1.0) -> None:
        """Say `offline`, then go; a clean goodbye keeps the broker from sending the last will."""
        with self._lock:
            if self._connected.is_set() and not self._silent:
                self._publish(self._topic("status"), "offline")
            self._connected.clear()
        self._link.flush(wait)
        self._link.stop(wait)

    def _topic(self, name: str) -> str:
        return f"{self.base}/{name}"

    # With the lock held.

    def _publish(self, topic: str, payload: str | None) -> bool:
        taken = self._link.publish(topic, payload) is not None
        self.sent += taken
        return taken

    def _say(self, topic: str) -> None:
        """Publish the newest value of a retained topic, now or when there is room for it again."""
        self._said[topic] = time.monotonic()
        if self._publish(self._topic(topic), self._kept[topic]):
            self._waiting.discard(topic)
        else:
            self._waiting.add(topic)

    def _tell_events(self) -> None:
        while self._events:
            at, text = self._events[0]
            left = EVENT_LIFE - (time.monotonic() - at)
            if left > 0:
                mid = self._link.publish(self._topic("event"), text, retain=False, life=left)
                if mid is None:
                    return
                self.sent += 1
                self._flying[mid] = (at, text)
                if not self._link.unacked(mid):
                    self._flying.pop(mid, None)
            else:
                self.dropped += 1
            self._events.popleft()

    def _discover(self) -> None:
        """Tell Home Assistant, and remove what stands on the broker under names that this device had before."""
        home = self._home
        if home is None:
            return
        before, now = memory(), DiscoveryMemory(self.base, home.remembered())
        at = time.monotonic()
        stages = homeassistant.changes(before.discovery, home)
        if before.base is not None and before.base != self.base:
            # After Home Assistant has let go of them: it warns of an empty state.
            stages.append([(f"{before.base}/{name}", None) for name in RETAINED])
        self._stages = deque((at + STAGE * index, stage) for index, stage in enumerate(stages))
        self._play_stages()
        if now != before:
            # Should we end before all of it has arrived, both must be known the next time.
            DiscoveryMemory(before.base or self.base, before.discovery | now.discovery).save()
            self._unsaved = now

    def _play_stages(self) -> None:
        while self._stages and self._stages[0][0] <= time.monotonic():
            for topic, payload in self._stages.popleft()[1]:
                self._publish(topic, None if payload is None else json.dumps(payload, ensure_ascii=False))

    # In the link's thread.

    def _up(self) -> None:
        with self._lock:
            if self._silent:
                self._connected.set()
                return
            self._link.subscribe(self._topic("set/#"))
            if self._home is not None and self._home.birth is not None:
                self._link.subscribe(self._home.birth)
            self._kept["status"] = "online"
            self._discover()
            for topic in self._kept:
                self._say(topic)
            # What the last connection took and didn't deliver.
            self._events.extendleft(sorted(self._flying.values(), reverse=True))
            self._flying.clear()
            self._tell_events()
            self._connected.set()

    def _tick(self) -> None:
        with self._lock:
            for topic in sorted(self._waiting):
                self._say(topic)
            self._tell_events()
            if self._birth is not None and time.monotonic() >= self._birth:
                self._birth = None
                self._discover()
                for topic in self._kept:
                    self._say(topic)
            self._play_stages()
            if self._unsaved is not None and not self._stages and self._link.flush(0.0):
                self._unsaved.save()
                self._unsaved = None

    # In paho's thread: without the lock.

    def _acked(self, mid: int) -> None:
        self._flying.pop(mid, None)

    def _heard(self, topic: str, payload: bytes, retained: bool) -> None:
        if self._home is not None and topic == self._home.birth:
            if payload == b"online":
                # Not at the same moment as every other device in the house.
                self._birth = time.monotonic() + random.uniform(0.0, 1.0)  # noqa: S311
        elif not retained:
            # A command that was left lying on the broker says nothing about now.
            self._on_command(read_command(topic.removeprefix(self._topic("set/"))[:40], payload))


def read_command(name: str, payload: bytes) -> Command:
    """What came in on `set/<name>`; a payload that can't be one is named as such, and not passed on."""
    if len(payload) > LONGEST:
        return Command(name, origin="mqtt", fault=f"{name} is longer than {LONGEST} bytes")
    try:
        return Command(name, payload.decode("utf-8").strip(), origin="mqtt")
    except UnicodeDecodeError:
        return Command(name, origin="mqtt", fault=f"{name} isn't UTF-8 text")
