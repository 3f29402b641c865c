"""Spotify, the network and the login fail and recover."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge.events import TakenOver
from edge.players.spotify.token_file import TokenFile
from edge.values import Control
from tests.scenarios.house import HAPPY, SAD, House
from tests.spotify_server import Server, World
from tests.spotify_server.server import CLIENT, error

Build = Callable[..., House]
ROOM = "Living Room"
DAY = 86400


def commands(world: World) -> list[str]:
    return [command.do for command in world.executed]


def test_the_quota_is_used_up_until_tomorrow(house: Build, world: World, server: Server) -> None:
    home = house(at="2026-11-21 20:00", quiet_hours=[{"begins": "22:00", "ends": "7:00"}])
    home.max_step = 10.0
    home.feels("happy", 60)
    status, body, _ = error(429, "API rate limit exceeded", "QUOTA_EXCEEDED")
    server.answers["*"] = (status, body, {"Retry-After": str(7 * 3600)})
    home.feels("sad", 1800)
    calls = len(server.requests)
    assert any("quota" in problem for problem in home.problems)
    home.feels("angry", 5 * 3600)
    assert len(server.requests) == calls, "no request before Retry-After has passed"
    world.person("pause", on=ROOM)
    server.answers.clear()
    world.executed.clear()
    home.leaves(3 * 3600)
    assert commands(world) == [], "old wishes aren't carried out at night"
    home.feels("happy", 120)
    assert home.control is Control.AUTO


def test_the_login_expires_in_an_empty_house(house: Build, world: World, server: Server, state_folder: object) -> None:
    home = house(at="2026-11-21 18:00")
    home.max_step = 10.0
    home.feels("happy", 60)
    home.leaves(1800)
    server.withdrawn = True
    home.passes(3600)
    assert any("moodroom login" in problem for problem in home.problems)
    world.executed.clear()
    home.feels("sad", 600)
    assert commands(world) == []
    assert home.reasons[-1] == "kept: the player can't be reached now", "the rest of the device goes on"
    server.withdrawn = False
    TokenFile(state_folder, now=world.unix).write(server.login(), new_login=True, client_id=CLIENT)
    home.passes(300)
    assert world.now_playing().context == SAD and world.now_playing().playing


def test_the_router_reboots_during_a_fade(house: Build, world: World, server: Server) -> None:
    home = house(at="2026-11-21 18:00", switch="now", min_dwell=0)
    home.feels("happy", 90)
    home.feels("sad", 1.5)
    assert world.device(ROOM).volume != 40, "the fade is under way"
    server.faults.extend(["reset"] * 40)
    home.passes(60)
    server.faults.clear()
    home.passes(120)
    assert world.device(ROOM).volume == 40, "the volume is restored"
    assert home.happened(TakenOver) == [], "the steps of a fade are no takeover"
    assert world.now_playing().context == SAD


def test_a_command_whose_answer_is_lost_is_not_repeated(house: Build, world: World, server: Server) -> None:
    home = house(at="2026-11-21 18:00")
    home.passes(10)
    server.command_faults.append("500 done")
    home.feels("happy", 120)
    assert commands(world) == ["play"], "it isn't sent twice"
    assert home.happened(TakenOver) == []


def test_spotify_is_down_for_15_minutes(house: Build, world: World, server: Server) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    server.answers["*"] = error(503, "Service unavailable")
    home.feels("sad", 900)
    server.answers.clear()
    home.passes(400)
    assert home.happened(TakenOver) == [], "songs that changed unobserved are no takeover"
    assert world.now_playing().context == SAD
    assert commands(world) == ["play", "play"]


def test_a_playlist_that_does_not_exist_is_not_tried_every_second(house: Build, world: World, server: Server) -> None:
    home = house(at="2026-11-21 18:00")
    server.answers["PUT /v1/me/player/play"] = server.answers["PUT /me/player/play"] = error(404, "Not found.")
    home.feels("happy", 1800)
    tried = [request for request in server.requests if request.endswith("/me/player/play")]
    assert 1 <= len(tried) <= 10
    assert any("doesn't exist" in problem for problem in home.problems)


def test_the_access_token_is_renewed_during_the_evening(house: Build, world: World, server: Server) -> None:
    home = house(at="2026-11-21 18:00")
    home.max_step = 10.0
    for mood in ("happy", "sad"):
        home.feels(mood, 2100)
    assert server.requests.count("POST /api/token") >= 1
    assert world.now_playing().context == SAD and home.problems == []
    assert world.executed[0].value[0] == HAPPY


@pytest.mark.parametrize(
    ("answers", "most"),
    [
        ({"PUT /me/player/play": error(404, "Device not found")}, 80),
        ({"PUT /me/player/play": error(503, "oops")}, 80),
        ({"PUT /me/player/play": error(403, "Player command failed: Restriction violated", "UNKNOWN")}, 80),
        ({"*": error(500, "oops")}, 40),
        ({"*": error(403, "Forbidden")}, 40),
        ({"*": error(401, "No token provided")}, 80),
    ],
    ids=["listed speaker answers 404", "play fails", "play refused", "500s", "403s", "401s"],
)
def test_an_hour_of_failures_costs_few_requests(
    house: Build,
    world: World,
    server: Server,
    answers: dict[str, tuple[int, dict[str, object], dict[str, str]]],
    most: int,
) -> None:
    home = house(at="2026-11-21 18:00")
    server.answers.update(answers)
    home.feels("happy", 3600)
    print(f"{len(server.requests)} requests in an hour")
    assert len(server.requests) <= most
    assert any("spotify" in problem for problem in home.problems)
    server.answers.clear()
    home.passes(1000)
    assert world.now_playing().context == HAPPY and world.now_playing().playing


def test_a_person_who_chooses_music_while_a_command_waits_keeps_it(house: Build, world: World, server: Server) -> None:
    home = house(at="2026-11-21 18:00")
    server.answers["PUT /me/player/play"] = error(503, "oops")
    home.feels("happy", 200)
    world.person("play", "spotify:album:theirs", on=ROOM)
    home.passes(150)
    server.answers.clear()
    home.passes(900)
    assert world.now_playing().context == "spotify:album:theirs"


def test_a_person_s_request_is_tried_at_once_while_a_command_waits(house: Build, world: World, server: Server) -> None:
    home = house(at="2026-11-21 18:00")
    server.answers["PUT /me/player/play"] = error(503, "oops")
    home.feels("happy", 400)
    server.answers.clear()
    home.command("playback", "play")
    home.passes(5)
    assert world.now_playing().context == HAPPY and world.now_playing().playing


def test_an_app_whose_owner_has_no_premium_is_a_problem_until_it_works(
    house: Build, world: World, server: Server
) -> None:
    home = house(at="2026-11-21 18:00")
    server.answers["*"] = (403, "Active premium subscription required for the owner of the app.", {})
    home.passes(30)
    assert home.problems[-1].startswith("spotify.client_id: the owner of this app needs Spotify Premium")
    server.answers.clear()
    home.feels("happy", 700)
    assert world.now_playing().context == HAPPY and world.now_playing().playing


def test_a_new_login_ends_the_wait_that_had_grown(
    house: Build, world: World, server: Server, state_folder: object
) -> None:
    home = house(at="2026-11-21 18:00")
    home.max_step = 10.0
    server.answers["*"] = error(403, "User not registered in the Developer Dashboard")
    home.feels("happy", 2 * 3600)
    calls = len(server.requests)
    while len(server.requests) == calls:
        home.passes(10)
    calls = len(server.requests)
    home.passes(300)
    assert len(server.requests) == calls, "the wait has grown"
    server.answers.clear()
    TokenFile(state_folder, now=world.unix).write(server.login(), new_login=True, client_id=CLIENT)
    home.passes(30)
    assert home.room.playback.state in ("stopped", "playing")
    home.passes(300)
    assert world.now_playing().context == HAPPY and world.now_playing().playing
