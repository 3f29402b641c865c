"""`KeptWish`: a wish that a player keeps until it is carried out, and the protocol of what carries it out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from edge.players.fade import Fade
from edge.players.wishes import queues
from edge.values import When, Wish


@dataclass
class KeptWish:
    """A wish and what has been done for it, so that it can go on after a lost connection.

    wish: with music that the server can play. original: as it was given. expires: on the player's clock.
    """

    wish: Wish
    original: Wish
    expires: float

    @property
    def in_flight(self) -> bool:
        """True while a command was sent for it whose answer hasn't come, or was lost."""
        return False

    @property
    def queued(self) -> bool:
        """True for a song to be queued, which replaces nothing."""
        return queues(self.wish)

    @property
    def address(self) -> str | None:
        """The address of the music, as it was given."""
        return None if self.original.music is None else self.original.music.uri

    def immediate(self: Progress) -> Progress:
        """Return the wish as it begins at a song's end; its basis was checked with each report until then."""
        wish = replace(self.wish, when=When.NOW, fade=False)
        return replace(self, wish=wish, original=replace(self.original, basis=None))


Progress = TypeVar("Progress", bound=KeptWish)
Shown_contra = TypeVar("Shown_contra", contravariant=True)
Progress_contra = TypeVar("Progress_contra", contravariant=True)


class CarriesOut(Protocol[Shown_contra, Progress_contra]):
    """Carries out wishes on a server; all but `cancel` raise PlayerError."""

    fade: Fade

    def carry_out(self, progress: Progress_contra, shown: Shown_contra) -> bool:
        """Do what can be done now. Returns False while an answer is awaited."""

    def cancel(self, progress: Progress_contra, shown: Shown_contra | None) -> None:
        """The wish isn't carried out any more: its volume is set back, and its music isn't expected."""

    def set_volume(self, shown: Shown_contra, volume: int) -> None:
        """Set the speaker's volume and leave the fade alone."""

    def fill(self, shown: Shown_contra) -> None:
        """Add the next song of a long list, if that is due."""
