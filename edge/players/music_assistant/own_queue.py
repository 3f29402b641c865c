"""`OwnQueue`: which entries of the queue are the device's own. Pure.

The server doesn't say who put a song into a queue. Each entry has an id of its own, though, and the server tells the
next entry with the current one: what begins after the device's own music and was announced there is its continuation.
"""

from __future__ import annotations

from edge.players.music_assistant.state import RemoteQueue

ENTRIES_MAX = 1000


class OwnQueue:
    """The ids of own entries with the address of the music that they belong to."""

    def __init__(self) -> None:
        self._entries: dict[str, str] = {}
        self._expected: str | None = None
        self._before: frozenset[str] = frozenset()

    @property
    def expecting(self) -> bool:
        """True while the music was started and isn't in the queue yet."""
        return self._expected is not None

    def started(self, address: str | None, before: frozenset[str]) -> None:
        """The device replaced the queue. before: the entries that were known until then, which aren't part of it."""
        self._expected, self._before = address, before

    def cancel(self) -> None:
        """The music that was expected doesn't come."""
        self._expected = None

    def see(self, queue: RemoteQueue | None) -> None:
        """Learn from what the server tells of the queue."""
        if queue is None or queue.item is None:
            return
        if self._expected is not None and queue.item.id not in self._before:
            self._entries, self._expected = {queue.item.id: self._expected}, None
        address = self._entries.get(queue.item.id)
        if address is not None and queue.next is not None and queue.next.id not in self._entries:
            self._entries[queue.next.id] = address
            while len(self._entries) > ENTRIES_MAX:
                del self._entries[next(iter(self._entries))]

    def has_appeared(self, queue: RemoteQueue | None) -> bool:
        """True once the queue shows an entry that wasn't there when the music was started."""
        return queue is not None and queue.item is not None and queue.item.id not in self._before

    def context(self, queue: RemoteQueue | None) -> str | None:
        """The address of the device's own music, if that is current."""
        return None if queue is None or queue.item is None else self._entries.get(queue.item.id)

    def adopt(self, ids: list[str], current: str) -> None:
        """After a gap: the queue's entries in their order. The current one is own if it follows an own one."""
        if current not in ids or current in self._entries:
            return
        earlier = [entry for entry in ids[: ids.index(current)] if entry in self._entries]
        if earlier:
            self._entries[current] = self._entries[earlier[-1]]


def ids_of(queue: RemoteQueue | None) -> frozenset[str]:
    """The entries that a queue shows."""
    return (
        frozenset(item.id for item in (queue.item, queue.next) if item is not None)
        if queue is not None
        else frozenset()
    )
