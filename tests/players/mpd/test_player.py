"""The MPD player with a real MPD that plays generated tones to nowhere."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from edge.config import Config
from edge.errors import PlayerError
from edge.players.mpd.player import MpdPlayer
from edge.players.player import open_player
from edge.players.wishes import OVERRULED, AbandonedWish
from edge.values import Act, Basis, Continuation, Music, Playback, When, Wish
from tests.players import listening
from tests.players.listening import wish
from tests.players.mpd_daemon import PROGRAM, Daemon
from tests.waiting import PATIENCE, wait_for

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")


@pytest.fixture
def player(daemon: Daemon) -> Iterator[MpdPlayer]:
    player = MpdPlayer("127.0.0.1", daemon.port, password=None, clock=time.monotonic, timeout=PATIENCE)
    yield player
    player.close()


CALM = Music("mpd:folder/calm", "calm")
LOUD = Music("mpd:folder/loud", "loud")


def play(music: Music = CALM, when: When = When.NOW, **more: Any) -> Wish:
    return listening.play(music, when, **more)


def until(player: MpdPlayer, state: str) -> Playback:
    wait_for(lambda: player.playback().state == state, state)
    return player.playback()


def test_plays_a_folder(player: MpdPlayer, daemon: Daemon) -> None:
    assert player.playback().state == "stopped"
    player.apply(play())
    playback = until(player, "playing")
    assert (playback.context, playback.uri, playback.duration) == (CALM.uri, "mpd:calm/calm0.wav", 30)
    assert not playback.elsewhere
    assert "playlistlength: 3" in daemon.ask("status")


def test_music_goes_on_with_the_song_and_position_of_another_room(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(continues=Continuation("MPD elsewhere", "mpd:calm/calm1.wav", 12.5)))
    playback = until(player, "playing")
    assert (playback.uri, playback.context) == ("mpd:calm/calm1.wav", CALM.uri)
    assert 12.5 <= (playback.position or 0) < 20
    wait_for(lambda: daemon.queue() == ["calm/calm1.wav", "calm/calm2.wav", "calm/calm0.wav"], "all songs")


@pytest.mark.parametrize(
    ("uri", "songs"),
    [
        ("mpd:playlist/Evening", 2),
        ("mpd:folder/loud/", 2),
        ("mpd:calm/calm1.wav", 1),
    ],
)
def test_addresses_of_playlists_folders_and_files(player: MpdPlayer, daemon: Daemon, uri: str, songs: int) -> None:
    player.apply(play(Music(uri, "x")))
    assert f"playlistlength: {songs}\n" in daemon.ask("status")


@pytest.fixture
def station() -> Iterator[str]:
    """A radio station that accepts connections and sends nothing; MPD would skip one that refuses them."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}/stream"


def test_plays_a_stream(player: MpdPlayer, daemon: Daemon, station: str) -> None:
    player.apply(play(Music(f"mpd:stream/{station}", "x")))
    assert daemon.queue() == [station]


def test_a_search_without_a_match_is_refused(player: MpdPlayer, daemon: Daemon) -> None:
    with pytest.raises(PlayerError, match="contains no songs"):
        player.apply(play(Music("mpd:search/Nobody Anywhere", "x")))
    player.playback()  # nothing stays pending that would be tried again


def test_an_unknown_address_is_refused_with_a_reason(player: MpdPlayer) -> None:
    for uri in ("mpd:playlist/None", "mpd:folder/none", "mpd:none.wav"):
        with pytest.raises(PlayerError, match=r"mpd: No such.*music.profiles"):
            player.apply(play(Music(uri, "x")))
        assert player.playback().state == "stopped"
    with pytest.raises(PlayerError, match="can't play spotify:track:1"):
        player.apply(play(Music("spotify:track:1", "x")))


def test_pause_resume_next_previous_volume(player: MpdPlayer) -> None:
    player.apply(play(volume=30))
    assert until(player, "playing").volume == 30
    player.apply(wish(Act.PAUSE))
    assert player.playback().state == "paused"
    player.apply(wish(Act.RESUME))
    until(player, "playing")
    player.apply(wish(Act.NEXT))
    assert player.playback().uri == "mpd:calm/calm1.wav"
    player.apply(wish(Act.PREVIOUS))
    assert player.playback().uri == "mpd:calm/calm0.wav"
    player.apply(wish(Act.VOLUME, 55))
    assert player.playback().volume == 55


def test_music_for_the_end_of_the_song_waits_for_it(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(LOUD))
    until(player, "playing")
    player.apply(play(CALM, When.TRACK_END, volume=35, repeat="context"))
    assert player.playback().context == LOUD.uri
    assert player.playback().volume == 100
    assert "playlistlength: 5" in daemon.ask("status")
    daemon.near_the_end()
    wait_for(lambda: player.playback().context == CALM.uri, "the next song")
    assert player.playback().uri == "mpd:calm/calm0.wav"
    assert "playlistlength: 3" in daemon.ask("status")
    assert player.playback().volume == 35
    assert "repeat: 1" in daemon.ask("status")


def test_newer_music_replaces_deferred_music(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play())
    until(player, "playing")
    player.apply(play(LOUD, When.TRACK_END))
    player.apply(play(Music("mpd:playlist/Evening", "evening"), When.TRACK_END))
    assert "loud" not in daemon.ask("playlist")
    assert "playlistlength: 5" in daemon.ask("status")


def test_deferred_music_can_be_taken_back(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play())
    until(player, "playing")
    player.apply(play(LOUD, When.TRACK_END))
    player.apply(wish(Act.FORGET))
    assert "loud" not in daemon.ask("playlist")
    assert "playlistlength: 3" in daemon.ask("status")
    assert player.playback().context == CALM.uri
    assert player.take_abandoned() == []


@pytest.mark.parametrize("what", ["play 2", "stop", "clear\nadd loud/loud0.wav\nplay"])
def test_deferred_music_is_abandoned_when_a_person_intervenes(player: MpdPlayer, daemon: Daemon, what: str) -> None:
    player.apply(play(LOUD))
    until(player, "playing")
    waiting = play(CALM, When.TRACK_END)
    player.apply(waiting)
    daemon.ask(what if what != "play 2" else "play 4")
    player.playback()
    assert player.take_abandoned() == [AbandonedWish(waiting, OVERRULED, False)]
    assert "calm" not in daemon.ask("playlist")


def test_a_skip_begins_the_deferred_music(player: MpdPlayer, daemon: Daemon) -> None:
    daemon.ask("random 1")
    player.apply(play())
    until(player, "playing")
    player.apply(play(LOUD, When.TRACK_END))
    player.apply(wish(Act.NEXT))
    assert player.playback().context == LOUD.uri
    assert "calm" not in daemon.ask("playlist")


def test_a_wish_that_no_longer_applies_is_abandoned(player: MpdPlayer) -> None:
    player.apply(play())
    until(player, "playing")
    late = play(LOUD, basis=Basis(True, "mpd:folder/other", "mpd:other"))
    player.apply(late)
    assert [abandoned.wish for abandoned in player.take_abandoned()] == [late]
    assert player.playback().context == CALM.uri


def test_a_song_is_queued_next(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play())
    until(player, "playing")
    player.apply(play(Music("mpd:loud/loud1.wav", "x"), When.QUEUE))
    player.apply(play(Music("mpd:loud/loud0.wav", "x"), When.QUEUE))
    assert "1:file: loud/loud1.wav\n2:file: loud/loud0.wav\n3:file: calm/calm1.wav" in daemon.ask("playlist")
    player.apply(wish(Act.NEXT))
    playback = player.playback()
    assert (playback.uri, playback.context) == ("mpd:loud/loud1.wav", CALM.uri)


def test_a_song_is_next_in_random_order_too(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(shuffle=True))
    until(player, "playing")
    player.apply(play(Music("mpd:loud/loud1.wav", "x"), When.QUEUE))
    player.apply(wish(Act.NEXT))
    assert player.playback().uri == "mpd:loud/loud1.wav"


def test_shuffle_repeat_and_the_first_song(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(shuffle=True, repeat="context", offset=2))
    assert player.playback().uri == "mpd:calm/calm2.wav"
    for line in ("random: 1", "repeat: 1", "single: 0"):
        assert line in daemon.ask("status")
    player.apply(play(LOUD, shuffle=False, repeat="track"))
    for line in ("random: 0", "repeat: 1", "single: 1"):
        assert line in daemon.ask("status")
    player.apply(play(CALM, When.TRACK_END, repeat="off"))  # the song would never end
    daemon.near_the_end()
    wait_for(lambda: player.playback().context == CALM.uri, "the next song")
    assert "repeat: 0" in daemon.ask("status")


def test_plays_a_track_list_and_music_of_the_library(daemon: Daemon) -> None:
    songs = ("mpd:loud/loud1.wav", "mpd:calm/calm1.wav")
    library = {"library:happy": Music(songs[0], "", songs)}
    player = MpdPlayer(
        "127.0.0.1", daemon.port, password=None, clock=time.monotonic, resolve=library.get, timeout=PATIENCE
    )
    for music in (Music(songs[0], "mine", songs), Music("library:happy", "mine")):
        player.apply(play(music))
        playback = until(player, "playing")
        assert (playback.uri, playback.context) == (songs[0], music.uri)
        assert "playlistlength: 2" in daemon.ask("status")
    with pytest.raises(PlayerError, match="library:sad isn't in the library"):
        player.apply(play(Music("library:sad", "mine")))
    player.close()


def test_plays_the_stream_of_a_station(player: MpdPlayer, daemon: Daemon, station: str, tmp_path: Path) -> None:
    (tmp_path / "radio.m3u").write_text(f"#EXTM3U\n#EXTINF:-1,Radio\n{station}\n")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        player.apply(play(Music(f"mpd:stream/http://127.0.0.1:{server.server_address[1]}/radio.m3u", "radio")))
        server.shutdown()
    assert daemon.queue() == [station]


def test_changes_by_others_are_noticed(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play())
    until(player, "playing")
    listening = player._listener
    wait_for(lambda: listening.listening, "listening")
    time.sleep(0.2)
    player.playback()
    wait_for(lambda: player.playback() is not None and player.wait() == 30, "all changes")
    for command, state in (("pause 1", "paused"), ("setvol 12", "paused"), ("next", "playing"), ("stop", "stopped")):
        daemon.ask(command)
        wait_for(lambda: player.wait() == 0, f"the notification of {command}")
        assert player.playback().state == state
        wait_for(lambda: player.playback() is not None and player.wait() == 30, "all changes")
    assert player.playback().volume == 12


def test_a_connection_that_died_unnoticed_is_replaced_before_a_command(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play())
    until(player, "playing")
    player._connection._used_at -= 100
    player._connection._client._sock.shutdown(2)
    player.apply(wish(Act.NEXT))
    assert player.playback().uri == "mpd:calm/calm1.wav"


def test_close_restores_the_volume_and_ends_the_thread(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(volume=60))
    until(player, "playing")
    player.apply(play(LOUD, fade=True))
    wait_for(lambda: player._listener.listening, "listening")
    player.close()
    assert "volume: 60" in daemon.ask("status")
    assert not [thread for thread in threading.enumerate() if thread.name == "mpd-idle"]


def test_music_that_a_person_added_has_no_context(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play())
    daemon.ask("clear\nadd loud/loud0.wav\nplay")
    assert player.playback().context is None
    assert player.playback().uri == "mpd:loud/loud0.wav"


def test_fades_to_new_music_and_to_a_volume(player: MpdPlayer) -> None:
    player.apply(play(volume=60))
    until(player, "playing")
    player.apply(play(LOUD, fade=True))
    assert player.playback().volume == 18
    wait_for(lambda: player.playback().volume == 60, "the volume")
    player.apply(wish(Act.VOLUME, 30, fade=True))
    wait_for(lambda: player.playback().volume == 30, "the volume")


def test_a_volume_that_a_person_sets_ends_the_fade(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(volume=60))
    until(player, "playing")
    player.apply(play(LOUD, fade=True))
    daemon.ask("setvol 77")
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and player.wait() < 30:
        player.playback()
        time.sleep(0.05)
    assert player.playback().volume == 77


def test_an_output_without_a_volume_control(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path / "mpd", mixer="none")
    daemon.start()
    try:
        player = MpdPlayer("127.0.0.1", daemon.port, password=None, clock=time.monotonic, timeout=PATIENCE)
        player.apply(play(volume=30))
        playback = until(player, "playing")
        assert playback.volume is None
        player.apply(play(LOUD, fade=True))
        with pytest.raises(PlayerError, match="no volume control"):
            player.apply(wish(Act.VOLUME, 30))
        player.playback()
        player.close()
    finally:
        daemon.stop()


def test_pending_wishes_are_carried_out_when_mpd_comes_back(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(LOUD))
    daemon.stop()
    with pytest.raises(PlayerError, match=r"was lost|doesn't answer"):
        player.playback()
    with pytest.raises(PlayerError, match=rf"127.0.0.1:{daemon.port} doesn't answer"):
        player.apply(play(CALM))
    for requested in (
        play(Music("mpd:loud/loud1.wav", "x"), When.QUEUE),
        wish(Act.VOLUME, 44),
        play(LOUD),
        wish(Act.NEXT),
    ):
        with pytest.raises(PlayerError):
            player.apply(requested)
    daemon.start()
    assert until(player, "playing").context == LOUD.uri
    assert player.playback().volume == 44
    assert player.take_abandoned() == []


def test_a_pause_replaces_music_that_was_requested_while_mpd_was_away(player: MpdPlayer, daemon: Daemon) -> None:
    player.playback()
    daemon.stop()
    for requested in (play(CALM), wish(Act.PAUSE)):
        with pytest.raises(PlayerError):
            player.apply(requested)
    daemon.start()
    daemon.ask("add loud/loud0.wav")
    until(player, "stopped")
    assert daemon.queue() == ["loud/loud0.wav"]


def test_missing_wrong_and_right_passwords(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path / "mpd", extra='password "hush@read,add,control,admin"\ndefault_permissions "read"')
    daemon.start()
    try:
        for password, message in ((None, "requires a password"), ("wrong", "refused the password")):
            player = MpdPlayer("127.0.0.1", daemon.port, password=password, clock=time.monotonic, timeout=PATIENCE)
            with pytest.raises(PlayerError, match=message) as error:
                player.apply(play())
            assert "wrong" not in str(error.value)
            player.close()
        (tmp_path / "password").write_text("hush\n")
        at = {"host": "127.0.0.1", "port": daemon.port, "password_file": str(tmp_path / "password")}
        config = Config.model_validate({"mpd": at, "music": {"player": "mpd"}})
        opened = open_player(config, clock=time.monotonic, demo=False)
        opened.apply(play())
        wait_for(lambda: opened.playback().state == "playing", "music")
        opened.close()
    finally:
        daemon.stop()
