"""How far a wish has been carried out on MPD, and the music that waits for the end of the song. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from edge.players.mpd.own_songs import QueueEntry
from edge.values import Wish


@dataclass
class Placement:
    """Songs on their way into the queue, so that adding them can go on after a lost connection.

    address: of the music that they belong to. songs: those still to add, in order. known: the ids of what else is in
    the queue; None where it isn't known any more. entries: the songs that are in. skipped: songs that can't be added,
    and why. displaced: what was taken out at the queue's end to make room, with the address of its music. uncertain:
    the last response was lost. full: the queue takes no more. alone: nothing else is in the queue any more.
    lost_with: how many songs were to be added when the connection was lost.
    """

    address: str | None
    songs: list[str]
    known: frozenset[str] | None
    entries: list[QueueEntry] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    displaced: list[tuple[QueueEntry, str | None]] = field(default_factory=list)
    uncertain: bool = False
    full: bool = False
    alone: bool = False
    lost_with: int | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the songs that are in the queue."""
        return tuple(entry.id for entry in self.entries)

    def renumber(self, new_ids: dict[str, str]) -> None:
        """Take over the new ids of songs after a restart of MPD. new_ids: by their old ids."""
        self.entries = [QueueEntry(new_ids[entry.id], entry.file) for entry in self.entries if entry.id in new_ids]
        if self.known is not None:
            known = frozenset(new_ids[song_id] for song_id in self.known if song_id in new_ids)
            self.known = known if len(known) == len(self.known) else None


@dataclass
class WishProgress:
    """A wish and what has been done for it, so that it can be repeated after a lost connection.

    wish: with music that MPD can play. original: as it was given. expires: on the player's clock.
    target_id: the song that a skip goes to. placement: its songs on their way into the queue. begun: it is carried out
    now, whatever its `when`. started: its songs may already play. first_id: the song that it began with.
    failures: how often MPD's answer couldn't be used.
    """

    wish: Wish
    original: Wish
    expires: float
    target_id: str | None = None
    placement: Placement | None = None
    begun: bool = False
    started: bool = False
    first_id: str | None = None
    failures: int = 0

    @property
    def address(self) -> str | None:
        """The address of the music, as it was given."""
        return None if self.original.music is None else self.original.music.uri

    def renumber(self, new_ids: dict[str, str]) -> None:
        """Take over the new ids of songs after a restart of MPD. new_ids: by their old ids."""
        self.target_id = None if self.target_id is None else new_ids.get(self.target_id)
        if self.placement is not None:
            self.placement.renumber(new_ids)


@dataclass(frozen=True)
class DeferredMusic:
    """Songs in the queue that begin when the current song ends.

    wish, original: as in WishProgress. after_id: the current song. next_id: the song that came next before.
    placement: the songs that wait. missed: how often another song began in their place.
    """

    wish: Wish
    original: Wish
    after_id: str
    next_id: str | None
    placement: Placement
    missed: int = 0

    def renumbered(self, new_ids: dict[str, str]) -> DeferredMusic | None:
        """Return it with the new ids of its songs after a restart of MPD; None if none of them came back."""
        self.placement.renumber(new_ids)
        if not self.placement.entries:
            return None
        return replace(self, after_id=new_ids.get(self.after_id, ""), next_id=new_ids.get(self.next_id or ""))
