"""`Taking`: the room that people come into begins the music that is offered to it, and tells that. Pure."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from edge.music.following.report import Cancel, Give, Here, Hold, Move, Offer, RoomReport, Take

# How long music may take to begin.
START_MAX_S = 25.0
# How long an answer is repeated often, and for how many offers it is remembered.
ANSWER_SHOWN_S, IDS_KEPT = 120.0, 64


@dataclass(frozen=True)
class TakenMusic:
    """Music that came here. heard: the room that it came from knows it. kept: it goes on there, too."""

    offer: str
    uri: str
    at: float
    shared: bool
    heard: bool = False
    kept: bool = False
    held: bool = False

    @property
    def owner(self) -> str:
        return self.offer.partition("/")[0]


class Taking:
    """One device's answers. Used by one thread. after: how long a room must be empty to count as left, seconds."""

    def __init__(self, *, after: float) -> None:
        self._after = after
        self._beginning: tuple[Take, float] | None = None
        self.taken: TakenMusic | None = None
        # The newest offer that wasn't taken, when that was told, and all of them.
        self.declined: str | None = None
        self._declined_at = float("-inf")
        self._refused: OrderedDict[str, None] = OrderedDict()

    @property
    def beginning(self) -> bool:
        """True while music is to begin here."""
        return self._beginning is not None

    def answering(self, now: float) -> bool:
        """Whether an answer is still to be repeated often."""
        if self.declined is not None and now - self._declined_at > ANSWER_SHOWN_S:
            self.declined = None
        taken = self.taken
        return self.declined is not None or (taken is not None and not taken.heard and now - taken.at <= ANSWER_SHOWN_S)

    def offered(self, now: float, here: Here, offer: Offer, *, giving: bool) -> list[Move]:
        """Answer the newest offer of another device. giving: music of this room is on offer, too."""
        taken, moving = self.taken, offer.moving
        if taken is not None and taken.offer == offer.id:
            self.taken = replace(taken, at=now, heard=False)
            return []
        if self._beginning is not None and self._beginning[0].offer.id == offer.id:
            return []
        if offer.id in self._refused or self._beginning is not None or here.present is not True or giving:
            self._decline(now, offer.id)
            return []
        if here.refuses:
            self._decline(now, offer.id)
            return []
        if taken is not None and taken.owner == offer.id.partition("/")[0] and taken.uri == moving.music.uri:
            plays = here.music is not None and here.music.music.uri == taken.uri
            if plays or not taken.heard:
                # It came here before, which the other device never heard, or has forgotten by a restart.
                self.taken = replace(taken, offer=offer.id, at=now, heard=False, kept=False)
                return []
        shared = here.elsewhere is not None and here.elsewhere == moving.speaker
        if here.elsewhere is not None and not shared:
            self._decline(now, offer.id)
            return []
        take = Take(offer, shared)
        self._beginning = take, now
        return [take]

    def tick(self, now: float, here: Here, empty_since: float | None) -> list[Move]:
        """See whether the music has begun, and whether it plays for nobody."""
        if self._beginning is not None:
            return self._see_begin(now, here)
        return self._see_double(now, here, empty_since)

    def heard(self, report: RoomReport) -> None:
        """The device that the music came from may know it now."""
        if self.taken is not None and report.heard == self.taken.offer:
            self.taken = replace(self.taken, heard=True, kept=report.kept)

    def gave(self) -> None:
        """The music that came has gone on to another room."""
        self.taken = None

    def _see_begin(self, now: float, here: Here) -> list[Move]:
        assert self._beginning is not None
        (take, began), music = self._beginning, here.music
        uri = take.offer.moving.music.uri
        if music is not None and music.music.uri == uri and now > began:
            self._beginning = None
            self.taken = TakenMusic(take.offer.id, uri, now, take.shared)
        elif now - began > START_MAX_S:
            self._beginning = None
            self._decline(now, take.offer.id)
            return [Cancel(take.offer)]
        return []

    def _see_double(self, now: float, here: Here, empty_since: float | None) -> list[Move]:
        """Where the other room may play it, or does, it doesn't play on in this one for nobody."""
        taken = self.taken
        if taken is None:
            return []
        if here.present is not False:
            self.taken = replace(taken, held=False)
            return []
        playing = here.music or here.paused
        if playing is not None and playing.music.uri != taken.uri:
            return []
        if taken.kept:
            self.taken = None
            return [Give(taken.owner, False)]
        if taken.heard or taken.shared or taken.held or here.music is None or empty_since is None:
            return []
        if now - empty_since < self._after:
            return []
        self.taken = replace(taken, held=True)
        return [Hold(taken.owner)]

    def _decline(self, now: float, offer_id: str) -> None:
        self.declined, self._declined_at = offer_id, now
        self._refused[offer_id] = None
        self._refused.move_to_end(offer_id)
        while len(self._refused) > IDS_KEPT:
            self._refused.popitem(last=False)
