"""The player and the library with a real Mopidy, which differs from MPD in what it answers and how it refuses."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.config import Config
from edge.errors import PlayerError
from edge.library.account import open_account
from edge.library.retrying import Retrier
from edge.library.store import Store
from edge.library.sync import sync
from edge.players.mpd.connection import SLOW_TIMEOUT_S, MpdConnection, MpdRefusedError
from edge.players.mpd.player import MpdPlayer
from edge.players.wishes import OVERRULED
from edge.values import Act, Music, Playback, When, Wish
from tests.players.listening import look, play, wish
from tests.players.mopidy_daemon import Mopidy
from tests.waiting import PATIENCE, wait_for

CALM_FILES = [f"calm/calm{n}.wav" for n in range(3)]
LOUD_FILES = ["loud/loud0.wav", "loud/loud1.wav"]
ODD = "odd/ü \"q\" 's' \\b #1?&%20 日本"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mopidy]:
    mopidy = Mopidy(tmp_path_factory.mktemp("mopidy"))
    (mopidy.folder / "music" / "odd").mkdir()
    song = (mopidy.folder / "music" / "calm" / "calm0.wav").read_bytes()
    (mopidy.folder / "music" / f"{ODD}.wav").write_bytes(song)
    try:
        mopidy.start()
        yield mopidy
    finally:
        mopidy.stop()


@pytest.fixture
def mopidy(running: Mopidy) -> Mopidy:
    running.reset()
    return running


@pytest.fixture
def player(mopidy: Mopidy) -> Iterator[MpdPlayer]:
    player = MpdPlayer("127.0.0.1", mopidy.port, password=None, clock=time.monotonic, timeout=PATIENCE)
    yield player
    player.close()


def until(player: MpdPlayer, state: str, uri: str | None = None) -> Playback:
    """Mopidy carries commands out after it has answered."""

    def arrived() -> bool:
        playback = look(player)
        return playback.state == state and uri in (None, playback.uri)

    wait_for(arrived, f"{state} {uri or ''}")
    return look(player)


def calm(mopidy: Mopidy) -> Music:
    return Music(mopidy.folder_of("calm"), "calm")


def loud(mopidy: Mopidy) -> Music:
    return Music(mopidy.folder_of("loud"), "loud")


def test_a_folder_plays_with_its_songs_duration(player: MpdPlayer, mopidy: Mopidy) -> None:
    player.apply(play(calm(mopidy)))
    playback = until(player, "playing")
    assert (playback.context, playback.uri) == (calm(mopidy).uri, mopidy.song("calm/calm0"))
    assert (playback.title, playback.duration, playback.volume) == ("calm0.wav", 30, 100)
    wait_for(lambda: (look(player).position or 0) > 0, "the position")
    assert mopidy.queue() == CALM_FILES


def test_a_playlist_a_file_and_a_folder_of_folders(player: MpdPlayer, mopidy: Mopidy) -> None:
    player.apply(play(Music("mpd:playlist/Evening", "x")))
    assert mopidy.queue() == CALM_FILES[1:]
    player.apply(play(Music(mopidy.song("loud/loud1"), "x")))
    assert mopidy.queue() == LOUD_FILES[1:]
    player.apply(play(Music("mpd:folder/Files", "x")))
    assert set(mopidy.queue()) > {*CALM_FILES, *LOUD_FILES} and len(mopidy.queue()) == 6


def test_what_is_not_there_is_refused_and_the_music_goes_on(player: MpdPlayer, mopidy: Mopidy) -> None:
    player.apply(play(calm(mopidy)))
    until(player, "playing")
    for uri in ("mpd:folder/Files/none", "mpd:playlist/None", "mpd:none.wav", "mpd:nosuch:song", "mpd:search/Nobody"):
        with pytest.raises(MpdRefusedError, match=r"check music\.profiles"):
            player.apply(play(Music(uri, "x")))
        assert look(player).state == "playing" and mopidy.queue() == CALM_FILES
        assert [one.wish.music.uri for one in player.take_abandoned() if one.wish.music] == [uri]


def test_a_song_that_is_gone_is_skipped_and_told(player: MpdPlayer, mopidy: Mopidy) -> None:
    songs = (mopidy.song("calm/calm0"), "mpd:calm/relative.wav", "mpd:nosuch:song", mopidy.song("calm/calm1"))
    player.apply(play(Music(songs[0], "mine", songs)))
    until(player, "playing")
    assert mopidy.queue() == CALM_FILES[:2]
    [notice] = player.take_notices()
    assert notice.startswith("skipped 2 of 4 songs") and "calm/relative.wav" in notice


def test_music_for_the_end_of_the_song_waits_for_it(player: MpdPlayer, mopidy: Mopidy) -> None:
    player.apply(play(calm(mopidy)))
    until(player, "playing")
    player.apply(play(loud(mopidy), When.TRACK_END, volume=35))
    assert mopidy.queue() == [CALM_FILES[0], *LOUD_FILES, *CALM_FILES[1:]]
    assert look(player).uri == mopidy.song("calm/calm0"), "the song isn't cut"
    mopidy.near_the_end()
    playback = until(player, "playing", mopidy.song("loud/loud0"))
    assert playback.context == loud(mopidy).uri and mopidy.queue() == LOUD_FILES
    assert playback.volume == 35 and player.take_abandoned() == []


def test_music_that_comes_after_mopidy_has_chosen_the_next_song_waits_for_that_ones_end(
    player: MpdPlayer, mopidy: Mopidy
) -> None:
    player.apply(play(calm(mopidy)))
    until(player, "playing")
    mopidy.near_the_end()
    player.apply(play(loud(mopidy), When.TRACK_END))
    until(player, "playing", mopidy.song("calm/calm1"))
    wait_for(lambda: look(player) and mopidy.queue() == [*CALM_FILES[:2], *LOUD_FILES, CALM_FILES[2]], "the songs")
    mopidy.near_the_end(left=3)
    until(player, "playing", mopidy.song("loud/loud0"))
    wait_for(lambda: look(player) and mopidy.queue() == LOUD_FILES, "the songs alone")
    assert player.take_abandoned() == []


def test_a_station_that_mopidy_passes_over_is_told(player: MpdPlayer, mopidy: Mopidy) -> None:
    player.apply(play(calm(mopidy)))
    until(player, "playing")
    player.apply(play(Music("mpd:http://127.0.0.1:9/dead", "Radio"), When.TRACK_END))
    mopidy.near_the_end(left=3)
    until(player, "playing", mopidy.song("calm/calm1"))
    wait_for(lambda: look(player) and len(mopidy.queue()) == 4, "the station behind the next song")
    mopidy.near_the_end(left=3)
    until(player, "playing", mopidy.song("calm/calm2"))
    [abandoned] = player.take_abandoned()
    assert abandoned.fault and "Mopidy began other songs" in abandoned.why
    assert mopidy.queue() == CALM_FILES


def test_waiting_music_is_taken_back(player: MpdPlayer, mopidy: Mopidy) -> None:
    player.apply(play(calm(mopidy)))
    until(player, "playing")
    player.apply(play(loud(mopidy), When.TRACK_END))
    player.apply(wish(Act.FORGET))
    assert mopidy.queue() == CALM_FILES
    player.apply(play(loud(mopidy), When.TRACK_END))
    mopidy.ask("play 4")
    until(player, "playing", mopidy.song("calm/calm2"))
    assert [one.why for one in player.take_abandoned()] == [OVERRULED] and mopidy.queue() == CALM_FILES


def test_a_song_comes_next_in_random_order_too(player: MpdPlayer, mopidy: Mopidy) -> None:
    player.apply(play(calm(mopidy), shuffle=True))
    until(player, "playing")
    player.apply(play(Music(mopidy.song("loud/loud1"), "x"), When.QUEUE))
    player.apply(wish(Act.NEXT))
    playback = until(player, "playing", mopidy.song("loud/loud1"))
    assert playback.context == calm(mopidy).uri
    assert mopidy.status()["random"] == "1", "the order is random again"


def test_pause_resume_skip_and_volume(player: MpdPlayer, mopidy: Mopidy) -> None:
    player.apply(play(calm(mopidy), volume=30))
    assert until(player, "playing").volume == 30
    player.apply(wish(Act.PAUSE))
    until(player, "paused")
    player.apply(wish(Act.RESUME))
    until(player, "playing")
    player.apply(wish(Act.NEXT))
    until(player, "playing", mopidy.song("calm/calm1"))
    player.apply(wish(Act.PREVIOUS))
    until(player, "playing", mopidy.song("calm/calm0"))
    player.apply(wish(Act.VOLUME, 55))
    assert look(player).volume == 55


def test_single_and_consume_that_others_left_on_are_turned_off(player: MpdPlayer, mopidy: Mopidy) -> None:
    mopidy.ask("single 1\nrepeat 1\nconsume 1")
    player.apply(play(calm(mopidy)))
    until(player, "playing")
    assert (mopidy.status()["single"], mopidy.status()["consume"]) == ("0", "0")
    assert mopidy.queue() == CALM_FILES


def test_names_with_odd_characters(player: MpdPlayer, mopidy: Mopidy) -> None:
    player.apply(play(Music("mpd:folder/Files/odd", "odd")))
    playback = until(player, "playing")
    assert playback.title == f"{ODD.removeprefix('odd/')}.wav" and playback.context == "mpd:folder/Files/odd"


def test_the_collection_is_read(mopidy: Mopidy, tmp_path: Path) -> None:
    config = Config.model_validate({"music": {"player": "mpd"}, "mpd": {"port": mopidy.port}})
    account = open_account(config)
    with Store(tmp_path / "journal.db") as store:
        [done] = sync(store, account.lists, Retrier(lambda _: False, pause=0))
        assert done.songs == 6
        assert mopidy.song("calm/calm0") in {song.uri for song in store.songs()}
    account.close()


def test_a_full_queue_takes_what_it_can(tmp_path: Path) -> None:
    mopidy = Mopidy(tmp_path / "mopidy", "core/max_tracklist_length=3")
    mopidy.start()
    try:
        player = MpdPlayer("127.0.0.1", mopidy.port, password=None, clock=time.monotonic, timeout=PATIENCE)
        player.apply(play(calm(mopidy)))
        until(player, "playing")
        with contextlib.suppress(PlayerError):
            player.apply(play(loud(mopidy)))
        until(player, "playing", mopidy.song("loud/loud0"))
        assert mopidy.queue() == LOUD_FILES and player.take_abandoned() == []
        songs = tuple(
            mopidy.song(name) for name in ("calm/calm0", "calm/calm1", "calm/calm2", "loud/loud0", "loud/loud1")
        )
        with contextlib.suppress(PlayerError):
            player.apply(play(Music(songs[0], "five", songs), When.TRACK_END))
        look(player)
        assert mopidy.queue()[0] == LOUD_FILES[0]
        mopidy.near_the_end()
        until(player, "playing", songs[0])
        wait_for(lambda: look(player) and mopidy.queue() == CALM_FILES, "as many as the queue takes")
        assert player.take_abandoned() == []
        assert any("plays 3 of 5 songs" in notice for notice in player.take_notices())
        player.close()
    finally:
        mopidy.stop()


def test_a_restart_forgets_the_songs_and_a_lost_connection_does_not(tmp_path: Path) -> None:
    mopidy = Mopidy(tmp_path / "mopidy")
    mopidy.start()
    try:
        player = MpdPlayer("127.0.0.1", mopidy.port, password=None, clock=time.monotonic, timeout=PATIENCE)
        player.apply(play(calm(mopidy)))
        assert until(player, "playing").context == calm(mopidy).uri
        assert player._connection._client._sock is not None
        player._connection._client._sock.shutdown(2)
        assert until(player, "playing").context == calm(mopidy).uri
        mopidy.restart()
        assert until(player, "stopped").context is None
        mopidy.ask(f"addid {mopidy.song('loud/loud0').removeprefix('mpd:')}\nplay 0")
        assert until(player, "playing").context is None, "a person's song with the id of an own one"
        player.close()
    finally:
        mopidy.stop()


def test_a_password(tmp_path: Path) -> None:
    mopidy = Mopidy(tmp_path / "mopidy", "mpd/password=hush")
    mopidy.start()
    try:
        for password, message in ((None, "requires a password"), ("wrong", "refused the password")):
            player = MpdPlayer("127.0.0.1", mopidy.port, password=password, clock=time.monotonic, timeout=PATIENCE)
            with pytest.raises(PlayerError, match=message):
                player.apply(Wish(Act.PLAY, "happy", "a test", calm(mopidy)))
            player.close()
        player = MpdPlayer("127.0.0.1", mopidy.port, password="hush", clock=time.monotonic, timeout=PATIENCE)
        player.apply(play(calm(mopidy)))
        until(player, "playing")
        player.close()
    finally:
        mopidy.stop()


def test_listing_and_adding_have_more_time_than_other_commands(mopidy: Mopidy) -> None:
    connection = MpdConnection("127.0.0.1", mopidy.port, password=None, timeout=5.0, clock=time.monotonic)
    assert connection.call(lambda client: client.timeout, slow=True) == SLOW_TIMEOUT_S
    assert connection.call(lambda client: client.timeout) == 5.0
    connection.disconnect()


@pytest.fixture
def gone(mopidy: Mopidy) -> Iterator[Path]:
    """A file that is there while it is added; a test removes or replaces it."""
    file = mopidy.folder / "music" / "loud" / "gone.wav"
    file.write_bytes((mopidy.folder / "music" / "loud" / "loud0.wav").read_bytes())
    yield file
    file.unlink(missing_ok=True)


def listed(mopidy: Mopidy, *names: str) -> Music:
    songs = tuple(mopidy.song(name) for name in names)
    return Music(songs[0], "mine", songs)


def test_a_song_that_has_gone_since_it_was_added_is_skipped_and_told(
    player: MpdPlayer, mopidy: Mopidy, gone: Path
) -> None:
    player.apply(play(listed(mopidy, "calm/calm0", "loud/gone", "loud/loud0")))
    until(player, "playing")
    wait_for(lambda: (look(player).position or 0) > 0.5, "the first song is heard")
    gone.unlink()
    mopidy.near_the_end(left=1)
    # Mopidy says for ever that the first song plays, at 0.000.
    wait_for(lambda: look(player).uri == mopidy.song("loud/loud0"), "the song after it")
    wait_for(lambda: (look(player).position or 0) > 0, "its music")
    assert player.take_notices() == [
        "skipped gone.wav: nothing was heard of it for 10 s; check whether its file can be played"
    ]
    assert player.take_abandoned() == []


def test_a_first_song_that_cannot_be_played_gives_way_to_the_second(
    player: MpdPlayer, mopidy: Mopidy, gone: Path
) -> None:
    gone.write_bytes(b"x" * 5000)
    player.apply(play(listed(mopidy, "loud/gone", "loud/loud0")))
    until(player, "playing", mopidy.song("loud/loud0"))
    assert player.take_notices() == [f"skipped {gone.as_uri()}: it doesn't begin; check whether its file can be played"]
    assert player.take_abandoned() == [] and mopidy.queue() == LOUD_FILES[:1]
