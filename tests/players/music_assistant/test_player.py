"""The player on a simulated Music Assistant: wishes, what it reports, and what people do meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from edge.errors import PlayerError
from edge.players.music_assistant.player import MusicAssistantPlayer
from edge.players.wishes import OVERRULED, UnplayableError
from edge.values import Act, Basis, Continuation, Music, When
from tests.mass_server import Mass
from tests.mass_server.world import KITCHEN, ROOM, SPEAKER
from tests.players.listening import play, wish
from tests.players.music_assistant_samples import HAPPY, SAD, SONG, done, player_on, run_for


@pytest.fixture
def mass() -> Mass:
    return Mass()


@pytest.fixture
def player(mass: Mass) -> MusicAssistantPlayer:
    return player_on(mass)


Started = Callable[[], MusicAssistantPlayer]


@pytest.fixture
def happy(mass: Mass, player: MusicAssistantPlayer) -> MusicAssistantPlayer:
    """A player whose happy songs have been playing for a while."""
    player.apply(play(HAPPY))
    run_for(player, mass, 10)
    mass.commands.clear()
    return player


def test_music_plays_with_title_cover_progress_and_what_comes_next(mass: Mass, happy: MusicAssistantPlayer) -> None:
    playback = happy.playback()
    assert (playback.state, playback.player, playback.speaker) == ("playing", "music_assistant", ROOM)
    assert (playback.title, playback.artist) == ("happysongs 0", "The happysongss")
    assert (playback.uri, playback.context) == ("ma:library://track/happysongs0", HAPPY.uri)
    assert (playback.volume, playback.duration) == (40, 200.0)
    assert playback.position == pytest.approx(10 - 1.5, abs=0.6)
    assert playback.cover == "https://covers.example/happysongs0.jpg"
    assert playback.upcoming == ("The happysongss - happysongs 1",)
    assert not playback.assumed and not playback.elsewhere


def test_the_queue_of_another_speaker_moves_here_with_its_song_and_position(
    mass: Mass, happy: MusicAssistantPlayer
) -> None:
    run_for(happy, mass, 30)
    before = happy.playback()
    kitchen = player_on(mass, speaker="Kitchen")
    moved = Continuation(before.speaker, before.uri, before.position)
    kitchen.apply(play(HAPPY, continues=moved))
    run_for(kitchen, mass, 5)
    after = kitchen.playback()
    assert (after.state, after.uri, after.context) == ("playing", before.uri, HAPPY.uri)
    assert (after.position or 0) >= (before.position or 0)
    run_for(happy, mass, 5)
    assert happy.playback().state == "stopped"
    # Where that isn't what the other speaker plays, the music begins anew.
    kitchen.apply(play(SAD, continues=replace(moved, song="ma:library://track/other")))
    run_for(kitchen, mass, 5)
    assert kitchen.playback().context == SAD.uri


def test_until_it_is_heard_it_is_only_assumed(mass: Mass, player: MusicAssistantPlayer) -> None:
    player.apply(play(HAPPY))
    assert all(playback.assumed for playback in run_for(player, mass, 1.0))
    run_for(player, mass, 1.0)
    assert not player.playback().assumed


def test_the_moment_without_a_song_after_a_replacement_isnt_told(mass: Mass, happy: MusicAssistantPlayer) -> None:
    happy.apply(play(SAD))
    reports = run_for(happy, mass, 4)
    assert {report.state for report in reports} == {"playing"}
    assert [report.context for report in reports if not report.assumed][-1] == SAD.uri


def test_the_gap_between_two_songs_isnt_told(mass: Mass, happy: MusicAssistantPlayer) -> None:
    reports = run_for(happy, mass, 220)
    assert {report.state for report in reports} == {"playing"}
    assert {report.uri for report in reports} == {"ma:library://track/happysongs0", "ma:library://track/happysongs1"}
    assert happy.playback().context == HAPPY.uri


def test_music_for_the_end_of_the_song_begins_then(mass: Mass, happy: MusicAssistantPlayer) -> None:
    happy.apply(play(SAD, When.TRACK_END, volume=30))
    run_for(happy, mass, 150)
    assert done(mass) == [] and happy.playback().context == HAPPY.uri
    run_for(happy, mass, 45)
    assert happy.playback().context == SAD.uri and mass.speakers[SPEAKER].volume == 30
    assert 188 <= mass.commands[-1][0] - 1000 - 1.5 <= 201


def test_where_songs_are_crossfaded_it_begins_before_the_next_one_is_heard(
    mass: Mass, happy: MusicAssistantPlayer
) -> None:
    mass.queues[SPEAKER].crossfade = True
    happy.apply(play(SAD, When.TRACK_END))
    run_for(happy, mass, 184)
    assert done(mass) == ["play_media"]


def test_music_that_waits_can_be_taken_back(mass: Mass, happy: MusicAssistantPlayer) -> None:
    happy.apply(play(SAD, When.TRACK_END))
    run_for(happy, mass, 20)
    happy.apply(wish(Act.FORGET))
    run_for(happy, mass, 220)
    assert done(mass) == [] and happy.playback().context == HAPPY.uri


def test_music_that_waits_is_dropped_once_somebody_chooses(mass: Mass, happy: MusicAssistantPlayer) -> None:
    happy.apply(play(SAD, When.TRACK_END))
    run_for(happy, mass, 20)
    mass.person_plays("library://album/5")
    run_for(happy, mass, 30)
    assert [abandoned.why for abandoned in happy.take_abandoned()] == [OVERRULED]
    run_for(happy, mass, 220)
    assert done(mass) == [] and happy.playback().context == "ma:library://album/5"


def test_songs_are_queued_in_their_order_and_belong_to_what_plays(mass: Mass, happy: MusicAssistantPlayer) -> None:
    happy.apply(play(SONG, When.QUEUE))
    run_for(happy, mass, 205)
    playback = happy.playback()
    assert (playback.uri, playback.context) == ("ma:library://track/calmsongs3", HAPPY.uri)


def test_pause_resume_next_and_previous(mass: Mass, happy: MusicAssistantPlayer) -> None:
    happy.apply(wish(Act.PAUSE))
    run_for(happy, mass, 2)
    assert happy.playback().state == "paused"
    happy.apply(wish(Act.RESUME))
    run_for(happy, mass, 3)
    assert happy.playback().state == "playing"
    happy.apply(wish(Act.NEXT))
    run_for(happy, mass, 3)
    assert happy.playback().title == "happysongs 1" and happy.playback().context == HAPPY.uri
    happy.apply(wish(Act.PREVIOUS))
    run_for(happy, mass, 3)
    assert happy.playback().title == "happysongs 0" and happy.playback().context == HAPPY.uri
    assert done(mass) == ["pause", "play", "play_index", "previous"], "next was unreliable on old servers"


def test_a_pause_that_the_server_ends_is_still_one(mass: Mass, happy: MusicAssistantPlayer) -> None:
    happy.apply(wish(Act.PAUSE))
    reports = run_for(happy, mass, 120)
    assert mass.queues[SPEAKER].state == "idle" and {report.state for report in reports[20:]} == {"paused"}
    happy.apply(wish(Act.RESUME))
    run_for(happy, mass, 3)
    assert happy.playback().state == "playing" and happy.playback().context == HAPPY.uri


def test_a_pause_in_a_songs_last_seconds_isnt_its_end(mass: Mass, happy: MusicAssistantPlayer) -> None:
    run_for(happy, mass, 190.5)
    mass.pause(mass.queues[SPEAKER])
    run_for(happy, mass, 1)
    playback = happy.playback()
    assert (playback.state, playback.uri) == ("paused", "ma:library://track/happysongs0")
    assert playback.position is not None and playback.duration is not None
    assert playback.duration - playback.position > 2, "what is nearer counts as ended"


def test_a_volume_and_a_fade(mass: Mass, happy: MusicAssistantPlayer) -> None:
    happy.apply(wish(Act.VOLUME, 25))
    run_for(happy, mass, 1)
    assert mass.speakers[SPEAKER].volume == 25
    happy.apply(play(SAD, fade=True))
    run_for(happy, mass, 8)
    volumes = [args["volume_level"] for _, command, args in mass.commands if command.endswith("volume_set")]
    assert volumes[0] == 25 and min(volumes) == 8 and volumes[-1] == 25 == mass.speakers[SPEAKER].volume


def test_a_fade_ends_where_a_person_sets_the_volume(mass: Mass, happy: MusicAssistantPlayer) -> None:
    happy.apply(wish(Act.VOLUME, 90, fade=True))
    run_for(happy, mass, 1)
    mass.person_sets_volume(10)
    run_for(happy, mass, 10)
    assert mass.speakers[SPEAKER].volume == 10


def test_shuffle_and_repeat_are_set_before_the_music(mass: Mass, player: MusicAssistantPlayer) -> None:
    player.apply(play(HAPPY, shuffle=True, repeat="context"))
    run_for(player, mass, 5)
    assert done(mass) == ["repeat", "shuffle", "play_media"]
    assert (mass.queues[SPEAKER].shuffle, mass.queues[SPEAKER].repeat) == (True, "all")


def test_the_queues_own_shuffle_is_kept(mass: Mass, player: MusicAssistantPlayer) -> None:
    mass.queues[SPEAKER].shuffle = True
    player.apply(play(HAPPY))
    run_for(player, mass, 5)
    assert mass.queues[SPEAKER].shuffle, "the newest servers play in order unless they are told otherwise"


def test_a_list_of_songs_begins_where_it_is_told(mass: Mass, player: MusicAssistantPlayer) -> None:
    uris = tuple(f"ma:library://track/sadsongs{n}" for n in range(4))
    player.apply(play(Music(uris[0], "some", uris), offset=2))
    run_for(player, mass, 5)
    assert player.playback().uri == uris[2] and player.playback().context == uris[0]


def test_what_plays_on_spotify_addresses_goes_to_its_spotify(mass: Mass, player: MusicAssistantPlayer) -> None:
    with pytest.raises(PlayerError, match=r"check music\.profiles"):
        player.apply(play(Music("spotify:playlist:abc", "theirs")))
        run_for(player, mass, 1)
        [abandoned] = player.take_abandoned()
        raise PlayerError(abandoned.why)
    assert mass.commands[-1][2]["media"] == ["spotify://playlist/abc"]


@pytest.mark.parametrize(
    ("address", "plays"),
    [
        ("ma:playlist/HappySongs", "library://playlist/1"),
        ("ma:radio/radio paradise", "library://radio/1"),
        ("ma:search/sadsongs", "library://playlist/2"),
        ("ma:search/calmsongs 3", "library://track/calmsongs3"),
    ],
)
def test_addresses_by_name(mass: Mass, player: MusicAssistantPlayer, address: str, plays: str) -> None:
    player.apply(play(Music(address, "x")))
    run_for(player, mass, 5)
    assert mass.commands[-1][2]["media"] == [plays] and player.playback().context == address


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("ma:playlist/Nope", 'the library has no playlist called "Nope"'),
        ("ma:radio/Nope", 'the library has no station called "Nope"'),
        ("ma:search/xyzzy", 'a search for "xyzzy" finds nothing'),
        ("ma:library://playlist/99", "library://playlist/99 not found"),
        ("ma:nonsense", "can't play ma:nonsense; use ma:"),
        ("mpd:folder/x", "can't play mpd:folder/x; check music.profiles and music.player"),
    ],
)
def test_what_cant_be_played_is_told_once(mass: Mass, player: MusicAssistantPlayer, address: str, says: str) -> None:
    try:
        player.apply(play(Music(address, "x"), fade=True))
        [abandoned] = player.take_abandoned()
        assert says in abandoned.why and abandoned.fault
    except UnplayableError as error:
        assert says in str(error)
    run_for(player, mass, 30)
    assert mass.speakers[SPEAKER].volume == 40 and player.take_abandoned() == []


def test_a_radio_has_no_end_so_other_music_begins_at_once(mass: Mass, player: MusicAssistantPlayer) -> None:
    player.apply(play(Music("ma:library://radio/1", "radio")))
    run_for(player, mass, 30)
    assert player.playback().title == "Radio Paradise" and player.playback().duration is None
    player.apply(play(SAD, When.TRACK_END))
    run_for(player, mass, 4)
    assert player.playback().context == SAD.uri


# --- Other people -----------------------------------------------------------------------------------------------------


def test_what_somebody_plays_there_by_other_means_is_theirs(mass: Mass, happy: MusicAssistantPlayer) -> None:
    mass.plays_by_itself()
    playback = happy.playback()
    assert (playback.state, playback.title, playback.artist) == ("playing", "Their Song", "Them")
    assert (playback.context, playback.uri) == ("ma:source/spotify", "ma:spotify:track:1")
    happy.apply(play(SAD, basis=Basis(True, HAPPY.uri, "ma:library://track/happysongs0")))
    assert [abandoned.why for abandoned in happy.take_abandoned()] == [OVERRULED]


def test_in_a_group_the_leaders_queue_is_what_is_heard(mass: Mass, happy: MusicAssistantPlayer) -> None:
    mass.person_plays("library://album/5", KITCHEN)
    mass.advance(5)
    mass.group(KITCHEN)
    run_for(happy, mass, 5)
    playback = happy.playback()
    assert (playback.state, playback.context, playback.speaker) == ("playing", "ma:library://album/5", ROOM)
    happy.apply(wish(Act.PAUSE))
    run_for(happy, mass, 3)
    assert mass.queues[KITCHEN].state == "paused", "a person's request is for what is heard"


def test_the_device_starts_nothing_in_a_group_that_another_speaker_leads(
    mass: Mass, player: MusicAssistantPlayer
) -> None:
    mass.group(KITCHEN)
    player.apply(play(HAPPY, basis=Basis(False)))
    [abandoned] = player.take_abandoned()
    assert '"Living Room" is grouped with "Kitchen"' in abandoned.why and done(mass) == []
    player.apply(play(HAPPY))
    run_for(player, mass, 4)
    assert mass.queues[KITCHEN].state == "playing", "a person may"


def test_an_old_server_has_other_names_for_the_same(player: MusicAssistantPlayer) -> None:
    mass = Mass(schema=26, schema_min=24)
    player = player_on(mass, token=None)
    player.apply(play(HAPPY))
    run_for(player, mass, 10)
    assert (player.playback().state, player.playback().context) == ("playing", HAPPY.uri)
    assert player.playback().speaker == ROOM
    run_for(player, mass, 200)
    assert player.playback().context == HAPPY.uri, "the next song follows from the list, though no origin is told"


def test_somebody_who_replaces_the_queue_at_the_same_moment_is_heard() -> None:
    mass = Mass()
    player = player_on(mass)
    player.apply(play(HAPPY))
    run_for(player, mass, 10)
    shown = player.playback()
    mass.person_plays("library://album/5")
    assert mass.queues[SPEAKER].current is None, "for a moment it shows nothing"
    player.apply(play(SAD, basis=Basis(True, shown.context, shown.uri)))
    run_for(player, mass, 20)
    assert player.playback().title == "theirs 0" and done(mass) == ["play_media"]
    (abandoned,) = player.take_abandoned()
    assert not abandoned.fault, "it is nobody's problem"
