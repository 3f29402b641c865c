"""Lost answers, restarts, accounts and daemons that go away: nothing is lost, and nothing doubled."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
from typing import Any

import pytest

from edge.errors import PlayerError
from edge.players.driver import PlayerDriver
from edge.players.go_librespot.errors import DaemonAwayError, DaemonRestartedError
from edge.players.go_librespot.player import GoLibrespotPlayer
from edge.players.go_librespot.rest import ApiAnswer
from edge.players.wish_queue import WishQueue
from edge.values import Act, Playback, Problem, When, Wish
from tests.librespot_server import Librespot, MemoryApi, MemoryEvents
from tests.librespot_server.world import BREAK, LOSE, REFUSE
from tests.players.go_librespot_samples import HAPPY, LIST, SAD, SONG, done, player_on, run_for
from tests.players.listening import play, wish
from tests.players.odd_messages import odd


def apply(player: GoLibrespotPlayer, what: Wish) -> None:
    with contextlib.suppress(PlayerError):
        player.apply(what)


def happy_player(world: Librespot) -> GoLibrespotPlayer:
    player = player_on(world)
    player.apply(play(HAPPY))
    run_for(player, world, 10)
    world.commands.clear()
    return player


@pytest.mark.parametrize("tells", [True, False], ids=["events", "polled"])
@pytest.mark.parametrize("fault", [BREAK, LOSE, REFUSE])
def test_music_whose_answer_is_lost_begins_once(fault: str, tells: bool) -> None:
    world = Librespot()
    world.tells = tells
    player = happy_player(world)
    world.faults.append(fault)
    apply(player, play(SAD))
    run_for(player, world, 40)
    assert player.playback().context == SAD.uri and player.playback().state == "playing"
    assert done(world) == ["play"]


@pytest.mark.parametrize("fault", [BREAK, LOSE, REFUSE])
def test_a_skip_whose_answer_is_lost_skips_once(fault: str) -> None:
    world = Librespot()
    player = happy_player(world)
    world.faults.append(fault)
    apply(player, wish(Act.NEXT))
    run_for(player, world, 20)
    assert player.playback().title == "happysongs 1" and player.playback().context == HAPPY.uri


@pytest.mark.parametrize("fault", [LOSE, REFUSE])
def test_a_queued_song_whose_answer_is_lost_is_queued_once(fault: str) -> None:
    world = Librespot()
    player = happy_player(world)
    world.faults.append(fault)
    apply(player, play(SONG, When.QUEUE))
    run_for(player, world, 20)
    assert [song.uri for song in world.queue] == [SONG.uri]


def test_a_refusal_sets_the_volume_back_and_is_told() -> None:
    world = Librespot()
    player = happy_player(world)
    player.apply(play(SAD))
    run_for(player, world, 5)
    world.faults.extend(["", 500])
    player.apply(play(HAPPY, fade=True))
    [abandoned] = player.take_abandoned()
    assert (
        abandoned.fault and "can't play spotify:playlist:happysongs (500); check that it still exists" in abandoned.why
    )
    assert world.volume == 40 and player.playback().context == SAD.uri


class FailingApi(MemoryApi):
    """An API that refuses to tell what plays while `status` is one of HTTP's."""

    status: int | None = None
    looks = 0

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, *, timeout: float) -> ApiAnswer:
        if path == "/status" and self.status is not None:
            self.looks += 1
            return ApiAnswer(self.status)
        return super().call(method, path, body, timeout=timeout)


@pytest.mark.parametrize("status", [400, 403, 500, 501])
def test_a_daemon_that_refuses_to_tell_what_plays_is_told_and_keeps_the_wish(status: int) -> None:
    world = Librespot()
    api, posted, wishes = FailingApi(world), list[Any](), WishQueue()
    player = GoLibrespotPlayer(api, lambda: MemoryEvents(world), clock=world.clock)
    driver = PlayerDriver(player, wishes, post=posted.append, clock=world.clock)
    api.status = status
    wishes.put(play(HAPPY))
    driver.turn()
    assert [one for one in posted if isinstance(one, Problem) and f"({status})" in one.message]
    for _ in range(20):
        world.advance(max(0.05, driver.seconds_until_look()))
        driver.turn()
    assert [one for one in posted if isinstance(one, Playback)][-1].state == "unavailable"
    assert not [one for one in posted if isinstance(one, Wish)] and world.monotonic > 10 * api.looks
    api.status = None
    wishes.put(play(HAPPY))
    for _ in range(20):
        world.advance(max(0.05, driver.seconds_until_look()))
        driver.turn()
    assert [one for one in posted if isinstance(one, Playback)][-1].state == "playing"


def test_limited_requests_are_waited_for() -> None:
    world = Librespot()
    player = player_on(world)
    world.faults.append(429)
    with pytest.raises(PlayerError, match="Spotify limits requests"):
        player.apply(play(HAPPY))
    run_for(player, world, 30)
    assert player.playback().context == HAPPY.uri and player.take_abandoned() == []


def test_an_account_without_premium_is_told() -> None:
    world = Librespot()
    world.premium = False
    player = player_on(world)
    player.apply(play(HAPPY))
    run_for(player, world, 60)
    [abandoned] = player.take_abandoned()
    assert "accepted, and nothing plays; only Premium accounts can play" in abandoned.why


def test_a_restarted_daemon_ends_the_music_and_no_person_did() -> None:
    world = Librespot()
    player = happy_player(world)
    world.restart(takes=20)
    with pytest.raises(DaemonAwayError):
        player.playback()
    world.advance(25)
    with pytest.raises(DaemonRestartedError) as lost:
        player.playback()
    assert lost.value.silent
    assert player.playback().state == "stopped"
    player.apply(play(HAPPY))
    assert player.playback().context == HAPPY.uri


def test_a_restart_between_two_looks() -> None:
    world = Librespot()
    player = happy_player(world)
    world.restart(takes=1)
    world.advance(2)
    with pytest.raises(DaemonRestartedError):
        player.playback()


def test_after_a_gap_without_events_the_list_is_known() -> None:
    world = Librespot()
    player = happy_player(world)
    world.break_connections()
    world.advance(700)
    run_for(player, world, 3)
    assert player.playback().title == "happysongs 3" and player.playback().context == HAPPY.uri


def test_the_waits_for_the_events_grow() -> None:
    world = Librespot()
    tries: list[float] = []

    def no_events() -> MemoryEvents:
        tries.append(world.monotonic)
        raise DaemonAwayError("go_librespot: no events")

    player = GoLibrespotPlayer(MemoryApi(world), no_events, clock=world.clock)
    run_for(player, world, 300)
    waits = [round(after - before) for before, after in itertools.pairwise(tries)]
    assert waits[:5] == [2, 4, 8, 16, 32] and set(waits[5:]) <= {60, 61, 62}


# --- What the daemon sends --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_any_message_is_taken_or_refused_in_one_sentence(seed: int) -> None:
    world, rng = Librespot(), random.Random(seed)
    receive, deliver = world.receive, MemoryEvents.deliver

    class OddEvents(MemoryEvents):
        def deliver(self, text: str) -> None:
            deliver(self, json.dumps(odd(json.loads(text), rng)))

    def odd_answer(method: str, path: str, body: dict[str, object] | None) -> object:
        answer = receive(method, path, body)
        return (answer[0], odd(answer[1], rng)) if isinstance(answer, tuple) else answer

    world.receive = odd_answer  # type: ignore[method-assign, assignment]
    player = GoLibrespotPlayer(MemoryApi(world), lambda: OddEvents(world), clock=world.clock)
    for _ in range(15):
        apply(player, rng.choice([play(HAPPY), play(SAD, fade=True), play(LIST), wish(Act.PAUSE), wish(Act.NEXT)]))
        for playback in run_for(player, world, rng.choice([1, 5, 40])):
            texts = (playback.title, playback.artist, playback.uri, playback.cover, playback.speaker)
            assert all(text is None or (text.isprintable() and len(text) <= 2000) for text in texts)
            assert playback.volume is None or 0 <= playback.volume <= 100


# --- Any evening ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_any_evening_ends_well(seed: int) -> None:
    """250 faults in each: no volume stays lowered, and nothing stays pending."""
    rng = random.Random(seed)
    world = Librespot(steps=rng.choice([16, 64, 100]), persists=rng.random() < 0.5, autoplay=rng.random() < 0.5)
    player = player_on(world)
    faults = 0
    while faults < 250:
        what = rng.randrange(10)
        if what < 5:
            music = rng.choice([HAPPY, SAD, SONG, LIST])
            when = rng.choice([When.NOW, When.NOW, When.TRACK_END, When.QUEUE])
            options = {"shuffle": rng.choice([None, True, False]), "repeat": rng.choice([None, "off", "context"])}
            apply(player, play(music, when, fade=rng.random() < 0.3, volume=rng.choice([None, 40]), **options))
        elif what == 5:
            apply(player, wish(rng.choice([Act.PAUSE, Act.RESUME, Act.NEXT, Act.PREVIOUS, Act.FORGET])))
        elif what == 6:
            rng.choice([world.person_skips, world.person_plays, world.person_pauses])()
        elif what == 7:
            world.person_moves()
            run_for(player, world, rng.choice([2, 30]))
            world.person_plays()
        elif what == 8 and not world.down:
            world.restart(takes=rng.choice([2, 40]))
            faults += 1
        else:
            world.break_connections()
            faults += 1
        more = [rng.choice([BREAK, LOSE, REFUSE, 429, 500, 503]) for _ in range(rng.choice([0, 2, 4]))]
        faults += len(more)
        world.faults.extend(more)
        run_for(player, world, rng.choice([0.5, 5, 30]))
    world.faults.clear()
    world.account = True
    run_for(player, world, 900)
    apply(player, play(HAPPY, volume=40))
    run_for(player, world, 60)
    assert player.playback().context == HAPPY.uri and player.playback().state == "playing"
    assert player.playback().volume == 40
