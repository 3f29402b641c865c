"""What goes wrong between us and Spotify, through the real spotipy, in simulated time."""

from __future__ import annotations

import contextlib
import logging
import random
from collections import Counter
from pathlib import Path

import pytest

from edge.errors import PlayerError
from edge.players.spotify import errors, token_file
from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.player import SpotifyPlayer
from edge.players.spotify.token_file import TokenFile
from edge.values import Act, Music, When
from tests.players.listening import JAZZ, LIST, ROCK, SONG, executed, play, run_for, wish
from tests.spotify_server import Server, World
from tests.spotify_server.server import CLIENT, FAULTS, error
from tests.waiting import PATIENCE

# Seconds after which an answer that comes late is no longer waited for.
TOO_LONG = 0.5


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (
            error(403, "Player command failed: Premium required", "PREMIUM_REQUIRED"),
            errors.PremiumNeededError,
            "Premium",
        ),
        (error(403, "Device is restricted", "x"), errors.SpeakerRestrictedError, "accepts no commands"),
        (error(403, "Cannot control device volume", "VOLUME_CONTROL_DISALLOW"), errors.VolumeFixedError, "volume"),
        (error(403, "User not registered in the Developer Dashboard"), errors.NotInUserListError, "User Management"),
        (error(403, "Restriction violated", "UNKNOWN"), errors.RequestRefusedError, "refused"),
        (error(404, "Not found", "NO_ACTIVE_DEVICE"), errors.SpeakerGoneError, "gone offline"),
        (error(404, "Device not found"), errors.SpeakerGoneError, "gone offline"),
        (error(404, "Resource not found"), errors.NotFoundError, "music.profiles"),
        (error(400, "Bad request"), errors.RequestRefusedError, "400"),
        ((429, error(429, "slow")[1], {"Retry-After": "9"}), errors.RateLimitError, "10 s"),
        ((429, error(429, "slow")[1], {}), errors.RateLimitError, "31 s"),
        ((429, error(429, "slow")[1], {"Retry-After": "soon"}), errors.RateLimitError, "31 s"),
        ((429, error(429, "x", "QUOTA_EXCEEDED")[1], {"Retry-After": "60"}), errors.QuotaExceededError, "quota"),
        ((429, error(429, "slow")[1], {"Retry-After": "86400"}), errors.QuotaExceededError, "until"),
        (error(500, "oops"), errors.ServerError, "HTTP 500"),
        (error(503, "oops"), errors.ServerError, "HTTP 503"),
    ],
)
def test_each_answer_has_its_error(
    player: SpotifyPlayer, server: Server, answer: tuple[int, dict[str, object], dict[str, str]], kind: type, words: str
) -> None:
    server.answers["PUT /me/player/play"] = answer
    with pytest.raises(errors.SpotifyError, match=words) as found:
        player.apply(play())
    assert type(found.value) is kind
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("reset", errors.ConnectionLostError),
        ("late", errors.ResponseTimeoutError),
        ("half", errors.InvalidResponseError),
        ("500", errors.ServerError),
    ],
)
def test_each_broken_connection_has_its_error(
    world: World, server: Server, login: TokenFile, fault: str, kind: type
) -> None:
    timeout = TOO_LONG if fault == "late" else PATIENCE
    server.late = 2 * TOO_LONG
    web = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, timeout=timeout, now=world.unix)
    server.faults.append(fault)
    with pytest.raises(kind):
        web.playback_state()
    web.close()


def test_nobody_there_is_unreachable_and_leaves_no_doubt(world: World, login: TokenFile) -> None:
    web = SpotifyApi(CLIENT, login, api="http://127.0.0.1:9/v1/", accounts="http://127.0.0.1:9/", now=world.unix)
    with pytest.raises(errors.UnreachableError) as found:
        web.play("x", context=JAZZ.uri)
    assert not found.value.outcome_unknown
    web.close()


def test_no_call_is_made_before_the_wait_is_over(player: SpotifyPlayer, world: World, server: Server) -> None:
    server.answers["*"] = (429, error(429, "x", "QUOTA_EXCEEDED")[1], {"Retry-After": "80000"})
    with pytest.raises(errors.QuotaExceededError):
        player.playback()
    asked = len(server.requests)
    for _ in range(5):
        world.advance(9000)
        with pytest.raises(errors.QuotaExceededError) as found:
            player.playback()
        with pytest.raises(errors.QuotaExceededError):
            player.apply(play())
    assert len(server.requests) == asked
    assert found.value.retry_after == pytest.approx(80001 - 45000)
    assert player.wait() == pytest.approx(80001 - 45000)


def test_an_expired_token_is_renewed_and_kept(
    player: SpotifyPlayer, world: World, server: Server, login: TokenFile
) -> None:
    player.playback()
    since = login.authorised_at
    world.advance(4000)
    player.playback()
    assert server.requests.count("POST /api/token") == 1
    assert login.read()["access_token"] == "ACCESS-SECRET-00002"  # type: ignore[index]
    assert login.authorised_at == since
    assert player.login_expires == pytest.approx(since + 182 * 86400)  # type: ignore[operator]


def test_a_token_that_spotify_took_back_is_renewed_once(player: SpotifyPlayer, server: Server, world: World) -> None:
    server.access.clear()
    player.apply(play())
    assert executed(world) == [("play", (JAZZ.uri, None))]
    server.answers["*"] = error(401, "no")
    asked = len(server.requests)
    world.advance(30)
    with pytest.raises(errors.LoginError):
        player.playback()
    assert len(server.requests) - asked == 3  # asked, renewed, asked


def test_the_end_of_a_login_is_told_plainly_and_a_new_one_counts_at_once(
    player: SpotifyPlayer, world: World, server: Server, login: TokenFile
) -> None:
    player.playback()
    server.withdrawn = True
    world.advance(4000)
    with pytest.raises(errors.LoginError, match=r"has ended.*moodroom login"):
        player.playback()
    assert not login.path.exists()
    assert login.path.with_suffix(".refused").stat().st_mode & 0o777 == 0o600
    asked = len(server.requests)
    for _ in range(3):
        with pytest.raises(errors.LoginError, match="moodroom login"):
            player.playback()
    assert len(server.requests) == asked
    server.withdrawn = False
    login.write(server.login(), new_login=True)
    world.advance(1)
    assert player.playback().state == "stopped"


@pytest.mark.parametrize("fault", ["500", "500 done", "reset", "reset done", "late", "late done", "half", "429"])
@pytest.mark.parametrize("act", [Act.PLAY, Act.NEXT, Act.PAUSE, Act.VOLUME, "queue"])
def test_a_command_that_broke_off_is_looked_for_before_it_is_given_again(
    world: World, server: Server, login: TokenFile, fault: str, act: Act | str
) -> None:
    server.late = 2 * TOO_LONG
    web = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, timeout=PATIENCE, now=world.unix)
    player = SpotifyPlayer(web, speaker="Living Room", clock=world.clock)
    player.apply(play())
    run_for(player, world, 10)
    world.executed.clear()
    one = play(ROCK) if act is Act.PLAY else play(SONG, When.QUEUE) if act == "queue" else wish(Act(act), 20)
    server.command_faults.append(fault)
    if fault.startswith("late"):
        web.set_timeout(TOO_LONG)
    try:
        player.apply(one)
    except PlayerError as found:
        world.advance(found.retry_after or 1.0)
    web.set_timeout(PATIENCE)
    run_for(player, world, 60)
    assert server.faulted == [fault]
    assert len(executed(world)) == 1
    player.close()


def test_a_thousand_faults_lose_and_double_nothing(world: World, server: Server, login: TokenFile) -> None:
    server.late = 0.6
    world.song = 3000.0
    web = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, timeout=0.3, now=world.unix)
    player = SpotifyPlayer(web, speaker="Living Room", clock=world.clock)
    dice = random.Random(7)
    kinds = [kind for kind in FAULTS if not kind.startswith("late")] * 6 + ["late", "late done"]
    asked: list[tuple[str, object]] = []
    at, music, shuffle, repeat, paused = 0, JAZZ, False, "off", False
    choices = ["play", "next", "previous", "queue", "volume", "pause", "list", "offset", "settings", "fade", "bring"]
    while len(server.faulted) < 1000:
        assert world.monotonic < 1e7
        choice, at = dice.choice(choices) if at else "play", at + 1
        one, expected = wish(Act.NEXT), [(choice, None)]
        if paused:
            one, expected, paused = wish(Act.RESUME), [("resume", None)], False
        elif choice == "queue":
            song = Music(f"spotify:track:queued{at}", "q")
            one, expected = play(song, When.QUEUE), [("queue", song.uri)]
        elif choice == "volume":
            one, expected = wish(Act.VOLUME, at % 50 + 10), [("volume", at % 50 + 10)]
        elif choice in ("next", "previous", "pause"):
            one, paused = wish(Act(choice)), choice == "pause"
        elif choice == "list":
            songs = tuple(f"spotify:track:list{at}x{n}" for n in range(4))
            music = Music(songs[0], "list", songs)
            one, expected = play(music, offset=1), [("play", (None, [*songs[1:], songs[0]]))]
        elif choice == "bring":
            # Somebody took our music along to the phone.
            world.person("transfer", True)
            world.advance(5)
            one, expected = wish(Act.RESUME, music=music), [("transfer", True)]
        else:
            music = Music(f"spotify:playlist:{dice.choice('abcd')}{at}", "list")
            one, expected = play(music), [("play", (music.uri, None))]
            if choice == "offset":
                one, expected = play(music, offset=3), [("play", (music.uri, None, 3))]
            elif choice == "settings":
                shuffle, repeat = not shuffle, "context" if repeat == "off" else "off"
                one = play(music, shuffle=shuffle, repeat=repeat)
                expected = [("shuffle", shuffle), ("repeat", repeat), *expected]
            elif choice == "fade" and (volume := world.device("Living Room").volume):
                one = play(music, fade=True)
                steps = [("volume", round(volume * share)) for share in (0.5, 0.15, 0.5, 1)]
                expected = [*steps[:2], *expected, *steps[2:]]
        asked += expected
        for turn in range(400):
            while len(server.faults) < 12:
                server.faults.append(dice.choice(kinds) if dice.random() < 0.45 else None)
            try:
                if turn == 0:
                    player.apply(one)
                    world.advance(dice.choice([0.1, 2.5, 20]))
            except PlayerError as found:
                world.advance(found.retry_after or 1.0)
            if not player.pending:
                break
            run_for(player, world, 0.5)
        else:
            raise AssertionError(f"{one} never came to an end")
    lost, doubled = Counter(map(str, asked)), Counter(map(str, executed(world)))
    print(f"{len(server.faulted)} faults, {len(asked)} commands, lost {lost - doubled}, doubled {doubled - lost}")
    assert executed(world) == asked
    player.close()


@pytest.mark.parametrize("when", [0.5, 1.9, 3.0])
@pytest.mark.parametrize("what", ["router", "speaker", "person", "not there", "stopped", "elsewhere"])
def test_whatever_ends_a_fade_the_speaker_is_not_left_hushed(
    player: SpotifyPlayer, world: World, server: Server, when: float, what: str
) -> None:
    player.apply(play())
    run_for(player, world, 10)
    speaker = world.device("Living Room")
    if what == "not there":
        server.answers["PUT /me/player/play"] = error(404, "Resource not found")
    player.apply(play(ROCK, fade=True))
    run_for(player, world, when)
    assert min(int(str(value)) for do, value in executed(world) if do == "volume") < 40
    if what == "router":
        server.faults.extend(["reset", "reset done"] * 10)
        run_for(player, world, 60)
        server.faults.clear()
    elif what == "speaker":
        world.sleep("Living Room")
        run_for(player, world, 900)
        world.wake("Living Room")
        run_for(player, world, 200)
        world.person("play", "spotify:album:theirs", on="Living Room")
        run_for(player, world, 120)
    elif what == "person":
        speaker.volume = 77
        world.change(volume=77)
        server.faults.extend(["500"] * 3)
    elif what == "stopped":
        player.close()
        assert speaker.volume == 40
        return
    elif what == "elsewhere":
        world.person("transfer", True)
        run_for(player, world, 60)
        world.person("transfer", True, on="Living Room")
        run_for(player, world, 60)
    run_for(player, world, 60)
    expected = {77, 40} if what == "person" else {40}
    assert speaker.volume in expected
    told = len(server.requests)
    run_for(player, world, 60)
    assert len(server.requests) - told < 8


def test_a_person_who_sets_the_volume_in_a_broken_fade_has_it(
    player: SpotifyPlayer, world: World, server: Server
) -> None:
    player.apply(play())
    run_for(player, world, 10)
    player.apply(play(ROCK, fade=True))
    run_for(player, world, 1)
    server.answers["*"] = error(503, "oops")
    run_for(player, world, 30)
    world.device("Living Room").volume = 77
    world.change(volume=77)
    run_for(player, world, 5)
    server.answers.clear()
    run_for(player, world, 60)
    assert world.device("Living Room").volume == 77
    assert world.now_playing().context == ROCK.uri


def test_newer_music_takes_nothing_from_the_queue(player: SpotifyPlayer, world: World, server: Server) -> None:
    player.apply(play())
    run_for(player, world, 5)
    server.answers["*"] = error(503, "oops")
    for one in (play(SONG, When.QUEUE), play(LIST), wish(Act.VOLUME, 33), play(ROCK)):
        with contextlib.suppress(errors.ServerError):
            player.apply(one)
    server.answers.clear()
    run_for(player, world, 60)
    assert sorted(map(str, executed(world)[1:])) == sorted(
        map(str, [("queue", SONG.uri), ("volume", 33), ("play", (ROCK.uri, None))])
    )


def test_going_on_takes_no_music_away(player: SpotifyPlayer, world: World) -> None:
    world.sleep("Living Room")
    for one in (play(), wish(Act.RESUME)):
        with pytest.raises(errors.SpeakerMissingError):
            player.apply(one)
    world.wake("Living Room")
    run_for(player, world, 100)
    assert executed(world) == [("play", (JAZZ.uri, None))]


def test_going_on_after_a_pause_that_may_have_arrived(player: SpotifyPlayer, world: World, server: Server) -> None:
    player.apply(play())
    run_for(player, world, 10)
    server.command_faults.append("500 done")
    with pytest.raises(errors.ServerError):
        player.apply(wish(Act.PAUSE))
    player.apply(wish(Act.RESUME))
    run_for(player, world, 10)
    assert world.now_playing().playing


def test_no_secret_reaches_the_log(
    player: SpotifyPlayer, world: World, server: Server, login: TokenFile, caplog: pytest.LogCaptureFixture
) -> None:
    loud = ["spotipy", "spotipy.client", "spotipy.oauth2", "spotipy.cache_handler", "urllib3", "edge", "requests"]
    for name in loud:
        caplog.set_level(logging.DEBUG, logger=name)
    player.apply(play())
    world.advance(4000)
    player.playback()
    server.answers["*"] = error(403, "no")
    world.advance(40)
    with pytest.raises(PlayerError):
        player.playback()
    server.answers.clear()
    server.withdrawn = True
    world.advance(4000)
    with pytest.raises(PlayerError):
        player.playback()
    assert "edge.players" in caplog.text
    assert "SECRET" not in caplog.text
    assert "Bearer" not in caplog.text


def test_the_token_file_is_its_owners_alone(login: TokenFile, tmp_path: Path) -> None:
    assert login.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in login.path.parent.iterdir()] == ["spotify_login.json"]
    login.path.write_text("{half")
    assert login.read() is None


def test_a_login_made_meanwhile_is_never_set_aside(login: TokenFile) -> None:
    login.quarantine("an older refresh token")
    assert login.path.exists()
    login.quarantine(str((login.read() or {})["refresh_token"]))
    assert not login.path.exists()


def test_a_token_that_cannot_be_written_is_used_all_the_same(
    player: SpotifyPlayer, world: World, server: Server, login: TokenFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(token_file, "write_atomically", full)
    for _ in range(3):
        world.advance(4000)
        player.playback()
    assert server.requests.count("POST /api/token") == 3


def test_a_half_token_loses_no_login(player: SpotifyPlayer, world: World, server: Server, login: TokenFile) -> None:
    world.advance(4000)
    for fault, kind in (("half", errors.InvalidResponseError), ("500", errors.ServerError), ("reset", PlayerError)):
        server.faults.append(fault)
        with pytest.raises(kind):
            player.apply(play())
    run_for(player, world, 30)
    assert executed(world) == [("play", (JAZZ.uri, None))]
    assert login.exists()
