"""Notices what others publish on this device's own topics, and how often that may be put right."""

from __future__ import annotations

from collections import deque

from edge.budget import TokenBucket
from edge.mqtt.topics import RETAINED

# Corrections of one topic: this many at once, then one a minute, so that two devices of one name don't go on for ever.
BURST, INTERVAL_S = 5, 60.0
# What others published and wasn't looked at yet. Beyond this all topics are published again.
MAX_SEEN = 256
# More than any own message has.
MAX_COMPARED_BYTES = 100_000
# Own messages that version 3.1.1 sends back.
MAX_ECHOES = 64
# A conflict is over when nobody else has published for so long.
CONFLICT_OVER_S = 300.0


class OwnTopics:
    """What was seen on the own retained topics.

    `see` is called in paho's thread, without a lock; everything else with the device's lock held.
    """

    def __init__(self, base: str, *, echoes: bool = False) -> None:
        """base: the topic above the device's own. echoes: whether the broker sends own messages back, as 3.1.1's do."""
        self.echoes = echoes
        self._base = base
        self._seen: deque[tuple[str, str]] = deque(maxlen=MAX_SEEN)
        self._expected: dict[str, deque[str]] = {}
        self._buckets: dict[str, TokenBucket] = {}
        self._wrong: set[str] = set()
        self._corrected_at = 0.0
        self.conflict = False

    def names(self) -> list[str]:
        """The topics to subscribe to."""
        return [f"{self._base}/{name}" for name in RETAINED]

    def see(self, topic: str, payload: bytes, *, retained: bool) -> bool:
        """Note a message; returns False if it isn't on one of these topics."""
        name = topic.removeprefix(f"{self._base}/")
        if name == topic or name not in RETAINED:
            return False
        # Version 3.1.1 marks only what was there before the subscription, and all is published after that.
        if not (self.echoes and retained):
            self._seen.append((name, payload[:MAX_COMPARED_BYTES].decode(errors="replace")))
        return True

    def connected(self) -> None:
        """Forget what the last connection sent: it won't be sent back."""
        self._expected.clear()
        self._seen.clear()
        self._wrong.clear()

    def published(self, name: str, payload: str) -> None:
        """An own message was handed to the client."""
        if self.echoes:
            self._expected.setdefault(name, deque(maxlen=MAX_ECHOES)).append(payload)

    def wrong(self, now: float, states: dict[str, str]) -> list[str]:
        """The topics to publish again now. now: monotonic seconds. states: what each topic should say.

        A topic without a state, such as one that isn't known yet, should be empty.
        """
        if len(self._seen) == MAX_SEEN:
            self._wrong |= set(states)
            self._seen.clear()
            self._expected.clear()
        while self._seen:
            name, payload = self._seen.popleft()
            expected = self._expected.get(name)
            if expected and expected[0] == payload:
                expected.popleft()
            elif payload != states.get(name, ""):
                self._wrong.add(name)
        due = [name for name in sorted(self._wrong) if self._bucket(name).take(now)]
        self._wrong -= set(due)
        if due or self._wrong:
            self._corrected_at = now
        if self._wrong:
            self.conflict = True
        elif now - self._corrected_at >= CONFLICT_OVER_S:
            self.conflict = False
        return due

    def _bucket(self, name: str) -> TokenBucket:
        if name not in self._buckets:
            self._buckets[name] = TokenBucket(rate=1 / INTERVAL_S, capacity=BURST)
        return self._buckets[name]
