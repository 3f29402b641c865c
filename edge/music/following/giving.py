"""`Giving`: the room that people leave offers its music, and ends it once the other room plays it. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from edge.music.following.report import Give, Here, Hold, Move, Offer, RoomReport

# Somebody may be seen in the new room before the camera of the old one gives them up, and some time after.
SEEN_BEFORE_S, SEEN_AFTER_S = 180.0, 300.0
# How long the first room plays on without an answer, and how long an offer stands.
HOLD_AFTER_S, OFFER_MAX_S = 40.0, 120.0
# A room that gave or took music offers none for so long, so that presence that comes and goes moves none each time.
SETTLE_S = 60.0
# For how many offers it is remembered what they were.
IDS_KEPT = 64


@dataclass
class OutgoingOffer:
    """offer: as it is made now. held: no answer came, so the music is paused. taken: it is known to play elsewhere.

    kept: it goes on here all the same.
    """

    offer: Offer
    at: float
    held: bool = False
    taken: bool = False
    kept: bool = False


@dataclass(frozen=True)
class SeenRoom:
    """Another device's newest report, and when it came."""

    at: float
    report: RoomReport


class Giving:
    """One device's offers. Used by one thread."""

    def __init__(self, device: str, *, after: float, boot: str) -> None:
        self._device, self._after, self._boot = device, after, boot
        self.outgoing: OutgoingOffer | None = None
        # The own offer that is known to be taken, and whether the music goes on here all the same.
        self.heard: str | None = None
        self.kept = False
        self._made: OrderedDict[str, OutgoingOffer] = OrderedDict()
        self._offers = 0
        self._declined_by: set[str] = set()
        self._moved_at = float("-inf")
        # Device -> when music was given to it: who arrived there before is not followed again.
        self._gave_at: dict[str, float] = {}

    def presence_changed(self) -> None:
        """Whoever has declined is asked again."""
        self._declined_by.clear()

    def moved(self, now: float) -> None:
        """Music has come here, or has gone."""
        self._moved_at = now

    def begin(self, now: float, here: Here, left_at: float | None, rooms: Iterable[SeenRoom]) -> bool:
        """Offer the music to the room that somebody has come into, if this one has been empty for long enough.

        left_at: since when it is empty; None where that isn't known. rooms: the other devices' fresh reports. Returns
        whether an offer was made.
        """
        music = here.music or here.paused
        if music is None or here.present is not False or left_at is None or now - left_at < self._after:
            return False
        if now - self._moved_at < SETTLE_S:
            return False
        arrivals: list[tuple[float, str]] = []
        for room in rooms:
            report = room.report
            if report.device in self._declined_by or not report.present or report.for_s is None:
                continue
            arrived = room.at - report.for_s
            if arrived <= self._gave_at.get(report.device, float("-inf")):
                continue
            if now - arrived >= self._after and left_at - SEEN_BEFORE_S <= arrived <= left_at + SEEN_AFTER_S:
                arrivals.append((arrived, report.device))
        if not arrivals:
            return False
        self._offers += 1
        offer = Offer(f"{self._device}/{self._boot}/{self._offers}", max(arrivals)[1], music)
        self.outgoing = self._made[offer.id] = OutgoingOffer(offer, now)
        while len(self._made) > IDS_KEPT:
            self._made.popitem(last=False)
        return True

    def proceed(self, now: float, here: Here, room: SeenRoom) -> list[Move]:
        """Go on with the offer that stands. room: the newest report of whom it is for."""
        outgoing = self.outgoing
        if outgoing is None:
            return []
        left_again = room.at > outgoing.at and room.report.present is False
        ended = not outgoing.held and here.music is None and here.paused is None
        if here.present is not False or left_again or ended or now - outgoing.at > OFFER_MAX_S:
            # Somebody is back, nobody is there any more, or a person ended the music.
            self.outgoing = None
            return []
        if not outgoing.held and here.music is not None:
            # Where it is now, for the one who takes it.
            outgoing.offer = replace(outgoing.offer, moving=here.music)
            if now - outgoing.at >= HOLD_AFTER_S:
                outgoing.held = True
                return [Hold(outgoing.offer.to)]
        return []

    def taken(self, now: float, here: Here, report: RoomReport) -> list[Move]:
        """Another device plays what this one offered, perhaps before it was started anew."""
        offer_id = report.taken or ""
        owner, _, rest = offer_id.partition("/")
        if owner != self._device or not rest:
            return []
        made = self._made.get(offer_id)
        known = offer_id == self.heard if made is None else made.taken
        if made is None and not known and (rest.startswith(f"{self._boot}/") or here.present is not False):
            return []
        self.heard, self.kept = offer_id, made is not None and made.kept
        if known:
            return []
        if made is not None:
            made.taken = True
            music = here.music or here.paused
            if music is not None and music.music.uri != made.offer.moving.music.uri:
                return []  # what plays here now is other music, which nobody took
            if made.held and here.present is True and not report.shared:
                # Somebody was back before the answer came, and listens.
                self.kept = made.kept = True
                return []
        self.outgoing = None
        self._moved_at = self._gave_at[report.device] = now
        return [Give(report.device, report.shared)]

    def declined(self, report: RoomReport) -> bool:
        """Whether the other device doesn't take what is on offer."""
        outgoing = self.outgoing
        if outgoing is None or report.declined != outgoing.offer.id:
            return False
        self._declined_by.add(report.device)
        self.outgoing = None
        return True
