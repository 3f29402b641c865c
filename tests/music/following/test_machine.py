"""Music that follows people: two devices and a wire that loses, delays and repeats reports."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field, replace

import pytest

from edge.music.following.giving import HOLD_AFTER_S, SETTLE_S
from edge.music.following.machine import Following
from edge.music.following.report import Cancel, Give, Here, Hold, Move, MovingMusic, Offer, RoomReport, Take
from edge.values import Music

KITCHEN, LIVING = "kitchen", "living-room"
AFTER_S, DELAY_MAX_S = 20.0, 2.0
JAZZ = MovingMusic(Music("spotify:playlist:jazz", "jazz"), "happy", "everyday", "mpd", "MPD in the kitchen", "s1", 10.0)


@dataclass
class SimulatedRoom:
    """A room with a device and a player. music: what plays, is held, or is about to begin at `begins`."""

    device: str
    following: Following
    people: int = 0
    present: bool = False
    present_at: float | None = None
    playing: MovingMusic | None = None
    held: MovingMusic | None = None
    starting: MovingMusic | None = None
    begins: float = 0.0
    started: list[str] = field(default_factory=list)
    refuses: str = ""
    empty_at: list[float] = field(default_factory=list)


class Home:
    """Two rooms and the wire between them. loss: the share of reports that don't arrive."""

    def __init__(
        self, seed: int, *, loss: float, failing: float = 0.0, step: float = 1.0, after: float = AFTER_S
    ) -> None:
        self.outages = 0
        self.random, self.loss, self.failing = random.Random(seed), loss, failing
        self.now, self.step = 1000.0, step
        self.rooms = {
            name: SimulatedRoom(name, Following(name, (KITCHEN, LIVING), after=after, boot=f"b{seed}"))
            for name in (KITCHEN, LIVING)
        }
        self.wire: list[tuple[float, str, RoomReport]] = []
        self.both_since: float | None = None
        # While the broker is away no report arrives.
        self.broker_away = False
        self.moves: list[tuple[float, str, Move]] = []

    def walk(self, kitchen: int, living: int) -> None:
        """So many people are in each room from now on; each camera shows it some time later."""
        for name, people in ((KITCHEN, kitchen), (LIVING, living)):
            room = self.rooms[name]
            if (people > 0) != (room.people > 0):
                room.present_at = self.now + (self.random.uniform(0, 5) if people else self.random.uniform(2, 40))
            room.people = people

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += self.step
            for room in self.rooms.values():
                self._turn(room)
            self.check()

    def _turn(self, room: SimulatedRoom) -> None:
        if room.present_at is not None and self.now >= room.present_at:
            room.present, room.present_at = room.people > 0, None
            if room.present and room.held is not None:
                room.playing, room.held = room.held, None
        if not room.present:
            room.empty_at.append(self.now)
        if room.starting is not None and self.now >= room.begins:
            room.playing, room.starting = room.starting, None
        if room.playing is not None and self.now % 20 == 0:
            room.playing = replace(room.playing, position=(room.playing.position or 0.0) + 20.0)
        for message in list(self.wire):
            if message[1] != room.device and message[0] <= self.now:
                self.wire.remove(message)
                self._do(room, room.following.see(self.now, message[2]))
        self._do(room, room.following.tick(self.now, Here(room.present, room.playing, room.refuses, paused=room.held)))
        if room.following.due(self.now):
            report = room.following.report(self.now)
            for _ in range(1 + (self.random.random() < 0.2)):
                if self.random.random() >= self.loss and not self.broker_away:
                    self.wire.append((self.now + self.random.uniform(0, DELAY_MAX_S), room.device, report))

    def _do(self, room: SimulatedRoom, moves: list[Move]) -> None:
        for move in moves:
            self.moves.append((self.now, room.device, move))
            if isinstance(move, Take):
                room.started.append(move.offer.id)
                room.begins = self.now + self.random.uniform(1, 8)
                if self.random.random() < self.failing:
                    room.begins = float("inf")
                room.starting = move.offer.moving
                other = self.rooms[LIVING if room.device == KITCHEN else KITCHEN]
                assert any(self.now - at <= DELAY_MAX_S + 2 for at in other.empty_at[-10:]), "others remain there"
            elif isinstance(move, Cancel):
                room.starting = None
            elif isinstance(move, Give):
                room.playing = room.held = None
            elif isinstance(move, Hold):
                room.held, room.playing = room.playing, None

    def check(self) -> None:
        rooms = self.rooms.values()
        assert any(room.playing or room.held or room.starting for room in rooms), "the music is lost"
        # Where both devices see people after an outage, each room has music.
        both = all(room.playing for room in rooms) and not (self.outages and all(room.present for room in rooms))
        self.both_since = (self.both_since or self.now) if both else None
        assert not both or self.now - (self.both_since or self.now) <= HOLD_AFTER_S, "it plays in both rooms"
        for room in rooms:
            assert len(room.started) == len(set(room.started)), "an offer was taken twice"

    @property
    def playing(self) -> list[str]:
        return [room.device for room in self.rooms.values() if room.playing is not None]


def begun(seed: int = 1, *, loss: float = 0.0, failing: float = 0.0, step: float = 1.0, after: float = AFTER_S) -> Home:
    """Somebody hears music in the kitchen."""
    home = Home(seed, loss=loss, failing=failing, step=step, after=after)
    home.rooms[KITCHEN].playing = JAZZ
    home.run(5)
    home.walk(1, 0)
    home.run(60)
    return home


def test_who_leaves_one_room_and_comes_into_the_other_hears_the_music_there() -> None:
    home = begun()
    home.walk(0, 1)
    home.run(19)
    assert home.playing == [KITCHEN], "not before follow_after"
    home.run(90)
    assert home.playing == [LIVING]
    assert [type(move) for _, _, move in home.moves] == [Take, Give]
    moved = home.rooms[LIVING].playing
    assert moved is not None and moved.song == "s1" and (moved.position or 0) > 100, "it goes on where it was"
    home.walk(1, 0)
    home.run(120)
    assert home.playing == [KITCHEN], "and back again"


def test_music_that_the_empty_room_has_paused_already_goes_on_in_the_other_one() -> None:
    home = begun()
    home.walk(0, 0)
    home.run(60)
    kitchen = home.rooms[KITCHEN]
    kitchen.held, kitchen.playing = kitchen.playing, None
    home.walk(0, 1)
    home.run(60)
    assert home.playing == [LIVING] and kitchen.held is None


@pytest.mark.parametrize("kitchen, living", [(1, 1), (2, 1), (0, 0)])
def test_it_stays_while_others_remain_or_nobody_comes(kitchen: int, living: int) -> None:
    home = begun()
    home.walk(2, 0)
    home.run(10)
    home.walk(kitchen, living)
    home.run(200)
    assert home.playing == [KITCHEN] and home.moves == []


def test_it_stays_where_somebody_was_in_the_other_room_all_the_time() -> None:
    home = Home(1, loss=0.0)
    home.rooms[KITCHEN].playing = JAZZ
    home.run(5)
    home.walk(1, 1)
    home.run(300)
    home.walk(0, 1)
    home.run(200)
    assert home.playing == [KITCHEN] and home.moves == []


def test_a_room_that_refuses_gets_none_and_isnt_asked_again() -> None:
    home = begun()
    home.rooms[LIVING].refuses = "quiet hours"
    home.walk(0, 1)
    home.run(200)
    assert home.playing == [KITCHEN] and home.moves == []


def test_music_that_doesnt_begin_there_stays_here() -> None:
    home = begun(failing=1.0)
    home.walk(0, 1)
    home.run(200)
    assert home.playing == [KITCHEN]
    assert [type(move) for _, _, move in home.moves] == [Take, Cancel]


def test_without_any_answer_the_empty_room_is_paused_and_goes_on_once_somebody_is_back() -> None:
    home = begun()
    home.walk(0, 1)
    while not home.rooms[KITCHEN].following.offering:
        home.run(1)
    home.loss = 1.0
    home.wire.clear()
    home.run(45)
    assert home.playing == [] and home.rooms[KITCHEN].held is not None
    home.loss = 0.0
    home.run(15)
    assert home.playing == [LIVING], "the offer still stands"
    home = begun()
    home.walk(0, 1)
    while not home.rooms[KITCHEN].following.offering:
        home.run(1)
    home.loss = 1.0
    home.wire.clear()
    home.run(200)
    home.walk(1, 0)
    home.run(10)
    assert home.playing == [KITCHEN]


def test_a_report_that_comes_late_or_twice_changes_nothing() -> None:
    following = Following(LIVING, (KITCHEN,), after=0.0, boot="x")
    following.tick(0.0, Here(False))
    following.tick(1.0, Here(True))
    kitchen = Following(KITCHEN, (LIVING,), after=0.0, boot="y")
    kitchen.tick(0.0, Here(True, JAZZ))
    old = kitchen.report(0.5)
    kitchen.see(1.0, following.report(1.0))
    kitchen.tick(1.5, Here(False, JAZZ))
    offer = kitchen.report(2.0)
    assert offer.offer is not None
    assert following.see(2.0, offer) == []
    assert [type(move) for move in following.tick(2.0, Here(True))] == [Take]
    assert following.see(2.1, offer) == [] and following.see(2.2, old) == []
    assert following.tick(3.0, Here(True)) == []
    assert following.see(2.3, replace(offer, device="cellar")) == [], "a device that isn't named"


def test_two_hundred_walks_with_lost_reports_lose_and_double_no_music() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        home = begun(seed, loss=chance.uniform(0, 0.6), failing=chance.choice((0.0, 0.0, 0.2)), step=2.0)
        for _ in range(6):
            people = chance.choice((1, 1, 2))
            places = [chance.choice((KITCHEN, LIVING, "outside")) for _ in range(people)]
            home.walk(places.count(KITCHEN), places.count(LIVING))
            home.run(chance.choice((6, 30, 100, 150)))
        home.failing = 0.0
        home.walk(0, 0)
        home.run(170)
        last = [room.device for room in home.rooms.values() if room.playing or room.held]
        assert len(last) == 1, f"seed {seed}"
        # Somebody comes home where it plays, leaves it, and hears it in the other room.
        here = last[0]
        home.walk(here == KITCHEN, here == LIVING)
        home.run(60)
        home.walk(here == LIVING, here == KITCHEN)
        home.run(200)
        assert home.playing == [LIVING if here == KITCHEN else KITCHEN], f"seed {seed}"


def offering(home: Home) -> Home:
    """Somebody has gone from the kitchen to the living room, and the kitchen's device offers the music."""
    home.walk(0, 1)
    while not home.rooms[KITCHEN].following.offering:
        home.run(1)
    return home


def outage(home: Home, seconds: float) -> None:
    home.broker_away = True
    home.outages += 1
    home.wire.clear()
    home.run(seconds)
    home.broker_away = False


def moved(home: Home) -> list[type[Move]]:
    return [type(move) for _, _, move in home.moves]


@pytest.mark.parametrize("away", [65, 110, 150, 300])
def test_a_broker_that_is_away_in_the_middle_of_a_hand_over_moves_the_music_once(away: float) -> None:
    home = offering(begun())
    while home.rooms[LIVING].starting is None:
        home.run(1)
    outage(home, away)
    assert home.playing == [LIVING], "the kitchen, which hears nothing, has paused"
    home.run(200)
    assert moved(home) == [Take, Hold, Give] and home.playing == [LIVING]
    assert home.rooms[KITCHEN].held is None


def test_who_comes_back_while_the_broker_is_away_hears_it_in_one_room_alone() -> None:
    home = offering(begun())
    while home.rooms[LIVING].starting is None:
        home.run(1)
    home.broker_away, home.outages = True, 1
    home.run(100)
    home.walk(1, 0)
    home.run(90)
    assert home.playing == [KITCHEN] and home.rooms[LIVING].held is not None
    home.broker_away = False
    home.run(30)
    assert home.playing == [KITCHEN] and home.rooms[LIVING].held is None, "the kitchen has kept it"
    home.walk(0, 1)
    home.run(150)
    assert home.playing == [LIVING]


def test_presence_that_comes_and_goes_moves_the_music_once_in_a_while() -> None:
    home = begun(after=5.0)
    for turn in range(40):
        for name, present in ((KITCHEN, turn % 2 == 0), (LIVING, turn % 2 == 1)):
            home.rooms[name].present = present
        home.run(15)
    taken = [at for at, _, move in home.moves if isinstance(move, Take)]
    assert 2 <= len(taken) <= 600 / SETTLE_S and len(home.playing) == 1
    assert all(later - at >= SETTLE_S for at, later in itertools.pairwise(taken))


def test_only_a_room_that_is_empty_now_offers_music() -> None:
    following = Following(LIVING, (KITCHEN,), after=0.0, boot="x")
    following.tick(0.0, Here(False))
    following.tick(1.0, Here(True))
    offer = Offer("kitchen/y/1", LIVING, JAZZ)
    offers = [
        RoomReport(KITCHEN, "y", 1, True, 5.0, offer),
        RoomReport(KITCHEN, "y", 2, None, 5.0, offer),
        RoomReport(KITCHEN, "y", 3, False, None, offer),
    ]
    for at, report in enumerate(offers):
        assert following.see(2.0 + at, report) == [] and following.tick(2.5 + at, Here(True)) == []
    # Reports that were held up come all at once: somebody has been back in the kitchen since the offer.
    following.see(6.0, RoomReport(KITCHEN, "y", 4, False, 30.0, offer))
    following.see(6.0, RoomReport(KITCHEN, "y", 5, True, 0.0))
    assert following.tick(6.5, Here(True)) == []


def test_an_answer_to_an_offer_that_was_never_made_ends_no_music() -> None:
    kitchen = Following(KITCHEN, (LIVING,), after=0.0, boot="y")
    kitchen.tick(0.0, Here(False, JAZZ))
    for seq, taken in enumerate(("kitchen/y/1", "kitchen/", "kitchen", "cellar/y/1")):
        assert kitchen.see(1.0, RoomReport(LIVING, "x", seq, True, 1.0, taken=taken)) == []


def test_two_hundred_walks_while_the_broker_comes_and_goes_lose_and_double_no_music() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        home = begun(seed, loss=chance.uniform(0, 0.4), step=2.0)
        for _ in range(3):
            place = chance.choice((KITCHEN, LIVING, "outside"))
            home.walk(place == KITCHEN, place == LIVING)
            home.run(chance.choice((6, 30, 44, 100)))
            if chance.random() < 0.7:
                outage(home, chance.uniform(5, 300))
        home.loss = 0.0
        home.walk(0, 0)
        home.run(170)
        last = [room.device for room in home.rooms.values() if room.playing or room.held]
        assert len(last) == 1, f"seed {seed}"
        here, there = last[0], LIVING if last[0] == KITCHEN else KITCHEN
        home.walk(here == KITCHEN, here == LIVING)
        home.run(60)
        home.walk(there == KITCHEN, there == LIVING)
        home.run(200)
        assert home.playing == [there], f"seed {seed}"
