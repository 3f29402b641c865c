"""Requests for one command: nothing is fetched twice, and a 429 stops all of them."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest

from edge.errors import PlayerError
from edge.players.spotify.auth import CountingSession
from edge.players.spotify.player import SpotifyPlayer
from edge.values import Act, When
from tests.players.listening import JAZZ, LIST, ROCK, SONG, executed, play, run_for, wish
from tests.players.spotify.test_any_evening import random_incident, random_wish
from tests.spotify_server import Server, World
from tests.spotify_server.server import error

THEIRS = "spotify:album:theirs"
PLAYBACK, SPEAKERS, QUEUE = "GET /v1/me/player", "GET /v1/me/player/devices", "GET /v1/me/player/queue"


@contextlib.contextmanager
def requests_of(server: Server) -> Iterator[list[str]]:
    """The requests of the block, once it has ended."""
    before, requests = len(server.requests), list[str]()
    try:
        yield requests
    finally:
        requests += server.requests[before:]


def fetched_twice(requests: list[str]) -> list[str]:
    return [request for request, count in Counter(requests).items() if request.startswith("GET") and count > 1]


@pytest.fixture
def slow_network(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request takes 0.4 s."""
    send = CountingSession.request

    def request(self: CountingSession, method: str, url: str, *args: object, **kwargs: object) -> object:
        world.advance(0.4)
        return send(self, method, url, *args, **kwargs)

    monkeypatch.setattr(CountingSession, "request", request)


def test_play_into_silence_fetches_the_speakers_once(player: SpotifyPlayer, server: Server) -> None:
    with requests_of(server) as requests:
        player.apply(play())
    assert requests == [PLAYBACK, SPEAKERS, "PUT /v1/me/player/play"]


def test_play_into_a_known_silence_fetches_the_speakers_only(
    player: SpotifyPlayer, world: World, server: Server
) -> None:
    player.playback()
    world.advance(30)
    with requests_of(server) as requests:
        player.apply(play())
    assert requests == [SPEAKERS, "PUT /v1/me/player/play"]


def test_play_with_a_paused_phone_fetches_playback_and_speakers_once(
    player: SpotifyPlayer, world: World, server: Server
) -> None:
    world.person("play", THEIRS)
    world.person("pause")
    world.advance(3)
    with requests_of(server) as requests:
        player.apply(play(volume=20, shuffle=True))
    assert requests == [PLAYBACK, SPEAKERS, "PUT /v1/me/player/play"]


def test_a_song_is_queued_again_after_one_check_of_the_queue(
    player: SpotifyPlayer, world: World, server: Server
) -> None:
    player.apply(play())
    run_for(player, world, 10)
    server.command_faults.append("500")
    with contextlib.suppress(PlayerError):
        player.apply(play(SONG, When.QUEUE))
    world.advance(6)
    with requests_of(server) as requests:
        player.playback()
    assert requests == [PLAYBACK, QUEUE, "POST /v1/me/player/queue"]
    assert executed(world)[-1] == ("queue", SONG.uri)


@pytest.mark.usefixtures("slow_network")
def test_a_wish_and_the_playback_after_it_cost_one_observation_on_a_slow_network(
    player: SpotifyPlayer, world: World, server: Server
) -> None:
    player.apply(play())
    run_for(player, world, 10)
    world.advance(20)
    with requests_of(server) as requests:
        player.apply(play())  # it already plays
        player.playback()
    assert requests == [PLAYBACK]


def test_a_missing_speaker_is_looked_up_again_for_the_next_command(player: SpotifyPlayer, world: World) -> None:
    world.sleep("Living Room")
    with pytest.raises(PlayerError):
        player.apply(play())
    world.wake("Living Room")
    player.playback()
    assert executed(world) == [("play", (JAZZ.uri, None))]


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_no_command_fetches_anything_twice(
    player: SpotifyPlayer, world: World, server: Server, request: pytest.FixtureRequest, seed: int, slow: bool
) -> None:
    if slow:
        request.getfixturevalue("slow_network")
    rng = random.Random(seed)
    for _ in range(60):
        if rng.random() < 0.3:
            random_incident(rng, world, server)
            server.faults.clear()
        wished = rng.choice([random_wish(rng), play(LIST), play(ROCK, fade=True), wish(Act.NEXT)])
        for command in (partial(player.apply, wished), player.playback):
            with requests_of(server) as requests, contextlib.suppress(PlayerError):
                command()
            assert not fetched_twice(requests), (wished, requests)
            world.advance(rng.choice([0.1, 1.0, 2.5, 4.0, 31.0]))


def test_no_request_is_sent_before_the_time_in_a_429_is_over(
    player: SpotifyPlayer, world: World, server: Server
) -> None:
    server.answers["*"] = (429, error(429, "slow")[1], {"Retry-After": "9"})
    with pytest.raises(PlayerError):
        player.playback()
    server.answers.clear()
    world.advance(9.5)
    with requests_of(server) as requests, pytest.raises(PlayerError) as raised:
        player.apply(play())
    assert requests == []
    assert raised.value.retry_after == pytest.approx(0.5)
    world.advance(0.6)
    player.playback()
    assert executed(world) == [("play", (JAZZ.uri, None))]
