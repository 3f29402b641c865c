"""The Spotify player against a simulated Web API, through the real spotipy, in simulated time."""

from __future__ import annotations

import contextlib
import logging
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from edge.errors import PlayerError
from edge.players import spotify_errors as errors
from edge.players.spotify import Spotify
from edge.players.spotify_token import TokenFile
from edge.players.spotify_web import Web
from edge.values import Act, Music, Playback, When, Wish
from tests.spotify_server import Server, World, contract_file
from tests.spotify_server.server import CLIENT, FAULTS, error

JAZZ = Music("spotify:playlist:37i9dQZF1DXjazz", "jazz")
ROCK = Music("spotify:artist:4tZwfgrHOc3mvqYlEYSrock", "rock")
SONG = Music("spotify:track:11dFghVXANMlKmJXsNCbNl", "a song")


def play(music: Music = JAZZ, when: When = When.NOW, *, volume: int | None = None, fade: bool = False) -> Wish:
    return Wish(Act.PLAY, "happy", "a test", music, when, volume, fade)


def wish(act: Act, volume: int | None = None, *, fade: bool = False) -> Wish:
    return Wish(act, "happy", "a test", volume=volume, fade=fade)


def go_on(player: Spotify, world: World, seconds: float) -> list[Playback]:
    """As the daemon drives a player, for so long: look, wait, and wait out errors."""
    until, seen = world.monotonic + seconds, []
    while world.monotonic < until:
        try:
            seen.append(player.playback())
            pause = player.wait()
        except PlayerError as found:
            pause = found.retry_after or 1.0
        world.advance(min(pause, until - world.monotonic))
    return seen


def did(world: World) -> list[tuple[str, object]]:
    return [(one.do, one.value) for one in world.executed]


# What it does.


@pytest.mark.skipif(contract_file() is None, reason="set MOODROOM_SPOTIFY_OPENAPI to Spotify's OpenAPI file")
def test_the_contract_is_strict(server: Server) -> None:
    contract = server.contract
    assert contract is not None
    assert contract.request("PUT", "/me/player/volume", {"volume_percent": "40"}, None) == []
    assert contract.request("PUT", "/me/player/volume", {"volume_percent": "loud"}, None)
    assert contract.request("PUT", "/me/player/volume", {}, None)
    assert contract.request("PUT", "/me/player/pause", {"sorry": "1"}, None)
    assert contract.request("PUT", "/me/player/play", {}, {"uris": "spotify:track:1"})
    assert contract.request("PUT", "/me/player/play", {}, {"context": "spotify:album:1"})
    assert "deprecated" in contract.request("GET", "/audio-features/1", {}, None)[0]
    assert contract.answer("GET", "/me/player/devices", 200, {"devices": [{"id": 7}]})
    assert contract.answer("GET", "/me/player/devices", 200, {"devices": [{"id": None, "name": "x"}]}) == []
    assert contract.answer("GET", "/me/player/devices", 204, None)


def test_nothing_active_is_stopped(player: Spotify) -> None:
    assert player.playback() == Playback("stopped", "spotify")
    assert player.wait() == pytest.approx(30, abs=1)


def test_plays_a_playlist_in_one_command_on_the_speaker(player: Spotify, world: World, server: Server) -> None:
    player.apply(play())
    assert did(world) == [("play", (JAZZ.uri, None))]
    assert world.now_playing().device == "Living Room"
    # What it believes until Spotify has caught up, without a call.
    calls = player.calls
    assert player.playback().context == JAZZ.uri
    assert player.calls == calls
    assert player.wait() == pytest.approx(2)
    world.advance(2)
    shown = player.playback()
    assert (shown.state, shown.context, shown.speaker, shown.volume) == ("playing", JAZZ.uri, "Living Room", 40)
    assert shown.duration == 200
    assert shown.position == pytest.approx(2, abs=0.1)
    assert shown.artist == "The Artist"


def test_a_song_is_played_as_uris(player: Spotify, world: World) -> None:
    player.apply(play(SONG))
    assert did(world) == [("play", (None, [SONG.uri]))]
    world.advance(2)
    assert player.playback().uri == SONG.uri
    assert player.playback().context is None


def test_pause_resume_next_previous_volume(player: Spotify, world: World) -> None:
    player.apply(play())
    go_on(player, world, 10)
    for act in (Act.NEXT, Act.PAUSE, Act.RESUME, Act.PREVIOUS):
        player.apply(wish(act))
        go_on(player, world, 10)
    player.apply(wish(Act.VOLUME, 33))
    assert [one for one, _ in did(world)] == ["play", "next", "pause", "resume", "previous", "volume"]
    assert world.device("Living Room").volume == 33


def test_what_is_already_so_costs_no_command(player: Spotify, world: World) -> None:
    player.apply(play())
    go_on(player, world, 5)
    world.executed.clear()
    for one in (play(), wish(Act.RESUME), wish(Act.VOLUME, 40)):
        player.apply(one)
    assert did(world) == []


def test_a_wish_for_the_songs_end_comes_just_before_it(player: Spotify, world: World) -> None:
    player.apply(play())
    go_on(player, world, 10)
    player.apply(play(ROCK, When.TRACK_END))
    assert len(did(world)) == 1
    go_on(player, world, 250)
    assert did(world)[1:] == [("play", (ROCK.uri, None))]
    at = world.executed[1].at - world.executed[0].at
    assert 197.5 <= at <= 200


def test_a_newer_wish_for_the_songs_end_takes_its_place(player: Spotify, world: World) -> None:
    player.apply(play())
    go_on(player, world, 10)
    player.apply(play(ROCK, When.TRACK_END))
    player.apply(play(SONG, When.TRACK_END))
    go_on(player, world, 250)
    assert did(world)[1:] == [("play", (None, [SONG.uri]))]


def test_a_skip_ends_the_song_for_a_kept_wish(player: Spotify, world: World) -> None:
    player.apply(play())
    go_on(player, world, 10)
    player.apply(play(ROCK, When.TRACK_END))
    player.apply(wish(Act.NEXT))
    assert did(world)[1:] == [("play", (ROCK.uri, None))]


@pytest.mark.parametrize("what", ["pause", "next", "play", "elsewhere"])
def test_a_kept_wish_is_forgotten_when_somebody_chooses(player: Spotify, world: World, what: str) -> None:
    player.apply(play())
    go_on(player, world, 10)
    player.apply(play(ROCK, When.TRACK_END))
    if what == "elsewhere":
        world.person("play", "spotify:album:theirs")
    else:
        world.person(what, "spotify:album:theirs" if what == "play" else None, on="Living Room")
    go_on(player, world, 400)
    assert len(did(world)) == 1


def test_a_song_is_queued(player: Spotify, world: World) -> None:
    player.apply(play())
    go_on(player, world, 5)
    player.apply(play(SONG, When.QUEUE))
    go_on(player, world, 5)
    assert did(world)[1:] == [("queue", SONG.uri)]
    go_on(player, world, 200)
    assert world.now_playing().uris[world.now_playing().index] == SONG.uri


def test_fades_in_few_steps_only_where_asked(player: Spotify, world: World) -> None:
    player.apply(play())
    go_on(player, world, 5)
    player.apply(play(ROCK, fade=True, volume=50))
    go_on(player, world, 20)
    assert did(world)[1:] == [
        ("volume", 20),
        ("volume", 6),
        ("play", (ROCK.uri, None)),
        ("volume", 25),
        ("volume", 50),
    ]


def test_a_fade_cut_short_never_leaves_the_speaker_hushed(player: Spotify, world: World, server: Server) -> None:
    player.apply(play())
    go_on(player, world, 5)
    player.apply(play(ROCK, fade=True))
    go_on(player, world, 1)  # two steps down
    player.apply(wish(Act.PAUSE))
    go_on(player, world, 5)
    assert world.device("Living Room").volume == 40
    assert not world.now_playing().playing


def test_louder_comes_after_the_music_and_quieter_before(player: Spotify, world: World) -> None:
    player.apply(play())
    go_on(player, world, 5)
    player.apply(play(ROCK, volume=20))
    go_on(player, world, 5)
    player.apply(play(JAZZ, volume=60))
    go_on(player, world, 5)
    assert [do for do, _ in did(world)[1:]] == ["volume", "play", "play", "volume"]


def test_never_while_the_account_plays_elsewhere(player: Spotify, world: World) -> None:
    world.person("play", "spotify:album:theirs")
    world.advance(3)
    for one in (play(), play(ROCK, When.TRACK_END), wish(Act.NEXT), wish(Act.VOLUME, 3), wish(Act.RESUME)):
        with pytest.raises(errors.ElsewhereError, match="Ann's phone"):
            player.apply(one)
    player.apply(wish(Act.PAUSE))  # on our speaker nothing plays
    shown = player.playback()
    assert shown.elsewhere
    assert shown.speaker == "Ann's phone"
    go_on(player, world, 120)
    assert did(world) == []
    assert not player.pending


def test_a_paused_phone_holds_nobody_up(player: Spotify, world: World) -> None:
    world.person("play", "spotify:album:theirs")
    world.person("pause")
    world.advance(3)
    player.apply(play())
    assert world.now_playing().device == "Living Room"


def test_a_sleeping_speaker_is_a_state_and_not_a_storm(player: Spotify, world: World) -> None:
    world.sleep("Living Room")
    assert player.playback().state == "unavailable"
    calls = player.calls
    assert {seen.state for seen in go_on(player, world, 3600)} == {"unavailable"}
    assert player.calls - calls < 45
    with pytest.raises(errors.SpeakerMissingError, match=r"asleep.*Ann's phone and Kitchen") as found:
        player.apply(play())
    assert found.value.retry_after == 60
    go_on(player, world, 100)
    world.wake("Living Room")
    go_on(player, world, 61)
    assert did(world) == [("play", (JAZZ.uri, None))]


def test_music_that_comes_too_late_is_dropped(player: Spotify, world: World) -> None:
    world.sleep("Living Room")
    with pytest.raises(errors.SpeakerMissingError):
        player.apply(play())
    go_on(player, world, 700)
    world.wake("Living Room")
    go_on(player, world, 300)
    assert did(world) == []


def test_a_speaker_that_changed_its_id_is_found_again(player: Spotify, world: World) -> None:
    player.apply(play())
    go_on(player, world, 10)
    world.device("Living Room").id = "another"
    with contextlib.suppress(errors.SpeakerGoneError):
        player.apply(play(ROCK))
    go_on(player, world, 20)
    assert did(world)[-1] == ("play", (ROCK.uri, None))


def test_restricted_and_fixed_volume(player: Spotify, world: World) -> None:
    world.device("Living Room").supports_volume = False
    player.apply(play(volume=70))
    go_on(player, world, 10)
    assert [do for do, _ in did(world)] == ["play"]
    with pytest.raises(errors.VolumeFixedError):
        player.apply(wish(Act.VOLUME, 10))
    player.apply(play(ROCK, fade=True))
    go_on(player, world, 10)
    assert [do for do, _ in did(world)] == ["play", "play"]
    world.device("Living Room").restricted = True
    go_on(player, world, 40)
    with pytest.raises(errors.RestrictedError):
        player.apply(wish(Act.PAUSE))
    assert not player.pending


def test_other_addresses_are_refused(player: Spotify) -> None:
    with pytest.raises(errors.RefusedError, match="mpd:playlist/x isn't Spotify's"):
        player.apply(play(Music("mpd:playlist/x", "x")))


# What it costs.


def test_calls_of_a_quiet_evening_and_of_an_empty_room(player: Spotify, world: World) -> None:
    player.apply(play())
    go_on(player, world, 4 * 3600)
    evening = player.calls
    player.apply(wish(Act.PAUSE))
    before = player.calls
    go_on(player, world, 4 * 3600)
    print(f"calls in 4 hours: {evening} of a quiet evening, {player.calls - before} in an empty room")
    assert evening <= 700
    assert player.calls - before <= 150


def test_own_time_from_wish_to_call(player: Spotify, world: World) -> None:
    player.playback()
    started = time.thread_time()
    player.apply(play())
    assert time.thread_time() - started < 0.3


# What goes wrong.


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (
            error(403, "Player command failed: Premium required", "PREMIUM_REQUIRED"),
            errors.PremiumNeededError,
            "Premium",
        ),
        (error(403, "Device is restricted", "x"), errors.RestrictedError, "takes no commands"),
        (error(403, "Cannot control device volume", "VOLUME_CONTROL_DISALLOW"), errors.VolumeFixedError, "volume"),
        (error(403, "User not registered in the Developer Dashboard"), errors.NotInUserListError, "User Management"),
        (error(403, "Restriction violated", "UNKNOWN"), errors.RefusedError, "refuses"),
        (error(404, "Not found", "NO_ACTIVE_DEVICE"), errors.SpeakerGoneError, "gone away"),
        (error(404, "Device not found"), errors.SpeakerGoneError, "gone away"),
        (error(404, "Resource not found"), errors.NotFoundError, "music.profiles"),
        (error(400, "Bad request"), errors.RefusedError, "400"),
        ((429, error(429, "slow")[1], {"Retry-After": "9"}), errors.TooManyCallsError, "10 s"),
        ((429, error(429, "slow")[1], {}), errors.TooManyCallsError, "31 s"),
        ((429, error(429, "slow")[1], {"Retry-After": "soon"}), errors.TooManyCallsError, "31 s"),
        ((429, error(429, "x", "QUOTA_EXCEEDED")[1], {"Retry-After": "60"}), errors.QuotaUsedUpError, "quota"),
        ((429, error(429, "slow")[1], {"Retry-After": "86400"}), errors.QuotaUsedUpError, "until"),
        (error(500, "oops"), errors.ServerFaultError, "HTTP 500"),
        (error(503, "oops"), errors.ServerFaultError, "HTTP 503"),
    ],
)
def test_each_answer_has_its_error(
    player: Spotify, server: Server, answer: tuple[int, dict[str, object], dict[str, str]], kind: type, words: str
) -> None:
    server.answers["PUT /me/player/play"] = answer
    with pytest.raises(errors.SpotifyError, match=words) as found:
        player.apply(play())
    assert type(found.value) is kind
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("reset", errors.CutOffError),
        ("late", errors.NoAnswerError),
        ("half", errors.HalfAnswerError),
        ("500", errors.ServerFaultError),
    ],
)
def test_each_broken_connection_has_its_error(
    world: World, server: Server, login: TokenFile, fault: str, kind: type
) -> None:
    web = Web(CLIENT, login, api=server.api, accounts=server.accounts, timeout=0.15, now=world.unix)
    server.faults.append(fault)
    with pytest.raises(kind):
        web.state()
    web.close()


def test_nobody_there_is_unreachable_and_leaves_no_doubt(world: World, login: TokenFile) -> None:
    web = Web(CLIENT, login, api="http://127.0.0.1:9/v1/", accounts="http://127.0.0.1:9/", now=world.unix)
    with pytest.raises(errors.UnreachableError) as found:
        web.play("x", context=JAZZ.uri)
    assert not found.value.doubtful
    web.close()


def test_no_call_is_made_before_the_wait_is_over(player: Spotify, world: World, server: Server) -> None:
    server.answers["*"] = (429, error(429, "x", "QUOTA_EXCEEDED")[1], {"Retry-After": "80000"})
    with pytest.raises(errors.QuotaUsedUpError):
        player.playback()
    asked = len(server.requests)
    for _ in range(5):
        world.advance(9000)
        with pytest.raises(errors.QuotaUsedUpError) as found:
            player.playback()
        with pytest.raises(errors.QuotaUsedUpError):
            player.apply(play())
    assert len(server.requests) == asked
    assert found.value.retry_after == pytest.approx(80001 - 45000)
    assert player.wait() == pytest.approx(80001 - 45000)


def test_an_expired_token_is_renewed_and_kept(player: Spotify, world: World, server: Server, login: TokenFile) -> None:
    player.playback()
    since = login.authorised_at
    world.advance(4000)
    player.playback()
    assert server.requests.count("POST /api/token") == 1
    assert login.read()["access_token"] == "ACCESS-SECRET-00002"  # type: ignore[index]
    assert login.authorised_at == since
    assert player.login_expires == pytest.approx(since + 182 * 86400)  # type: ignore[operator]


def test_a_token_that_spotify_took_back_is_renewed_once(player: Spotify, server: Server, world: World) -> None:
    server.access.clear()
    player.apply(play())
    assert did(world) == [("play", (JAZZ.uri, None))]
    server.answers["*"] = error(401, "no")
    asked = len(server.requests)
    world.advance(30)
    with pytest.raises(errors.LoginError):
        player.playback()
    assert len(server.requests) - asked == 3  # asked, renewed, asked


def test_the_end_of_a_login_is_told_plainly_and_a_new_one_counts_at_once(
    player: Spotify, world: World, server: Server, login: TokenFile
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
    web = Web(CLIENT, login, api=server.api, accounts=server.accounts, timeout=0.15, now=world.unix)
    player = Spotify(web, speaker="Living Room", clock=world.clock)
    player.apply(play())
    go_on(player, world, 10)
    world.executed.clear()
    one = play(ROCK) if act is Act.PLAY else play(SONG, When.QUEUE) if act == "queue" else wish(Act(act), 20)
    server.command_faults.append(fault)
    try:
        player.apply(one)
    except PlayerError as found:
        world.advance(found.retry_after or 1.0)
    go_on(player, world, 60)
    assert server.faulted == [fault]
    assert len(did(world)) == 1
    player.close()


def test_a_thousand_faults_lose_and_double_nothing(world: World, server: Server, login: TokenFile) -> None:
    server.late = 0.12
    world.song = 3000.0
    web = Web(CLIENT, login, api=server.api, accounts=server.accounts, timeout=0.06, now=world.unix)
    player = Spotify(web, speaker="Living Room", clock=world.clock)
    dice = random.Random(7)
    asked: list[tuple[str, object]] = []
    kinds = [kind for kind in FAULTS if not kind.startswith("late")] * 3 + ["late", "late done"]
    playlists = [Music(f"spotify:playlist:{name}{n}", name) for n in range(2) for name in ("aa", "bb", "cc", "dd")]
    at = 0
    player.apply(play(playlists[0]))
    asked.append(("play", (playlists[0].uri, None)))
    paused = False
    while len(server.faulted) < 1000:
        assert world.monotonic < 1e7
        while not server.faults or len(server.faults) < 12:
            server.faults.append(dice.choice(kinds) if dice.random() < 0.45 else None)
        choice = dice.choice(["play", "play", "next", "previous", "queue", "volume", "pause"])
        if paused:
            one, expected, paused = wish(Act.RESUME), ("resume", None), False
        elif choice == "play":
            playlists.append(playlists.pop(0))
            music = playlists[0]
            one, expected = play(music), ("play", (music.uri, None))
        elif choice == "queue":
            at += 1
            one, expected = (
                play(Music(f"spotify:track:queued{at}", "q"), When.QUEUE),
                ("queue", f"spotify:track:queued{at}"),
            )
        elif choice == "volume":
            at += 1
            one, expected = wish(Act.VOLUME, at % 50 + 10), ("volume", at % 50 + 10)
        else:
            one, expected = wish(Act(choice)), (choice, None)
            paused = choice == "pause"
        asked.append(expected)
        try:
            player.apply(one)
            world.advance(dice.choice([0.1, 2.5, 20]))
        except PlayerError as found:
            world.advance(found.retry_after or 1.0)
        for _ in range(200):
            if not player.pending:
                break
            go_on(player, world, 0.5)
        else:
            raise AssertionError(f"{one} never came to an end")
    lost, doubled = Counter(map(str, asked)), Counter(map(str, did(world)))
    print(f"{len(server.faulted)} faults, {len(asked)} commands, lost {lost - doubled}, doubled {doubled - lost}")
    assert did(world) == asked
    player.close()


def test_no_secret_reaches_the_log(
    player: Spotify, world: World, server: Server, login: TokenFile, caplog: pytest.LogCaptureFixture
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
    player: Spotify, world: World, server: Server, login: TokenFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(login, "_replace", full)
    for _ in range(3):
        world.advance(4000)
        player.playback()
    assert server.requests.count("POST /api/token") == 3


def test_a_half_token_loses_no_login(player: Spotify, world: World, server: Server, login: TokenFile) -> None:
    world.advance(4000)
    for fault, kind in (("half", errors.HalfAnswerError), ("500", errors.ServerFaultError), ("reset", PlayerError)):
        server.faults.append(fault)
        with pytest.raises(kind):
            player.apply(play())
    go_on(player, world, 30)
    assert did(world) == [("play", (JAZZ.uri, None))]
    assert login.exists()
