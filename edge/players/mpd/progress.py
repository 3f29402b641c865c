"""How far a wish has been carried out on MPD, and the music that waits for the end of the song. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.values import Wish


@dataclass
class WishProgress:
    """A wish and what has been done for it, so that it can be repeated after a lost connection.

    wish: with music that MPD can play. original: as it was given. expires: on the player's clock.
    target_id: the song that a skip goes to. tried: its songs may already be in the queue, as the response was lost.
    placed: the ids of its songs in the queue. begun: it is carried out now, whatever its `when`, and may already play.
    failures: how often MPD's answer couldn't be used.
    """

    wish: Wish
    original: Wish
    expires: float
    target_id: str | None = None
    tried: bool = False
    placed: tuple[str, ...] = ()
    begun: bool = False
    failures: int = 0

    @property
    def address(self) -> str | None:
        """The address of the music, as it was given."""
        return None if self.original.music is None else self.original.music.uri

    def renumber(self, new_ids: dict[str, str]) -> None:
        """Take over the new ids of songs after a restart of MPD. new_ids: by their old ids."""
        self.target_id = None if self.target_id is None else new_ids.get(self.target_id)
        self.placed = tuple(new_ids[song_id] for song_id in self.placed if song_id in new_ids)


@dataclass(frozen=True)
class DeferredMusic:
    """Songs in the queue that begin when the current song ends.

    wish, original: as in WishProgress. after_id: the current song. ids: the songs that wait.
    """

    wish: Wish
    original: Wish
    after_id: str
    ids: tuple[str, ...]

    def renumbered(self, new_ids: dict[str, str]) -> DeferredMusic | None:
        """Return it with the new ids of its songs after a restart of MPD; None if none of them came back."""
        ids = tuple(new_ids[song_id] for song_id in self.ids if song_id in new_ids)
        return replace(self, after_id=new_ids.get(self.after_id, ""), ids=ids) if ids else None
