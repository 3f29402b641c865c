"""The player on a simulated go-librespot: wishes, what it reports, and what people do meanwhile."""

from __future__ import annotations

import pytest

from edge.errors import PlayerError
from edge.players.go_librespot.errors import NoAccountError
from edge.players.go_librespot.player import GoLibrespotPlayer
from edge.players.wishes import OVERRULED, UnplayableError
from edge.values import Act, Basis, Continuation, Music, When
from tests.librespot_server import Librespot
from tests.librespot_server.world import ROOM
from tests.players.go_librespot_samples import HAPPY, LIST, SAD, SONG, SONGS, done, player_on, run_for
from tests.players.listening import play, wish


@pytest.fixture
def world() -> Librespot:
    return Librespot()


@pytest.fixture
def player(world: Librespot) -> GoLibrespotPlayer:
    return player_on(world)


@pytest.fixture
def happy(world: Librespot, player: GoLibrespotPlayer) -> GoLibrespotPlayer:
    """A player whose happy songs have been playing for a while."""
    player.apply(play(HAPPY))
    run_for(player, world, 10)
    world.commands.clear()
    return player


def test_music_goes_on_with_the_song_and_position_of_another_room(world: Librespot, player: GoLibrespotPlayer) -> None:
    for music, song in ((HAPPY, "spotify:track:happysongs2"), (LIST, SONGS[2])):
        player.apply(play(music, continues=Continuation("Kitchen", song, 42.5)))
        run_for(player, world, 3)
        playback = player.playback()
        assert (playback.state, playback.uri) == ("playing", song) and 42.5 <= (playback.position or 0) < 50


def test_music_plays_with_title_cover_and_progress(happy: GoLibrespotPlayer) -> None:
    playback = happy.playback()
    assert (playback.state, playback.player, playback.speaker) == ("playing", "go_librespot", ROOM)
    assert (playback.title, playback.artist) == ("happysongs 0", "The happysongss")
    assert (playback.uri, playback.context) == ("spotify:track:happysongs0", HAPPY.uri)
    assert (playback.volume, playback.duration) == (40, 200.0)
    assert playback.position == pytest.approx(10, abs=0.6)
    assert playback.cover == "https://i.scdn.co/image/happysongs0"
    assert playback.theirs is False and not playback.assumed and not playback.elsewhere


def test_it_is_polled_rarely_while_the_daemon_tells_its_changes(world: Librespot, happy: GoLibrespotPlayer) -> None:
    happy.playback()
    assert happy.wait() == 30
    world.person_pauses()
    assert happy.wait() == 0 and happy.playback().state == "paused"
    world.break_connections()
    assert happy.wait() == 0
    happy.playback()
    assert happy.wait() == 2, "until it tells them again"
    run_for(happy, world, 10)
    assert happy.wait() == 30


def test_the_next_song_is_of_the_same_list(world: Librespot, happy: GoLibrespotPlayer) -> None:
    run_for(happy, world, 210)
    playback = happy.playback()
    assert (playback.uri, playback.context) == ("spotify:track:happysongs1", HAPPY.uri)


def test_music_for_the_end_of_the_song_begins_then(world: Librespot, happy: GoLibrespotPlayer) -> None:
    happy.apply(play(SAD, When.TRACK_END, volume=30))
    run_for(happy, world, 150)
    assert done(world) == [] and happy.playback().context == HAPPY.uri
    run_for(happy, world, 45)
    assert happy.playback().context == SAD.uri and world.volume == 30
    assert 197 <= world.commands[0][0] - 1000 <= 201


def test_music_that_waits_can_be_taken_back(world: Librespot, happy: GoLibrespotPlayer) -> None:
    happy.apply(play(SAD, When.TRACK_END))
    run_for(happy, world, 20)
    happy.apply(wish(Act.FORGET))
    run_for(happy, world, 220)
    assert done(world) == [] and happy.playback().context == HAPPY.uri


def test_music_that_waits_is_dropped_once_somebody_chooses(world: Librespot, happy: GoLibrespotPlayer) -> None:
    happy.apply(play(SAD, When.TRACK_END))
    run_for(happy, world, 20)
    world.person_plays()
    run_for(happy, world, 30)
    assert [abandoned.why for abandoned in happy.take_abandoned()] == [OVERRULED]
    run_for(happy, world, 220)
    assert done(world) == [] and happy.playback().context == "spotify:album:theirs"


def test_a_song_is_queued_and_belongs_to_what_plays(world: Librespot, happy: GoLibrespotPlayer) -> None:
    happy.apply(play(SONG, When.QUEUE))
    run_for(happy, world, 205)
    assert done(world) == ["add_to_queue"]
    assert (happy.playback().uri, happy.playback().context) == (SONG.uri, HAPPY.uri)


def test_pause_resume_next_and_previous(world: Librespot, happy: GoLibrespotPlayer) -> None:
    happy.apply(wish(Act.PAUSE))
    assert happy.playback().state == "paused"
    happy.apply(wish(Act.RESUME))
    assert happy.playback().state == "playing"
    happy.apply(wish(Act.NEXT))
    assert happy.playback().title == "happysongs 1"
    happy.apply(wish(Act.PREVIOUS))
    assert happy.playback().title == "happysongs 0"
    assert done(world) == ["pause", "resume", "next", "prev"]


def test_a_skip_in_silence_is_told(player: GoLibrespotPlayer) -> None:
    player.apply(wish(Act.NEXT))
    assert "nothing is playing, so nothing was skipped" in player.take_abandoned()[0].why


@pytest.mark.parametrize("steps", [7, 16, 64, 100, 65535])
def test_the_volume_is_percent_whatever_the_daemons_steps(steps: int) -> None:
    world = Librespot(steps=steps)
    player = player_on(world)
    for percent in (0, 33, 58, 100):
        player.apply(wish(Act.VOLUME, percent))
        run_for(player, world, 3)
        assert player.playback().volume == percent
        assert world.volume == pytest.approx(percent, abs=50 / steps + 1)
    world.person_sets_volume(71)
    assert player.playback().volume == world.volume


def test_a_fade_goes_down_before_known_music_and_up_again(world: Librespot, happy: GoLibrespotPlayer) -> None:
    happy.apply(play(SAD))
    run_for(happy, world, 5)
    world.commands.clear()
    happy.apply(play(HAPPY, fade=True, volume=50))
    run_for(happy, world, 10)
    assert done(world) == ["volume", "play", "volume", "volume", "volume"]
    assert [body["volume"] for _, do, body in world.commands if do == "volume"] == [12, 25, 37, 50]


def test_nothing_is_turned_down_for_music_that_may_be_refused(world: Librespot, happy: GoLibrespotPlayer) -> None:
    happy.apply(play(SAD, fade=True, volume=20))
    run_for(happy, world, 10)
    assert done(world)[0] == "play" and world.volume == 20


def test_shuffle_and_repeat_are_set_before_the_music(world: Librespot, happy: GoLibrespotPlayer) -> None:
    happy.apply(play(SAD, shuffle=True, repeat="context"))
    assert done(world) == ["shuffle_context", "repeat_context", "repeat_track", "play"]
    happy.apply(play(HAPPY, shuffle=True, repeat="track"))
    assert done(world)[4:] == ["repeat_context", "repeat_track", "play"]


def test_shuffled_from_silence_it_begins_anywhere(world: Librespot, player: GoLibrespotPlayer) -> None:
    player.apply(play(HAPPY, shuffle=True))
    assert world.shuffle and world.state == "playing" and done(world) == ["play", "shuffle_context", "play"]


def test_the_songs_of_a_list_follow_each_other(world: Librespot, player: GoLibrespotPlayer) -> None:
    player.apply(play(LIST))
    playbacks = run_for(player, world, 790)
    assert list(dict.fromkeys(playback.uri for playback in playbacks)) == list(SONGS)
    assert {playback.context for playback in playbacks} == {LIST.uri}


def test_a_list_can_be_repeated_and_shuffled(world: Librespot, player: GoLibrespotPlayer) -> None:
    player.apply(play(LIST, repeat="context", shuffle=True))
    uris = [playback.uri for playback in run_for(player, world, 1900)]
    order = [uri for number, uri in enumerate(uris) if number == 0 or uri != uris[number - 1]]
    assert set(order) == set(SONGS) and order[4:8] == order[:4] and len(order) == 10


def test_a_list_isnt_filled_into_somebody_elses_music(world: Librespot, player: GoLibrespotPlayer) -> None:
    player.apply(play(LIST))
    world.person_plays()
    run_for(player, world, 60)
    assert done(world) == ["play"]


def test_songs_of_the_library_are_known_by_its_address(world: Librespot) -> None:
    player = player_on(world, resolve=lambda uri: Music(SONGS[0], uri, SONGS))
    player.apply(play(Music("library:happy", "your own songs")))
    run_for(player, world, 250)
    assert (player.playback().uri, player.playback().context) == (SONGS[1], "library:happy")


def test_a_list_that_ran_out_and_a_station_that_follows(world: Librespot, player: GoLibrespotPlayer) -> None:
    player.apply(play(SONG))
    run_for(player, world, 210)
    assert (player.playback().uri, player.playback().context) == ("spotify:track:station0", SONG.uri)
    world.autoplay = False
    player.apply(play(SONG))
    run_for(player, world, 210)
    assert (player.playback().state, player.playback().ran_out) == ("stopped", True)


def test_what_somebody_began_is_theirs_even_the_same_list(world: Librespot, happy: GoLibrespotPlayer) -> None:
    world.person_plays(HAPPY.uri)
    playback = happy.playback()
    assert playback.theirs is True and playback.context == HAPPY.uri


def test_music_that_is_moved_to_another_speaker(world: Librespot, happy: GoLibrespotPlayer) -> None:
    world.person_moves()
    assert happy.playback().elsewhere
    run_for(happy, world, 15)
    playback = happy.playback()
    assert (playback.state, playback.inactive, playback.elsewhere) == ("stopped", True, False)


def test_nothing_is_started_while_the_account_plays_elsewhere(world: Librespot, happy: GoLibrespotPlayer) -> None:
    world.person_moves("Kitchen")
    run_for(happy, world, 15)
    happy.apply(play(SAD, basis=Basis(False)))
    [abandoned] = happy.take_abandoned()
    assert abandoned.why == "go_librespot: the account plays on Kitchen, which is left alone"
    happy.apply(play(SAD))
    assert happy.playback().context == SAD.uri, "a person asked for it"


def test_where_spotify_doesnt_say_where_the_account_plays(world: Librespot, player: GoLibrespotPlayer) -> None:
    world.elsewhere, world.account_limited = "Kitchen", True
    player.apply(play(HAPPY, basis=Basis(False)))
    assert player.playback().context == HAPPY.uri


def test_before_anybody_has_connected(world: Librespot, player: GoLibrespotPlayer) -> None:
    world.account = False
    with pytest.raises(NoAccountError, match="nobody has connected with the Spotify app yet; open the app"):
        player.playback()
    with pytest.raises(NoAccountError):
        player.apply(play(HAPPY))
    world.account = True
    run_for(player, world, 5)
    assert player.playback().context == HAPPY.uri


def test_an_account_that_leaves_with_its_music() -> None:
    world = Librespot(persists=False)
    player = player_on(world)
    player.apply(play(HAPPY))
    run_for(player, world, 5)
    world.person_moves()
    run_for(player, world, 15)
    assert player.playback().state == "stopped" and player.playback().inactive
    with pytest.raises(NoAccountError):
        player.apply(play(SAD))


def test_while_the_daemon_starts(world: Librespot, player: GoLibrespotPlayer) -> None:
    world.ready = False
    with pytest.raises(PlayerError, match="still starting"):
        player.apply(play(HAPPY))
    world.ready = True
    run_for(player, world, 5)
    assert player.playback().context == HAPPY.uri


def test_other_addresses_are_refused(player: GoLibrespotPlayer) -> None:
    with pytest.raises(UnplayableError, match="go_librespot: can't play mpd:folder/jazz"):
        player.apply(play(Music("mpd:folder/jazz", "jazz")))
    with pytest.raises(UnplayableError, match="library:sad isn't in the library"):
        player.apply(play(Music("library:sad", "sad")))


def test_the_speaker_keeps_its_volume_when_the_device_stops_in_a_fade(
    world: Librespot, happy: GoLibrespotPlayer
) -> None:
    happy.apply(wish(Act.VOLUME, 80, fade=True))
    happy.close()
    assert world.volume == 80


def test_a_pause_just_before_the_end_of_a_song_is_a_pause(world: Librespot, happy: GoLibrespotPlayer) -> None:
    run_for(happy, world, 189)
    world.person_pauses()
    playback = happy.playback()
    assert playback.state == "paused" and playback.position == 197.5


def test_another_place_in_the_song(world: Librespot, happy: GoLibrespotPlayer) -> None:
    happy.seek(120.4)
    assert happy.playback().position == pytest.approx(120.4, abs=0.1)
    playbacks = run_for(happy, world, 85)
    assert playbacks[-1].title == "happysongs 1" and playbacks[-1].context == HAPPY.uri


def test_no_other_place_where_nothing_plays(player: GoLibrespotPlayer) -> None:
    with pytest.raises(PlayerError, match="nothing is playing here, so nothing was changed"):
        player.seek(10)
