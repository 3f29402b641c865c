"""MPD's queue: music of ours put into it in such a way that it can be taken back."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from edge.players.mpd.addresses import songs_of
from edge.players.mpd.connection import MpdConnection, MpdRefusedError
from edge.players.wishes import rotated
from edge.values import Music, Wish

NEXT_OF_ALL = 255  # the highest priority there is in random order
LOOKED_AT = 5000  # songs; MPD drops who asks for more than 8 MiB


@dataclass(frozen=True)
class Coming:
    """Songs that wait behind the one that plays. after: its id. wish, given: as in `Asked`."""

    wish: Wish
    given: Wish
    after: str
    ids: tuple[str, ...]

    def moved(self, ids: dict[str, str]) -> Coming | None:
        """With other ids, by those from before; None where nothing of it is left."""
        left = tuple(ids[one] for one in self.ids if one in ids)
        return replace(self, after=ids.get(self.after, ""), ids=left) if left else None


class Queue:
    """The songs there, by MPD's ids, and which music of ours they belong to."""

    def __init__(self, link: MpdConnection) -> None:
        self._link = link
        self._ours = OwnSongs()
        self._version: str | None = None
        self._restarted = False

    def context(self, song: dict[str, Any]) -> str | None:
        """The address of the music that this song was added with; None for what a person added."""
        return self._ours.address(_entry(song))

    def see(self, status: dict[str, Any]) -> None:
        """Look at the queue, where something of ours is in it and it isn't as it was."""
        version = status.get("playlist")
        if not self._ours or version == self._version:
            return
        if int(status.get("playlistlength", 0)) > LOOKED_AT:
            self._ours.overlook()
        else:
            self._ours.see(self._entries())
        self._version = version

    def mind_restart(self) -> dict[str, str] | None:
        """Where MPD was restarted: its ids now by those from before, of the songs that came back. Else None."""
        self._restarted |= self._link.ready()
        if not self._restarted:
            return None
        moved = self._ours.restarted(self._entries()) if self._ours else {}
        self._restarted, self._version = False, None
        return moved

    def _entries(self) -> list[QueueEntry]:
        return [_entry(song) for song in self._link.ask(lambda client: client.playlistinfo((0, LOOKED_AT)))]

    def songs(self, music: Music, offset: int | None) -> list[str]:
        """Raises RefusedError where there are none."""
        found = self._link.ask(lambda client: songs_of(client, music))
        if not found:
            raise MpdRefusedError(f"mpd: {music.name} ({music.uri}) holds no song; check music.profiles", retry_after=1)
        return rotated(found, offset)

    def fill(self, songs: list[str], address: str | None) -> None:
        """These songs and no others."""
        self._link.ask(lambda client: client.clear())
        self._ours.cleared()
        self.add(songs, address, at=0)

    def add(self, songs: list[str], address: str | None, *, at: int) -> tuple[str, ...]:
        """At a position; gives their ids."""

        def add(client: Any) -> list[QueueEntry]:
            client.command_list_ok_begin()
            for n, song in enumerate(songs):
                client.addid(song, at + n)
            client.playlistinfo((at, at + len(songs)))
            return [_entry(song) for song in client.command_list_end()[-1]]

        return self._known(self._link.ask(add), address)

    def _known(self, entries: list[QueueEntry], address: str | None) -> tuple[str, ...]:
        if address is not None:
            self._ours.know(entries, address)
        return tuple(entry.id for entry in entries)

    def found(self, songs: list[str], address: str | None) -> tuple[str, ...]:
        """The ids of these songs in a row that nobody is known to have added; () where there are none."""
        there = [_entry(song) for song in self._link.ask(lambda client: client.playlistinfo())]
        for n in range(len(there) - len(songs) + 1):
            run = there[n : n + len(songs)]
            if [one.file for one in run] == songs and all(self._ours.address(one) is None for one in run):
                return self._known(run, address)
        return ()

    def soon(self, song: str) -> None:
        """In random order too, this one is the next."""
        self._link.ask(lambda client: client.prioid(NEXT_OF_ALL, song))

    def take_back(self, ids: tuple[str, ...]) -> None:
        """Without these, as far as they are still there."""
        self._delete(lambda there: [one for one in there if one in ids])

    def only(self, ids: tuple[str, ...]) -> None:
        """Without all others."""
        self._delete(lambda there: [one for one in there if one not in ids])

    def _delete(self, which: Any) -> None:
        there = [str(one["id"]) for one in self._link.ask(lambda client: client.playlistid())]
        gone = which(there)
        if not gone:
            return

        def delete(client: Any) -> None:
            client.command_list_ok_begin()
            for one in gone:
                client.deleteid(one)
            client.command_list_end()

        self._link.ask(delete)


def _entry(song: dict[str, Any]) -> QueueEntry:
    return QueueEntry(str(song.get("id")), str(song.get("file")))


KEPT = 8  # MPD writes its queue down every two minutes, so that an older one may come back


@dataclass(frozen=True)
class QueueEntry:
    """A song in the queue. id: MPD's, handed out anew after a restart. file: its address there."""

    id: str
    file: str


class OwnSongs:
    """The songs that we added, and the queues they were last seen in."""

    def __init__(self) -> None:
        self._addresses: dict[QueueEntry, str] = {}
        self._seen: deque[dict[QueueEntry, str | None]] = deque(maxlen=KEPT)

    def __bool__(self) -> bool:
        """Something of ours is in the queue, or might come back."""
        return bool(self._addresses or self._seen)

    def address(self, entry: QueueEntry) -> str | None:
        """Of the music that it was added with; None for what a person added."""
        return self._addresses.get(entry)

    def know(self, entries: Sequence[QueueEntry], address: str) -> None:
        self._addresses |= dict.fromkeys(entries, address)

    def cleared(self) -> None:
        """By us; a queue from before may come back."""
        self._addresses = {}

    def overlook(self) -> None:
        """The queue is too long to be looked at; none that was seen tells how it is now."""
        self._seen.clear()

    def see(self, queue: Sequence[QueueEntry]) -> None:
        """The whole queue as it is now; what isn't there any more isn't ours any more."""
        there = set(queue)
        self._addresses = {entry: address for entry, address in self._addresses.items() if entry in there}
        if self._addresses:
            self._seen.append({entry: self._addresses.get(entry) for entry in queue})
        else:
            # A person's queue; if one like ours comes back, it may be theirs.
            self._seen.clear()

    def restarted(self, queue: Sequence[QueueEntry]) -> dict[str, str]:
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


def _back(seen: Sequence[QueueEntry], queue: Sequence[QueueEntry]) -> Sequence[QueueEntry]:
    """The songs of this queue that were restored from that one, in its order; empty where it wasn't restored."""
    # MPD numbers what it restores first, so that what people add or move meanwhile is told apart.
    first = sorted(queue, key=lambda entry: int(entry.id))[: len(seen)]
    if _files(queue) == _files(seen):
        return queue
    # One song alone may be the same by chance.
    return first if len(seen) > 1 and _files(first) == _files(seen) else []


def _files(entries: Sequence[QueueEntry]) -> list[str]:
    return [entry.file for entry in entries]
