"""What a broker refused over one connection, and when it is tried again. Pure."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Any

# The waits before something that was refused is tried again.
FIRST_RETRY_S, MAX_RETRY_S = 1.0, 30.0


@dataclass
class _Refused:
    """Something that the broker refused. again: what to do when it is due; None if somebody else tries again."""

    code: int
    name: str
    wait_s: float
    due: float
    again: Callable[[], object] | None


class Refusals:
    """The refused topics of one kind, publications or subscriptions. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._topics: dict[str, _Refused] = {}

    def __contains__(self, topic: str) -> bool:
        return topic in self._topics

    def __len__(self) -> int:
        return len(self._topics)

    def clear(self) -> None:
        """Forget all; another connection begins."""
        self._topics.clear()

    def note(self, topic: str, reason: Any, now: float, again: Callable[[], object] | None) -> None:
        """Note a refusal; each wait is twice as long as the one before. reason: paho's reason code."""
        before = self._topics.get(topic)
        wait = FIRST_RETRY_S if before is None else min(MAX_RETRY_S, 2 * before.wait_s)
        self._topics[topic] = _Refused(reason.value, str(reason), wait, now + wait, again)

    def forget(self, topic: str) -> bool:
        """The broker has taken it; returns whether it had refused it before."""
        return self._topics.pop(topic, None) is not None

    def retry(self, now: float) -> None:
        """Do again what is due."""
        for one in list(self._topics.values()):
            if one.again is not None and now >= one.due:
                one.due = now + MAX_RETRY_S
                one.again()

    def sentences(
        self, sentence: Callable[[int, str, Iterable[str]], str], *, without: Container[str] = ()
    ) -> list[str]:
        """One sentence for each reason. sentence: makes it from the reason's code and name and the topics.

        without: topics that aren't named.
        """
        kinds: dict[tuple[int, str], list[str]] = {}
        for topic, one in sorted(dict(self._topics).items()):
            if topic not in without:
                kinds.setdefault((one.code, one.name), []).append(topic)
        return [sentence(code, name, topics) for (code, name), topics in kinds.items()]
