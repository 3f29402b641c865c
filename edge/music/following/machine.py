"""`Following`: when music moves from one room to another, and what each device does for it. Pure.

The device whose room empties offers its music, by name, to the device whose room somebody has come into, and repeats
the offer in each report. The other one plays it and reports that; only then does the first one stop. Each report is the
device's whole state, so that a lost, late or repeated message neither loses nor doubles music:

- An offer counts only as the newest report of an empty room has it, and is taken once, by its id.
- Without an answer the first room, which is empty, is paused after HOLD_AFTER_S, so that the music never plays in both
  for longer; it begins in the other room once the offer gets there.
- What was taken is reported until the first device says that it has heard. Until then the other room pauses when it is
  left, since the music may play in the first one again; music that goes on in both ends where nobody is.
"""

from __future__ import annotations

from collections.abc import Sequence

from edge.music.following.giving import Giving, SeenRoom
from edge.music.following.report import Here, Move, Offer, RoomReport
from edge.music.following.taking import TakenMusic, Taking

# Between two reports while something is on its way, and otherwise.
REPEAT_S, IDLE_REPEAT_S = 2.0, 10.0
# A report that is older says nothing of the room any more.
REPORT_MAX_AGE_S = 25.0


class Following:
    """One device's part; used by one thread."""

    def __init__(self, device: str, others: Sequence[str], *, after: float, boot: str) -> None:
        """device: this one's id. others: the devices whose rooms music may move to and from.

        after: how long a room must be empty, and the other one not, seconds. boot: another text for each start.
        """
        self._device, self._others, self._boot = device, frozenset(others) - {device}, boot
        self._giving, self._taking = Giving(device, after=after, boot=boot), Taking(after=after)
        self._here = Here(None)
        # Since when the room is as it is; None where it was so before the device looked.
        self._since: float | None = None
        self._known = False
        self._rooms: dict[str, SeenRoom] = {}
        # The offers to this room in the newest reports that came since the last tick.
        self._offers: dict[str, Offer] = {}
        self._seq = 0
        self._reported_at = float("-inf")
        self._dirty = False

    @property
    def offering(self) -> bool:
        """True while music is on offer, so that it may vanish here."""
        return self._giving.outgoing is not None

    def tick(self, now: float, here: Here) -> list[Move]:
        """Take in what is known of the own room. Returns what is to be done. Called about once a second."""
        self._update_presence(now, here)
        giving, taking = self._giving, self._taking
        before = self._shown()
        moves: list[Move] = []
        offers, self._offers = self._offers, {}
        for offer in offers.values():
            self._dirty = True
            moves += taking.offered(now, here, offer, giving=self.offering)
        if giving.outgoing is not None:
            moves += giving.proceed(now, here, self._rooms[giving.outgoing.offer.to])
        elif here.present is False and not taking.beginning:
            fresh = [room for room in self._rooms.values() if now - room.at <= REPORT_MAX_AGE_S]
            giving.begin(now, here, self._since, fresh)
        taken = taking.taken
        moves += taking.tick(now, here, self._since)
        if _offer_of(taking.taken) != _offer_of(taken):
            giving.moved(now)
        self._dirty = self._dirty or self._shown() != before
        return moves

    def see(self, now: float, report: RoomReport) -> list[Move]:
        """Take in another device's report, which has just come. Returns what is to be done; an offer waits for the next
        tick, since reports that were held up come all at once, and only the newest one is true.
        """
        if report.device not in self._others:
            return []
        before = self._rooms.get(report.device)
        if before is not None and before.report.boot == report.boot and report.seq <= before.report.seq:
            return []  # late or repeated
        self._rooms[report.device] = SeenRoom(now, report)
        self._offers.pop(report.device, None)
        # A room that isn't known to be empty offers nothing, whatever a message says.
        empty = report.present is False and report.for_s is not None
        if empty and report.offer is not None and report.offer.to == self._device:
            self._offers[report.device] = report.offer
        moves: list[Move] = []
        if report.taken is not None:
            moves = self._giving.taken(now, self._here, report)
            if moves:
                self._taking.gave()
            self._dirty = True
        if report.heard is not None:
            self._taking.heard(report)
        if self._giving.declined(report):
            self._dirty = True
        return moves

    def due(self, now: float) -> bool:
        """Whether a report is due."""
        busy = self.offering or self._taking.beginning or self._taking.answering(now)
        return self._dirty or now - self._reported_at >= (REPEAT_S if busy else IDLE_REPEAT_S)

    def report(self, now: float) -> RoomReport:
        """The report for the other devices."""
        self._taking.answering(now)
        self._seq += 1
        self._reported_at, self._dirty = now, False
        giving, taken = self._giving, self._taking.taken
        shown = taken if taken is not None and not taken.heard else None
        return RoomReport(
            self._device,
            self._boot,
            self._seq,
            present=self._here.present,
            for_s=None if self._since is None else now - self._since,
            offer=giving.outgoing.offer if giving.outgoing is not None else None,
            taken=None if shown is None else shown.offer,
            shared=shown is not None and shown.shared,
            declined=self._taking.declined,
            heard=giving.heard,
            kept=giving.kept,
        )

    def _shown(self) -> tuple[object, ...]:
        """What others are to learn at once when it changes."""
        outgoing, taking = self._giving.outgoing, self._taking
        return outgoing is None, taking.taken, taking.declined, taking.beginning

    def _update_presence(self, now: float, here: Here) -> None:
        if here.present is not self._here.present:
            # What follows "not known" may have been so for long.
            self._since = now if self._known and self._here.present is not None else None
            self._giving.presence_changed()
            self._dirty = True
        self._known = self._known or here.present is not None
        self._here = here


def _offer_of(taken: TakenMusic | None) -> str | None:
    return None if taken is None else taken.offer
