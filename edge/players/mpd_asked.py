"""A wish on its way to MPD, and what of it may have arrived already."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.values import Wish


@dataclass(frozen=True)
class AskedOfMpd:
    """A wish on its way, with music that MPD understands; given: as it was given. until: worth nothing after it.

    target: the song that a skip goes to, so that it can be given again. tried: its songs may be in the queue already,
    the answer having been lost; placed: they are, by these ids. begun: it has to be at once, and may play already.
    """

    wish: Wish
    given: Wish
    until: float
    target: str | None = None
    tried: bool = False
    placed: tuple[str, ...] = ()
    begun: bool = False

    def moved(self, ids: dict[str, str]) -> AskedOfMpd:
        """After a restart of MPD: with its ids now, by those from before."""
        placed = tuple(ids[one] for one in self.placed if one in ids)
        return replace(self, target=None if self.target is None else ids.get(self.target), placed=placed)
