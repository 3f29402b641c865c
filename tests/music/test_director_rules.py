"""Invariants that hold in any order of moods, commands, user actions and faults."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from edge.events import CommandRejected, DecisionMade, Event, TakenOver
from edge.music.timetable import local_time, volume_ceiling
from edge.values import Act, Control, Wish
from tests.scenarios.house import BERLIN, MAX_STEP_S, House, SimulatedTime, unix_time
from tests.scenarios.simple_player import SimplePlayer

MOODS = ("happy", "sad", "neutral", "angry", "unknown")
PROFILES = {
    "everyday": {
        "happy": [{"play": "mpd:happy", "volume": 15}, {"play": "mpd:glad", "weight": 2}],
        "sad": {"play": "mpd:sad", "volume": -20},
        "angry": "mpd:angry",
        "default": "nothing",
    },
    "evening": {"happy": "mpd:dance", "default": "mpd:calm"},
}
# Where minutes pass and nothing else happens.
LONG_STEP_S = 3.0
QUIET = [{"begins": "22:00", "ends": "7:00", "max_volume": 25}]
SCHEDULE = [{"profile": "evening", "begins": "18:00", "ends": "23:00"}]


class CheckedHouse(House):
    """Checks every decision when it is made."""

    def _publish(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, DecisionMade):
                self.check(event.wish)
            if isinstance(event, TakenOver):
                assert event.why.startswith("somebody"), event
        super()._publish(events)

    def check(self, wish: Wish) -> None:
        now, requested = self.time.monotonic, wish.basis is None
        assert wish.why and "\n" not in wish.why, "a wish without a reason in one line"
        if wish.act in (Act.KEEP, Act.FORGET):
            return
        assert requested or self.room.control is Control.AUTO, f"an action although control isn't auto: {wish}"
        if requested:
            assert wish.why.startswith("somebody "), wish.why
        playback = self.room.playback
        starts = wish.act in (Act.PLAY, Act.RESUME)
        assert not (starts and playback is not None and playback.elsewhere), "a start while the account plays elsewhere"
        local = local_time(now + (self.offset or 0.0), BERLIN)
        limit = volume_ceiling(self.config.quiet_hours, self.config.max_volume, local)
        assert wish.volume is None or 0 <= wish.volume <= limit, f"{wish.volume} is over the ceiling of {limit}"
        if starts and not requested and (local.hour >= 22 or local.hour < 7):
            assert wish.basis is not None and wish.basis.playing, "a start in quiet hours"


class RecordingPlayer(SimplePlayer):
    """Records the switches and starts that no person requested."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.switches: list[float] = []
        self.starts: list[float] = []
        self._by_person = False

    def apply(self, wish: Wish) -> None:
        self._by_person = wish.basis is None
        if self.deferred is None or wish.act is not Act.NEXT:
            super().apply(wish)
        else:
            # A person skips to the music that was deferred.
            self._by_person = True
            super().apply(wish)
        self._by_person = False

    def person(self, do: str, value: object = None) -> None:
        # What happened until now wasn't done by this person; deferred music that they skip to was.
        self._advance()
        self._by_person = True
        super().person(do, value)
        self._by_person = False

    def _start(self, music: Any, what: str) -> None:
        replaces, before = self.state == "playing", self.context
        assert not (self.elsewhere and self.state == "playing" and not self._by_person), (
            "music was moved from another speaker"
        )
        super()._start(music, what)
        if replaces and before != self.context and not self._by_person:
            self.switches.append(self._clock())
        elif not replaces and not self._by_person:
            self.starts.append(self._clock())


class Rules(RuleBasedStateMachine):
    """Moods, commands, user actions and faults in any order; the house checks each decision."""

    @initialize(
        hour=st.integers(0, 23),
        switch=st.sampled_from(["at_track_end", "queue", "now"]),
        strategy=st.sampled_from(["match", "lift"]),
        max_switches=st.integers(0, 4),
        strong=st.sampled_from([None, 1.0]),
        takeover=st.sampled_from([["song", "music", "speaker", "volume", "pause", "start"], ["music", "speaker"]]),
        loops=st.booleans(),
    )
    def begin(
        self,
        hour: int,
        switch: str,
        strategy: str,
        max_switches: int,
        strong: float | None,
        takeover: list[str],
        loops: bool,
    ) -> None:
        self.time = SimulatedTime()
        self.player = RecordingPlayer(lambda: self.time.monotonic)
        self.player.loops = loops
        self.max_switches = max_switches
        self.house = CheckedHouse(
            self.time,
            self.player,
            offset=unix_time(f"2026-11-21 {hour:02}:00") - self.time.monotonic,
            profiles=PROFILES,
            schedule=SCHEDULE,
            quiet_hours=QUIET,
            switch=switch,
            strategy=strategy,
            max_switches=max_switches,
            strong_change=strong,
            takeover=takeover,
            max_volume=60,
            cooldown=30,
            min_dwell=5,
            pause_after=300,
            resume_within=1800,
            takeover_ends_after=900,
        )
        self.touched = False

    @rule(mood=st.sampled_from(MOODS), seconds=st.integers(1, 900))
    def a_mood(self, mood: str, seconds: int) -> None:
        self.house.feels(mood, seconds)

    @rule(moods=st.lists(st.sampled_from(MOODS[:4]), min_size=2, max_size=5), seconds=st.sampled_from([7, 60, 205]))
    def changing_moods(self, moods: list[str], seconds: int) -> None:
        self.player.reachable = True
        self.house.command("control", "auto")
        for mood in moods:
            self.house.feels(mood, seconds)

    @rule(seconds=st.integers(1, 2000))
    def everybody_leaves(self, seconds: int) -> None:
        self.house.max_step = LONG_STEP_S
        self.house.leaves(seconds)
        self.house.max_step = MAX_STEP_S

    @rule(tens_of_minutes=st.integers(1, 9))
    def time_passes(self, tens_of_minutes: int) -> None:
        self.house.max_step = LONG_STEP_S
        self.house.passes(tens_of_minutes * 600)
        self.house.max_step = MAX_STEP_S

    @rule(do=st.sampled_from(["play", "pause", "resume", "next", "elsewhere", "back", "off"]), n=st.integers(0, 2))
    def a_person_uses_the_speaker(self, do: str, n: int) -> None:
        self.touched = True
        self.player.person(do, ("mpd:theirs", "mpd:happy", "mpd:calm")[n])
        self.house.passes(n)

    @rule(volume=st.integers(0, 100))
    def a_person_sets_the_speakers_volume(self, volume: int) -> None:
        self.touched = True
        self.player.person("volume", volume)

    @rule(away=st.booleans(), seconds=st.integers(0, 120))
    def the_player_is_reachable_or_not(self, away: bool, seconds: int) -> None:
        self.player.reachable = not away
        self.house.passes(seconds)

    @rule(
        command=st.sampled_from(
            [
                *(("control", value) for value in ("auto", "hands_off", "off")),
                *(("mood", value) for value in ("auto", "happy", "sad")),
                *(("playback", value) for value in ("play", "pause", "next", "previous")),
                *(("profile", value) for value in PROFILES),
                *(("camera", value) for value in ("ON", "OFF")),
            ]
        )
    )
    def a_person_sends_a_command(self, command: tuple[str, str]) -> None:
        self.house.command(*command)
        assert not self.house.happened(CommandRejected)

    @rule(volume=st.integers(0, 100))
    def a_person_requests_a_volume(self, volume: int) -> None:
        self.house.command("volume", str(volume))

    @precondition(lambda self: self.house.player.state == "playing")
    @rule()
    def a_song_ends(self) -> None:
        self.house.passes(200)

    def teardown(self) -> None:
        if not hasattr(self, "house"):
            return
        for at in self.player.switches:
            within = [other for other in self.player.switches if at - 3600 < other <= at]
            assert len(within) <= self.max_switches, f"{len(within)} switches within an hour"
        for at in self.player.starts:
            hour = local_time(at + (self.house.offset or 0.0), BERLIN).hour
            assert 7 <= hour < 22, "music began in quiet hours"
        takeovers = self.house.happened(TakenOver)
        assert self.touched or not takeovers, f"takeovers without a user action: {takeovers}"


TestRules = Rules.TestCase
TestRules.settings = settings(
    max_examples=settings.default.max_examples * 3 // 10,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
