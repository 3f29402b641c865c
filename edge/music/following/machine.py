"""`Following`: when music moves from one room to another, and what each device does for it. Pure.

The device whose room empties offers its music, by name, to the device whose room somebody has come into, and repeats
the offer in each report. The other one plays it and reports that; only then does the first one stop. Each report is the
device's whole state, so that a lost, late or repeated message neither loses nor doubles music:

- An offer is taken once, by its id, and only when a report that carries it has just come.
- Without an answer the first room, which is empty, is paused after HOLD_AFTER_S, so that the music never plays in both
  for longer; it begins in the other room once the offer gets there.
- What was taken is reported for a while, so that the other device learns it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from edge.music.following.report import Cancel, Give, Here, Hold, Move, Offer, RoomReport, Take

# Between two reports while something is on its way, and otherwise.
REPEAT_S, IDLE_REPEAT_S = 2.0, 10.0
# A report that is older says nothing of the room any more.
REPORT_MAX_AGE_S = 25.0
# Somebody may be seen in the new room before the camera of the old one gives them up, and some time after.
SEEN_BEFORE_S, SEEN_AFTER_S = 180.0, 300.0
# How long music may take to begin; how long the first room plays on without an answer; and how long an offer stands.
START_MAX_S, HOLD_AFTER_S, OFFER_MAX_S = 25.0, 40.0, 120.0
# How long an answer is repeated, and for how many offers it is remembered.
ANSWER_SHOWN_S, IDS_KEPT = 120.0, 64
# Music that was taken, and is offered again under another id, plays already.
SAME_MUSIC_S = 60.0


@dataclass
class _Outgoing:
    offer: Offer
    at: float
    held: bool = False


@dataclass(frozen=True)
class _Answer:
    id: str
    at: float
    taken: bool
    shared: bool = False


class Following:
    """One device's part; used by one thread."""

    def __init__(self, device: str, others: Sequence[str], *, after: float, boot: str) -> None:
        """device: this one's id. others: the devices whose rooms music may move to and from.

        after: how long a room must be empty, and the other one not, seconds. boot: another text for each start.
        """
        self._device, self._others, self._after, self._boot = device, frozenset(others) - {device}, after, boot
        self._here = Here(None)
        # Since when the room is as it is; None where it was so before the device looked.
        self._since: float | None = None
        self._known = False
        self._reports: dict[str, tuple[float, RoomReport]] = {}
        self._outgoing: _Outgoing | None = None
        self._taking: tuple[Take, float] | None = None
        self._answer: _Answer | None = None
        # Offers of other devices that were answered, and own ones whose music was given away.
        self._answered: OrderedDict[str, _Answer] = OrderedDict()
        self._given: OrderedDict[str, None] = OrderedDict()
        self._declined_by: set[str] = set()
        self._offers = self._seq = 0
        self._reported_at = float("-inf")
        self._dirty = False

    @property
    def offering(self) -> bool:
        """True while music is on offer, so that it may vanish here."""
        return self._outgoing is not None

    def tick(self, now: float, here: Here) -> list[Move]:
        """Take in what is known of the own room. Returns what is to be done. Called about once a second."""
        self._update_presence(now, here)
        if self._outgoing is not None:
            return self._continue_offer(now, self._outgoing)
        self._offer(now)
        return self._continue_taking(now)

    def see(self, now: float, report: RoomReport) -> list[Move]:
        """Take in another device's report, which has just come. Returns what is to be done."""
        if report.device not in self._others:
            return []
        before = self._reports.get(report.device)
        if before is not None and before[1].boot == report.boot and report.seq <= before[1].seq:
            return []  # late or repeated
        self._reports[report.device] = now, report
        moves: list[Move] = []
        if report.taken is not None:
            moves += self._taken(report.taken, report)
        outgoing = self._outgoing
        if outgoing is not None and report.declined == outgoing.offer.id:
            self._declined_by.add(report.device)
            self._end_offer()
        if report.offer is not None and report.offer.to == self._device:
            moves += self._offered(now, report.offer)
        return moves

    def due(self, now: float) -> bool:
        """Whether a report is due."""
        busy = self._outgoing is not None or self._taking is not None or self._answer is not None
        return self._dirty or now - self._reported_at >= (REPEAT_S if busy else IDLE_REPEAT_S)

    def report(self, now: float) -> RoomReport:
        """The report for the other devices."""
        if self._answer is not None and now - self._answer.at > ANSWER_SHOWN_S:
            self._answer = None
        self._seq += 1
        self._reported_at, self._dirty = now, False
        answer = self._answer
        return RoomReport(
            self._device,
            self._boot,
            self._seq,
            present=self._here.present,
            for_s=None if self._since is None else now - self._since,
            offer=self._outgoing.offer if self._outgoing is not None else None,
            taken=answer.id if answer is not None and answer.taken else None,
            shared=answer is not None and answer.shared,
            declined=answer.id if answer is not None and not answer.taken else None,
        )

    def _update_presence(self, now: float, here: Here) -> None:
        if here.present is not self._here.present:
            # What follows "not known" may have been so for long.
            self._since = now if self._known and self._here.present is not None else None
            self._declined_by.clear()
            self._dirty = True
        self._known = self._known or here.present is not None
        self._here = here

    # The room that people leave.

    def _offer(self, now: float) -> None:
        """Offer the music to the room that somebody has come into, if this one has been empty for long enough."""
        here, left_at = self._here, self._since
        music = here.music or here.paused
        if music is None or here.present is not False or left_at is None or now - left_at < self._after:
            return
        if self._taking is not None:
            return
        arrivals: list[tuple[float, str]] = []
        for device in self._others - self._declined_by:
            seen_at, report = self._reports.get(device, (float("-inf"), None))
            if report is None or now - seen_at > REPORT_MAX_AGE_S or not report.present or report.for_s is None:
                continue
            arrived = seen_at - report.for_s
            if now - arrived >= self._after and left_at - SEEN_BEFORE_S <= arrived <= left_at + SEEN_AFTER_S:
                arrivals.append((arrived, device))
        if arrivals:
            self._offers += 1
            offer_id = f"{self._device}/{self._boot}/{self._offers}"
            self._outgoing = _Outgoing(Offer(offer_id, max(arrivals)[1], music), now)
            self._dirty = True

    def _continue_offer(self, now: float, outgoing: _Outgoing) -> list[Move]:
        offer, here = outgoing.offer, self._here
        seen_at, report = self._reports[offer.to]
        left_again = seen_at > outgoing.at and report.present is False
        ended = not outgoing.held and here.music is None and here.paused is None
        if here.present is not False or left_again or ended or now - outgoing.at > OFFER_MAX_S:
            # Somebody is back, nobody is there any more, or a person ended the music.
            self._end_offer()
            return []
        if not outgoing.held and here.music is not None:
            # Where it is now, for the one who takes it.
            outgoing.offer = replace(offer, moving=here.music)
            if now - outgoing.at >= HOLD_AFTER_S:
                outgoing.held = True
                return [Hold(offer.to)]
        return []

    def _end_offer(self) -> None:
        self._outgoing, self._dirty = None, True

    def _taken(self, offer_id: str, report: RoomReport) -> list[Move]:
        """Another device plays what this one offered, perhaps before it was started anew."""
        owner, _, rest = offer_id.partition("/")
        if owner != self._device or offer_id in self._given:
            return []
        if not rest.startswith(f"{self._boot}/") and self._here.present is not False:
            return []
        self._given[offer_id] = None
        while len(self._given) > IDS_KEPT:
            self._given.popitem(last=False)
        if self._outgoing is not None and self._outgoing.offer.id == offer_id:
            self._end_offer()
        return [Give(report.device, report.shared)]

    # The room that people come into.

    def _offered(self, now: float, offer: Offer) -> list[Move]:
        if (answered := self._answered.get(offer.id)) is not None:
            self._tell(replace(answered, at=now))
            return []
        if self._taking is not None:
            if self._taking[0].offer.id != offer.id:
                self._tell(_Answer(offer.id, now, taken=False))
            return []
        here, last, moving = self._here, self._answer, offer.moving
        if here.present is not True or here.refuses or self._outgoing is not None:
            self._tell(_Answer(offer.id, now, taken=False))
            return []
        plays = here.music is not None and here.music.music.uri == moving.music.uri
        same_source = last is not None and last.id.rpartition("/")[0] == offer.id.rpartition("/")[0]
        if plays and last is not None and last.taken and same_source and now - last.at <= SAME_MUSIC_S:
            self._tell(replace(last, id=offer.id, at=now))
            return []
        shared = here.elsewhere is not None and here.elsewhere == moving.speaker
        if here.elsewhere is not None and not shared:
            self._tell(_Answer(offer.id, now, taken=False))
            return []
        take = Take(offer, shared)
        self._taking, self._dirty = (take, now), True
        return [take]

    def _continue_taking(self, now: float) -> list[Move]:
        if self._taking is None:
            return []
        (take, began), music = self._taking, self._here.music
        if music is not None and music.music.uri == take.offer.moving.music.uri and now > began:
            self._taking = None
            self._tell(_Answer(take.offer.id, now, taken=True, shared=take.shared))
        elif now - began > START_MAX_S:
            self._taking = None
            self._tell(_Answer(take.offer.id, now, taken=False))
            return [Cancel(take.offer)]
        return []

    def _tell(self, answer: _Answer) -> None:
        self._answer, self._dirty = answer, True
        self._answered[answer.id] = answer
        self._answered.move_to_end(answer.id)
        while len(self._answered) > IDS_KEPT:
            self._answered.popitem(last=False)
