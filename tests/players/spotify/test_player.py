"""The Spotify player against a simulated Web API, through the real spotipy, in simulated time."""

from __future__ import annotations

import contextlib
import time

import pytest

from edge.players.spotify import errors
from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.player import SpotifyPlayer
from edge.players.spotify.token_file import TokenFile
from edge.players.wishes import UnplayableError
from edge.values import Act, Continuation, Music, Playback, When
from tests.players.listening import JAZZ, LIST, ROCK, SONG, SONGS, executed, play, run_for, wish
from tests.spotify_server import Server, World, contract_file
from tests.spotify_server.server import CLIENT, error

# Playing.


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


def test_playback_is_stopped_if_no_speaker_is_active(player: SpotifyPlayer) -> None:
    assert player.playback() == Playback("stopped", "spotify")
    assert player.wait() == pytest.approx(30, abs=1)


def test_a_playlist_starts_with_one_command_on_the_speaker(player: SpotifyPlayer, world: World, server: Server) -> None:
    player.apply(play())
    assert executed(world) == [("play", (JAZZ.uri, None))]
    assert world.now_playing().device == "Living Room"
    # The assumed playback, without a request.
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


def test_cover_and_the_next_songs_are_told_with_one_request_a_song(
    player: SpotifyPlayer, world: World, server: Server
) -> None:
    player.apply(play(LIST))
    run_for(player, world, 60)
    shown = player.playback()
    assert shown.cover == "https://i.scdn.co/image/liked0-300"
    assert shown.upcoming == tuple(f"The Artist - Song liked{n}" for n in range(1, 5))
    run_for(player, world, 400)
    assert player.playback().upcoming == ("The Artist - Song liked3", "The Artist - Song liked4")
    assert server.requests.count("GET /v1/me/player/queue") == 3, "once for each of three songs"
    player.apply(play(ROCK, When.TRACK_END))
    assert player.playback().upcoming == (), "this comes first"


def test_music_goes_on_as_it_plays_on_another_speaker_of_the_account(player: SpotifyPlayer, world: World) -> None:
    world.person("play", ROCK.uri, on="Kitchen")
    world.advance(50)
    song = world.now_playing()
    moved = Continuation("Kitchen", None, 50.0)
    player.apply(play(ROCK, continues=moved))
    run_for(player, world, 5)
    assert world.now_playing().device == "Living Room" and [name for name, _ in executed(world)][-1:] == ["transfer"]
    assert world.now_playing().index == song.index and world.now_playing().position >= 50
    shown = player.playback()
    assert (shown.state, shown.context, shown.elsewhere) == ("playing", ROCK.uri, False)


def test_music_goes_on_with_its_song_where_another_account_plays_it(player: SpotifyPlayer, world: World) -> None:
    player.apply(play(LIST, continues=Continuation("Kitchen", SONGS[2], 42.5)))
    run_for(player, world, 4)
    assert (player.playback().uri, world.now_playing().uris[0]) == (SONGS[2], SONGS[2])
    assert (player.playback().position or 0.0) >= 42.5


def test_a_song_is_played_as_uris(player: SpotifyPlayer, world: World) -> None:
    player.apply(play(SONG))
    assert executed(world) == [("play", (None, [SONG.uri]))]
    world.advance(2)
    assert player.playback().uri == SONG.uri
    assert player.playback().context is None


def test_pause_resume_next_previous_volume(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 10)
    for act in (Act.NEXT, Act.PAUSE, Act.RESUME, Act.PREVIOUS):
        player.apply(wish(act))
        run_for(player, world, 10)
    player.apply(wish(Act.VOLUME, 33))
    assert [operation for operation, _ in executed(world)] == ["play", "next", "pause", "resume", "previous", "volume"]
    assert world.device("Living Room").volume == 33


def test_a_wish_that_is_already_fulfilled_sends_no_command(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 5)
    world.executed.clear()
    for wished in (play(), wish(Act.RESUME), wish(Act.VOLUME, 40)):
        player.apply(wished)
    assert executed(world) == []


def test_a_wish_for_the_songs_end_is_sent_just_before_it(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 10)
    player.apply(play(ROCK, When.TRACK_END))
    assert len(executed(world)) == 1
    run_for(player, world, 250)
    assert executed(world)[1:] == [("play", (ROCK.uri, None))]
    seconds = world.executed[1].at - world.executed[0].at
    assert 197.5 <= seconds <= 200


def test_a_newer_wish_for_the_songs_end_replaces_the_older_one(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 10)
    player.apply(play(ROCK, When.TRACK_END))
    player.apply(play(SONG, When.TRACK_END))
    run_for(player, world, 250)
    assert executed(world)[1:] == [("play", (None, [SONG.uri]))]


def test_a_skip_starts_a_deferred_wish(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 10)
    player.apply(play(ROCK, When.TRACK_END))
    player.apply(wish(Act.NEXT))
    assert executed(world)[1:] == [("play", (ROCK.uri, None))]


@pytest.mark.parametrize("what", ["pause", "next", "play", "elsewhere"])
def test_a_deferred_wish_is_abandoned_when_a_person_chooses(player: SpotifyPlayer, world: World, what: str) -> None:
    player.apply(play())
    run_for(player, world, 10)
    player.apply(play(ROCK, When.TRACK_END))
    if what == "elsewhere":
        world.person("play", "spotify:album:theirs")
    else:
        world.person(what, "spotify:album:theirs" if what == "play" else None, on="Living Room")
    run_for(player, world, 400)
    assert len(executed(world)) == 1


def test_a_song_is_queued(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 5)
    player.apply(play(SONG, When.QUEUE))
    run_for(player, world, 5)
    assert executed(world)[1:] == [("queue", SONG.uri)]
    run_for(player, world, 200)
    assert world.now_playing().uris[world.now_playing().index] == SONG.uri


def test_a_fade_takes_few_steps(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 5)
    player.apply(play(ROCK, fade=True, volume=50))
    run_for(player, world, 20)
    assert executed(world)[1:] == [
        ("volume", 20),
        ("volume", 6),
        ("play", (ROCK.uri, None)),
        ("volume", 25),
        ("volume", 50),
    ]


def test_the_volume_is_restored_after_an_interrupted_fade(player: SpotifyPlayer, world: World, server: Server) -> None:
    player.apply(play())
    run_for(player, world, 5)
    player.apply(play(ROCK, fade=True))
    run_for(player, world, 1)  # two steps down
    player.apply(wish(Act.PAUSE))
    run_for(player, world, 5)
    assert world.device("Living Room").volume == 40
    assert not world.now_playing().playing


def test_the_volume_is_raised_after_the_music_starts_and_lowered_before(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 5)
    player.apply(play(ROCK, volume=20))
    run_for(player, world, 5)
    player.apply(play(JAZZ, volume=60))
    run_for(player, world, 5)
    assert [do for do, _ in executed(world)[1:]] == ["volume", "play", "play", "volume"]


def test_nothing_is_sent_while_the_account_plays_elsewhere(player: SpotifyPlayer, world: World) -> None:
    world.person("play", "spotify:album:theirs")
    world.advance(3)
    for wished in (play(), play(ROCK, When.TRACK_END), wish(Act.NEXT), wish(Act.VOLUME, 3), wish(Act.RESUME)):
        with pytest.raises(errors.ElsewhereError, match="Ann's phone"):
            player.apply(wished)
    player.apply(wish(Act.PAUSE))  # nothing is playing on the own speaker
    shown = player.playback()
    assert shown.elsewhere
    assert shown.speaker == "Ann's phone"
    run_for(player, world, 120)
    assert executed(world) == []
    assert not player.pending


def test_a_paused_phone_doesnt_prevent_playing(player: SpotifyPlayer, world: World) -> None:
    world.person("play", "spotify:album:theirs")
    world.person("pause")
    world.advance(3)
    player.apply(play())
    assert world.now_playing().device == "Living Room"


def test_a_sleeping_speaker_is_unavailable_and_costs_few_requests(player: SpotifyPlayer, world: World) -> None:
    world.sleep("Living Room")
    assert player.playback().state == "unavailable"
    calls = player.calls
    assert {playback.state for playback in run_for(player, world, 3600)} == {"unavailable"}
    assert player.calls - calls < 45
    with pytest.raises(errors.SpeakerMissingError, match=r"wake it.*Ann's phone, Kitchen") as raised:
        player.apply(play())
    assert raised.value.retry_after == 60
    run_for(player, world, 100)
    world.wake("Living Room")
    run_for(player, world, 61)
    assert executed(world) == [("play", (JAZZ.uri, None))]


def test_expired_music_is_dropped(player: SpotifyPlayer, world: World) -> None:
    world.sleep("Living Room")
    with pytest.raises(errors.SpeakerMissingError):
        player.apply(play())
    run_for(player, world, 700)
    world.wake("Living Room")
    run_for(player, world, 300)
    assert executed(world) == []


def test_a_speaker_that_changed_its_id_is_found_again(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 10)
    world.device("Living Room").id = "another"
    with contextlib.suppress(errors.SpeakerGoneError):
        player.apply(play(ROCK))
    run_for(player, world, 20)
    assert executed(world)[-1] == ("play", (ROCK.uri, None))


def test_a_restricted_speaker_and_one_with_a_fixed_volume(player: SpotifyPlayer, world: World) -> None:
    world.device("Living Room").supports_volume = False
    player.apply(play(volume=70))
    run_for(player, world, 10)
    assert [do for do, _ in executed(world)] == ["play"]
    with pytest.raises(errors.VolumeFixedError):
        player.apply(wish(Act.VOLUME, 10))
    player.apply(play(ROCK, fade=True))
    run_for(player, world, 10)
    assert [do for do, _ in executed(world)] == ["play", "play"]
    world.device("Living Room").restricted = True
    run_for(player, world, 40)
    with pytest.raises(errors.SpeakerRestrictedError):
        player.apply(wish(Act.PAUSE))
    assert not player.pending


def test_addresses_of_other_players_are_refused(player: SpotifyPlayer) -> None:
    with pytest.raises(UnplayableError, match="can't play mpd:playlist/x"):
        player.apply(play(Music("mpd:playlist/x", "x")))


def test_a_list_of_songs_starts_at_the_offset(player: SpotifyPlayer, world: World) -> None:
    player.apply(play(LIST, offset=2))
    assert executed(world) == [("play", (None, [*SONGS[2:], *SONGS[:2]]))]
    world.advance(3)
    assert (player.playback().uri, player.playback().context) == (SONGS[2], None)
    player.apply(play(LIST, offset=2))  # already playing
    player.apply(play(Music(SONGS[2], "another", (SONGS[2], *SONGS[:2]))))  # same song, other list
    assert [value for _, value in executed(world)][1:] == [(None, [SONGS[2], SONGS[0], SONGS[1]])]


def test_a_playlist_starts_at_the_offset_and_an_artist_cant(player: SpotifyPlayer, world: World) -> None:
    player.apply(play(offset=4))
    run_for(player, world, 5)
    player.apply(play(ROCK, offset=4))
    assert executed(world) == [("play", (JAZZ.uri, None, 4)), ("play", (ROCK.uri, None))]


def test_shuffle_and_repeat_are_set_before_the_music_on_an_active_speaker(player: SpotifyPlayer, world: World) -> None:
    player.apply(play(shuffle=True, repeat="context"))
    run_for(player, world, 5)
    player.apply(play(ROCK, shuffle=False, repeat="context"))
    run_for(player, world, 5)
    player.apply(play(JAZZ, shuffle=False, repeat="context"))
    assert executed(world) == [
        ("play", (JAZZ.uri, None)),
        ("shuffle", True),
        ("repeat", "context"),
        ("shuffle", False),
        ("play", (ROCK.uri, None)),
        ("play", (JAZZ.uri, None)),
    ]


def test_shuffle_repeat_and_volume_are_set_before_the_songs_end(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 10)
    player.apply(play(ROCK, When.TRACK_END, shuffle=True, repeat="track", volume=20))
    run_for(player, world, 250)
    assert sorted(operation for operation, _ in executed(world)[1:4]) == ["repeat", "shuffle", "volume"]
    assert executed(world)[4:] == [("play", (ROCK.uri, None))]
    assert 197.5 <= world.executed[4].at - world.executed[0].at <= 200


def test_a_speaker_that_refuses_to_shuffle_still_plays(player: SpotifyPlayer, world: World, server: Server) -> None:
    player.apply(play())
    run_for(player, world, 5)
    server.answers["PUT /me/player/shuffle"] = error(403, "Player command failed: Restriction violated", "UNKNOWN")
    player.apply(play(ROCK, shuffle=True))
    run_for(player, world, 5)
    assert executed(world)[1:] == [("play", (ROCK.uri, None))]


@pytest.mark.parametrize("paused", [False, True])
def test_music_is_transferred_back_from_another_speaker(player: SpotifyPlayer, world: World, paused: bool) -> None:
    player.apply(play())
    run_for(player, world, 10)
    world.person("transfer", True)
    if paused:
        world.person("pause")
    run_for(player, world, 40)
    assert player.playback().elsewhere != paused
    player.apply(wish(Act.RESUME, music=JAZZ))
    assert executed(world)[1:] == [("transfer", True)]
    shown = player.playback()
    assert (shown.speaker, shown.state, shown.context, shown.elsewhere) == ("Living Room", "playing", JAZZ.uri, False)
    run_for(player, world, 10)
    assert player.playback() == shown or player.playback().title is not None


def test_resuming_starts_music_that_isnt_loaded_and_leaves_other_music_alone(
    player: SpotifyPlayer, world: World
) -> None:
    world.person("play", "spotify:album:theirs")
    world.advance(3)
    with pytest.raises(errors.ElsewhereError, match="Ann's phone"):
        player.apply(wish(Act.RESUME, music=JAZZ))
    world.sleep("Ann's phone")
    run_for(player, world, 40)
    player.apply(wish(Act.RESUME, music=JAZZ))
    assert executed(world) == [("play", (JAZZ.uri, None))]


def test_a_song_can_be_queued_while_the_speaker_is_paused(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 5)
    player.apply(wish(Act.PAUSE))
    run_for(player, world, 5)
    player.apply(play(SONG, When.QUEUE))
    run_for(player, world, 5)
    assert executed(world)[2:] == [("queue", SONG.uri)]
    assert not world.now_playing().playing


def test_music_of_the_library_is_reported_by_its_library_address(
    world: World, server: Server, login: TokenFile
) -> None:
    api = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, now=world.unix)
    player = SpotifyPlayer(
        api,
        speaker="Living Room",
        clock=world.clock,
        resolve={"library:happy": LIST, "library:sad": Music(JAZZ.uri, "")}.get,
    )
    for address, value in (("library:happy", (None, list(SONGS))), ("library:sad", (JAZZ.uri, None))):
        player.apply(play(Music(address, "mine")))
        assert executed(world)[-1] == ("play", value)
        run_for(player, world, 10)
        assert player.playback().context == address
    world.person("play", "spotify:album:theirs", on="Living Room")
    run_for(player, world, 40)
    assert player.playback().context == "spotify:album:theirs"
    with pytest.raises(UnplayableError, match=r"library:angry isn't in the library.*moodroom library"):
        player.apply(play(Music("library:angry", "mine")))
    player.close()


def test_the_report_contains_the_calls_of_today(player: SpotifyPlayer, world: World, login: TokenFile) -> None:
    player.playback()
    first = player.report()
    assert first == {"player_calls_today": player.calls}
    assert player.login_expires == login.expires
    world.advance(86400)
    assert player.report()["player_calls_today"] == 0
    player.playback()
    assert 0 < player.report()["player_calls_today"] == player.calls - first["player_calls_today"]


# Cost.


def test_number_of_calls_in_an_evening_and_in_an_empty_room(player: SpotifyPlayer, world: World) -> None:
    player.apply(play())
    run_for(player, world, 4 * 3600)
    evening = player.calls
    player.apply(wish(Act.PAUSE))
    before = player.calls
    run_for(player, world, 4 * 3600)
    print(f"calls in 4 hours: {evening} of a quiet evening, {player.calls - before} in an empty room")
    assert evening <= 700
    assert player.calls - before <= 150


def test_cpu_time_from_a_wish_to_its_request(player: SpotifyPlayer, world: World) -> None:
    player.playback()
    started = time.thread_time()
    player.apply(play())
    assert time.thread_time() - started < 0.3
