"""Which songs in MPD's queue are ours, over MPD's restarts too. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

KEPT = 8  # MPD writes its queue down every two minutes, so that an older one may come back


@dataclass(frozen=True)
class Entry:
    """A song in the queue. id: MPD's, handed out anew after a restart. file: its address there."""

    id: str
    file: str


class Ours:
    """The songs that we added, and the queues they were last seen in."""

    def __init__(self) -> None:
        self._addresses: dict[Entry, str] = {}
        self._seen: deque[dict[Entry, str | None]] = deque(maxlen=KEPT)

    def __bool__(self) -> bool:
        """Something of ours is in the queue, or might come back."""
        return bool(self._addresses or self._seen)

    def address(self, entry: Entry) -> str | None:
        """Of the music that it was added with; None for what a person added."""
        return self._addresses.get(entry)

    def know(self, entries: Sequence[Entry], address: str) -> None:
        self._addresses |= dict.fromkeys(entries, address)

    def cleared(self) -> None:
        """By us; a queue from before may come back."""
        self._addresses = {}

    def overlook(self) -> None:
        """The queue is too long to be looked at; none that was seen tells how it is now."""
        self._seen.clear()

    def see(self, queue: Sequence[Entry]) -> None:
        """The whole queue as it is now; what isn't there any more isn't ours any more."""
        there = set(queue)
        self._addresses = {entry: address for entry, address in self._addresses.items() if entry in there}
        if self._addresses:
            self._seen.append({entry: self._addresses.get(entry) for entry in queue})
        else:
            # A person's queue; if one like ours comes back, it may be theirs.
            self._seen.clear()

    def restarted(self, queue: Sequence[Entry]) -> dict[str, str]:
        """The whole queue after MPD was restarted -> its ids by those from before; empty where it is another queue."""
        for seen in reversed(self._seen):
            if back := _back(list(seen), queue):
                break
        else:
            seen, back = {}, []
        addresses = zip(back, seen.values(), strict=True)
        self._addresses = {entry: address for entry, address in addresses if address is not None}
        self._seen.clear()
        self.see(queue)
        return {old.id: new.id for old, new in zip(seen, back, strict=True)}


def _back(seen: Sequence[Entry], queue: Sequence[Entry]) -> Sequence[Entry]:
    """The songs of this queue that were restored from that one, in its order; empty where it wasn't restored."""
    # MPD numbers what it restores first, so that what people add or move meanwhile is told apart.
    first = sorted(queue, key=lambda entry: int(entry.id))[: len(seen)]
    if _files(queue) == _files(seen):
        return queue
    # One song alone may be the same by chance.
    return first if len(seen) > 1 and _files(first) == _files(seen) else []


def _files(entries: Sequence[Entry]) -> list[str]:
    return [entry.file for entry in entries]
