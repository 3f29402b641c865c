"""Failures between the player and Spotify, through the real spotipy, in simulated time."""

from __future__ import annotations

import contextlib
import logging
import random
from collections import Counter

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

# Time-out for tests with a response that comes too late.
SHORT_TIMEOUT_S = 0.5


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
def test_each_response_has_its_error(
    player: SpotifyPlayer, server: Server, answer: tuple[int, dict[str, object], dict[str, str]], kind: type, words: str
) -> None:
    server.answers["PUT /me/player/play"] = answer
    with pytest.raises(errors.SpotifyError, match=words) as raised:
        player.apply(play())
    assert type(raised.value) is kind
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (
            "Active premium subscription required for the owner of the app.",
            errors.OwnerNeedsPremiumError,
            r"client_id: the owner of this app needs Spotify Premium.*hours.*https://developer\.spotify\.com/.*quota-modes",
        ),
        (
            "Check settings on developer.spotify.com/dashboard, the user may not be registered.",
            errors.NotInUserListError,
            "user list, which holds five.*User Management.*quota-modes",
        ),
        ("User not registered in the Developer Dashboard", errors.NotInUserListError, "User Management"),
        ("RBAC: access denied", errors.RequestRefusedError, "RBAC: access denied"),
        ("<html><body>403</body></html>", errors.RequestRefusedError, "no reason given"),
        ("", errors.RequestRefusedError, "no reason given"),
        ("\x1b[2J\n" + "x" * 5000, errors.RequestRefusedError, "xxx…"),
    ],
)
@pytest.mark.parametrize("request_of", ["PUT /me/player/play", "*"], ids=["a command", "everything"])
def test_plain_text_refusals_have_their_sentences(
    player: SpotifyPlayer, server: Server, text: str, kind: type[errors.SpotifyError], words: str, request_of: str
) -> None:
    server.answers[request_of] = (403, text, {})
    with pytest.raises(kind, match=words) as raised:
        player.apply(play())
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 400
    # A refused command is given up; a player that can't be read is tried again later.
    assert raised.value.lasting == (request_of != "*")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("reset", errors.ConnectionLostError),
        ("late", errors.ResponseTimeoutError),
        ("half", errors.InvalidResponseError),
        ("500", errors.ServerError),
    ],
)
def test_each_connection_failure_has_its_error(
    world: World, server: Server, login: TokenFile, fault: str, kind: type
) -> None:
    timeout = SHORT_TIMEOUT_S if fault == "late" else PATIENCE
    server.late = 2 * SHORT_TIMEOUT_S
    api = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, timeout=timeout, now=world.unix)
    server.faults.append(fault)
    with pytest.raises(kind):
        api.playback_state()
    api.close()


def test_after_a_refused_connection_nothing_was_sent(world: World, login: TokenFile) -> None:
    api = SpotifyApi(CLIENT, login, api="http://127.0.0.1:9/v1/", accounts="http://127.0.0.1:9/", now=world.unix)
    with pytest.raises(errors.UnreachableError) as raised:
        api.play("x", context=JAZZ.uri)
    assert not raised.value.outcome_unknown
    api.close()


def test_no_request_is_sent_before_the_quota_wait_is_over(player: SpotifyPlayer, world: World, server: Server) -> None:
    server.answers["*"] = (429, error(429, "x", "QUOTA_EXCEEDED")[1], {"Retry-After": "80000"})
    with pytest.raises(errors.QuotaExceededError):
        player.playback()
    requests = len(server.requests)
    for _ in range(5):
        world.advance(9000)
        with pytest.raises(errors.QuotaExceededError) as raised:
            player.playback()
        with pytest.raises(errors.QuotaExceededError):
            player.apply(play())
    assert len(server.requests) == requests
    assert raised.value.retry_after == pytest.approx(80001 - 45000)
    assert player.wait() == pytest.approx(80001 - 45000)


def test_an_expired_token_is_refreshed_and_saved(
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


def test_a_revoked_access_token_is_refreshed_once(player: SpotifyPlayer, server: Server, world: World) -> None:
    server.access.clear()
    player.apply(play())
    assert executed(world) == [("play", (JAZZ.uri, None))]
    server.answers["*"] = error(401, "no")
    requests = len(server.requests)
    world.advance(30)
    with pytest.raises(errors.LoginError):
        player.playback()
    assert len(server.requests) - requests == 3  # request, refresh, request


def test_an_ended_login_names_the_fix_and_a_new_one_is_used_at_once(
    player: SpotifyPlayer, world: World, server: Server, login: TokenFile
) -> None:
    player.playback()
    server.withdrawn = True
    world.advance(4000)
    with pytest.raises(errors.LoginError, match=r"has ended.*moodroom login"):
        player.playback()
    assert not login.path.exists()
    assert login.path.with_suffix(".refused").stat().st_mode & 0o777 == 0o600
    requests = len(server.requests)
    for _ in range(3):
        with pytest.raises(errors.LoginError, match="moodroom login"):
            player.playback()
    assert len(server.requests) == requests
    server.withdrawn = False
    login.write(server.login(), new_login=True)
    world.advance(1)
    assert player.playback().state == "stopped"


@pytest.mark.parametrize("fault", ["500", "500 done", "reset", "reset done", "late", "late done", "half", "429"])
@pytest.mark.parametrize("act", [Act.PLAY, Act.NEXT, Act.PAUSE, Act.VOLUME, "queue"])
def test_a_failed_command_is_confirmed_before_it_is_sent_again(
    world: World, server: Server, login: TokenFile, fault: str, act: Act | str
) -> None:
    server.late = 2 * SHORT_TIMEOUT_S
    api = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, timeout=PATIENCE, now=world.unix)
    player = SpotifyPlayer(api, speaker="Living Room", clock=world.clock)
    player.apply(play())
    run_for(player, world, 10)
    world.executed.clear()
    wished = play(ROCK) if act is Act.PLAY else play(SONG, When.QUEUE) if act == "queue" else wish(Act(act), 20)
    server.command_faults.append(fault)
    if fault.startswith("late"):
        api.set_timeout(SHORT_TIMEOUT_S)
    try:
        player.apply(wished)
    except PlayerError as error:
        world.advance(error.retry_after or 1.0)
    api.set_timeout(PATIENCE)
    run_for(player, world, 60)
    assert server.faulted == [fault]
    assert len(executed(world)) == 1
    player.close()


@pytest.mark.slow
def test_no_command_is_lost_or_doubled_in_a_thousand_faults(world: World, server: Server, login: TokenFile) -> None:
    server.late = 0.6
    world.song = 3000.0
    api = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, timeout=0.3, now=world.unix)
    player = SpotifyPlayer(api, speaker="Living Room", clock=world.clock)
    rng = random.Random(7)
    faults = [fault for fault in FAULTS if not fault.startswith("late")] * 6 + ["late", "late done"]
    requested: list[tuple[str, object]] = []
    number, music, shuffle, repeat, paused = 0, JAZZ, False, "off", False
    choices = ["play", "next", "previous", "queue", "volume", "pause", "list", "offset", "settings", "fade", "bring"]
    while len(server.faulted) < 1000:
        assert world.monotonic < 1e7
        choice, number = rng.choice(choices) if number else "play", number + 1
        wished, expected = wish(Act.NEXT), [(choice, None)]
        if paused:
            wished, expected, paused = wish(Act.RESUME), [("resume", None)], False
        elif choice == "queue":
            song = Music(f"spotify:track:queued{number}", "q")
            wished, expected = play(song, When.QUEUE), [("queue", song.uri)]
        elif choice == "volume":
            wished, expected = wish(Act.VOLUME, number % 50 + 10), [("volume", number % 50 + 10)]
        elif choice in ("next", "previous", "pause"):
            wished, paused = wish(Act(choice)), choice == "pause"
        elif choice == "list":
            songs = tuple(f"spotify:track:list{number}x{n}" for n in range(4))
            music = Music(songs[0], "list", songs)
            wished, expected = play(music, offset=1), [("play", (None, [*songs[1:], songs[0]]))]
        elif choice == "bring":
            # A person has moved the music to the phone.
            world.person("transfer", True)
            world.advance(5)
            wished, expected = wish(Act.RESUME, music=music), [("transfer", True)]
        else:
            music = Music(f"spotify:playlist:{rng.choice('abcd')}{number}", "list")
            wished, expected = play(music), [("play", (music.uri, None))]
            if choice == "offset":
                wished, expected = play(music, offset=3), [("play", (music.uri, None, 3))]
            elif choice == "settings":
                shuffle, repeat = not shuffle, "context" if repeat == "off" else "off"
                wished = play(music, shuffle=shuffle, repeat=repeat)
                expected = [("shuffle", shuffle), ("repeat", repeat), *expected]
            elif choice == "fade" and (volume := world.device("Living Room").volume):
                wished = play(music, fade=True)
                steps = [("volume", round(volume * share)) for share in (0.5, 0.15, 0.5, 1)]
                expected = [*steps[:2], *expected, *steps[2:]]
        requested += expected
        for turn in range(400):
            while len(server.faults) < 12:
                server.faults.append(rng.choice(faults) if rng.random() < 0.45 else None)
            try:
                if turn == 0:
                    player.apply(wished)
                    world.advance(rng.choice([0.1, 2.5, 20]))
            except PlayerError as error:
                world.advance(error.retry_after or 1.0)
            if not player.pending:
                break
            run_for(player, world, 0.5)
        else:
            raise AssertionError(f"{wished} is still pending")
    sent, done = Counter(map(str, requested)), Counter(map(str, executed(world)))
    print(f"{len(server.faulted)} faults, {len(requested)} commands, lost {sent - done}, doubled {done - sent}")
    assert executed(world) == requested
    player.close()


@pytest.mark.parametrize("when", [0.5, 1.9, 3.0])
@pytest.mark.parametrize("what", ["router", "speaker", "person", "not there", "stopped", "elsewhere"])
def test_the_volume_is_restored_whatever_interrupts_a_fade(
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
    requests = len(server.requests)
    run_for(player, world, 60)
    assert len(server.requests) - requests < 8


def test_a_volume_set_by_a_person_during_an_interrupted_fade_stays(
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


def test_newer_music_replaces_no_queued_song(player: SpotifyPlayer, world: World, server: Server) -> None:
    player.apply(play())
    run_for(player, world, 5)
    server.answers["*"] = error(503, "oops")
    for wished in (play(SONG, When.QUEUE), play(LIST), wish(Act.VOLUME, 33), play(ROCK)):
        with contextlib.suppress(errors.ServerError):
            player.apply(wished)
    server.answers.clear()
    run_for(player, world, 60)
    assert sorted(map(str, executed(world)[1:])) == sorted(
        map(str, [("queue", SONG.uri), ("volume", 33), ("play", (ROCK.uri, None))])
    )


def test_resuming_replaces_no_pending_music(player: SpotifyPlayer, world: World) -> None:
    world.sleep("Living Room")
    for wished in (play(), wish(Act.RESUME)):
        with pytest.raises(errors.SpeakerMissingError):
            player.apply(wished)
    world.wake("Living Room")
    run_for(player, world, 100)
    assert executed(world) == [("play", (JAZZ.uri, None))]


def test_music_resumes_after_an_unconfirmed_pause(player: SpotifyPlayer, world: World, server: Server) -> None:
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
    loggers = ["spotipy", "spotipy.client", "spotipy.oauth2", "spotipy.cache_handler", "urllib3", "edge", "requests"]
    for name in loggers:
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


def test_a_token_that_cant_be_written_is_used_from_memory(
    player: SpotifyPlayer, world: World, server: Server, login: TokenFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(token_file, "write_atomically", full)
    for _ in range(3):
        world.advance(4000)
        player.playback()
    assert server.requests.count("POST /api/token") == 3


def test_an_incomplete_token_keeps_the_login(
    player: SpotifyPlayer, world: World, server: Server, login: TokenFile
) -> None:
    world.advance(4000)
    for fault, kind in (("half", errors.InvalidResponseError), ("500", errors.ServerError), ("reset", PlayerError)):
        server.faults.append(fault)
        with pytest.raises(kind):
            player.apply(play())
    run_for(player, world, 30)
    assert executed(world) == [("play", (JAZZ.uri, None))]
    assert login.exists()


@pytest.mark.parametrize("what", ["queue", "next"])
def test_nothing_happens_twice_where_the_state_lags_for_8_s_after_a_502(
    player: SpotifyPlayer, world: World, server: Server, what: str
) -> None:
    player.apply(play())
    run_for(player, world, 20)
    world.executed.clear()
    world.lag = 8.0
    server.command_faults.append("500 done")
    with pytest.raises(errors.GatewayError):
        player.apply(play(SONG, When.QUEUE) if what == "queue" else wish(Act.NEXT))
    run_for(player, world, 60)
    assert [do for do, _ in executed(world)] == [what]
    assert not player.pending


def test_a_speaker_that_refuses_songs_is_told_with_what_helps(
    player: SpotifyPlayer, world: World, server: Server
) -> None:
    world.device("Living Room").librespot = True
    for _ in range(2):
        with pytest.raises(errors.RequestRefusedError, match=r"librespot.*moodroom library publish.*library\.publish"):
            player.apply(play(LIST))
        world.advance(3600)
    assert server.requests.count("PUT /v1/me/player/play") == 1, "it isn't tried again for hours"
    player.apply(play())
    assert executed(world) == [("play", (JAZZ.uri, None))]


def test_a_song_that_a_speaker_refuses_is_played_from_its_album(player: SpotifyPlayer, world: World) -> None:
    world.device("Living Room").librespot = True
    player.apply(play(SONG))
    run_for(player, world, 10)
    playback = player.playback()
    assert (playback.state, playback.uri, playback.context) == ("playing", SONG.uri, SONG.uri)
    assert world.now_playing().context == "spotify:album:album"
