"""`OwnSongs`: which songs in MPD's queue the device added, also after MPD was restarted. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MAX_SNAPSHOTS = 8  # MPD saves its queue every two minutes, so that an older one may come back


@dataclass(frozen=True)
class QueueEntry:
    """A song in the queue. id: MPD's own, other ones after a restart. file: its address in MPD."""

    id: str
    file: str

    @classmethod
    def of(cls, song: dict[str, Any]) -> QueueEntry:
        """Return the entry of a song as MPD describes it."""
        return cls(str(song.get("id")), str(song.get("file")))


class OwnSongs:
    """The device's songs, with the address of the music that each was added with, and recent snapshots of the queue."""

    def __init__(self) -> None:
        self._addresses: dict[QueueEntry, str] = {}
        self._snapshots: deque[dict[QueueEntry, str | None]] = deque(maxlen=MAX_SNAPSHOTS)

    def __bool__(self) -> bool:
        """True if the device's songs are in the queue, or might come back."""
        return bool(self._addresses or self._snapshots)

    def address(self, entry: QueueEntry) -> str | None:
        """Return the address of the music that the song was added with; None for a song that a person added."""
        return self._addresses.get(entry)

    def add(self, entries: Sequence[QueueEntry], address: str) -> None:
        self._addresses |= dict.fromkeys(entries, address)

    def clear(self) -> None:
        """Forget the songs, because the device cleared the queue; an earlier queue may still come back."""
        self._addresses = {}

    def clear_snapshots(self) -> None:
        """Forget the snapshots, because the queue has become too long to take another one."""
        self._snapshots.clear()

    def update(self, queue: Sequence[QueueEntry]) -> None:
        """Take a snapshot of the whole queue, and forget the songs that have left it."""
        present = set(queue)
        self._addresses = {entry: address for entry, address in self._addresses.items() if entry in present}
        if self._addresses:
            self._snapshots.append({entry: self._addresses.get(entry) for entry in queue})
        else:
            # The queue is a person's now. If one like the device's comes back, it may be theirs as well.
            self._snapshots.clear()

    def restore(self, queue: Sequence[QueueEntry]) -> dict[str, str]:
        """Find the device's songs in the whole queue after MPD was restarted.

        Returns the new id of each song by its old id, or {} if no snapshot matches.
        """
        for snapshot in reversed(self._snapshots):
            if restored := _restored(list(snapshot), queue):
                break
        else:
            snapshot, restored = {}, []
        addresses = zip(restored, snapshot.values(), strict=True)
        self._addresses = {entry: address for entry, address in addresses if address is not None}
        self._snapshots.clear()
        self.update(queue)
        return {old.id: new.id for old, new in zip(snapshot, restored, strict=True)}


def _restored(snapshot: Sequence[QueueEntry], queue: Sequence[QueueEntry]) -> Sequence[QueueEntry]:
    """Return the songs in the queue that MPD restored from the snapshot, in its order; [] if it didn't."""
    # MPD numbers restored songs first, which tells them from those that people have added or moved since.
    first = sorted(queue, key=lambda entry: int(entry.id))[: len(snapshot)]
    if _files(queue) == _files(snapshot):
        return queue
    # A single song may be the same by chance.
    return first if len(snapshot) > 1 and _files(first) == _files(snapshot) else []


def _files(entries: Sequence[QueueEntry]) -> list[str]:
    return [entry.file for entry in entries]
