"""The MPD player against a real MPD: null output, generated tones, a port of its own."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edge.errors import PlayerError
from edge.players.mpd import Mpd
from edge.values import Act, Music, Playback, When, Wish
from tests.broker import free_port, wait_for

PROGRAM = shutil.which("mpd") or shutil.which("mpd", path="/usr/bin:/usr/sbin")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")


class Daemon:
    """MPD, which can be killed and started again on the same port."""

    def __init__(self, folder: Path, *, mixer: str = "software", extra: str = "") -> None:
        self.port = free_port()
        self.folder = folder
        for name in ("music/calm", "music/loud", "playlists"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for n in range(3):
            _tone(folder / "music" / "calm" / f"calm{n}.wav", 30.0)
        for n in range(2):
            _tone(folder / "music" / "loud" / f"loud{n}.wav", 2.0)
        (folder / "playlists" / "Evening.m3u").write_text("calm/calm1.wav\ncalm/calm2.wav\n")
        (folder / "mpd.conf").write_text(
            f'music_directory "{folder}/music"\nplaylist_directory "{folder}/playlists"\ndb_file "{folder}/db"\n'
            f'log_file "{folder}/log"\nbind_to_address "127.0.0.1"\nport "{self.port}"\n'
            f'audio_output {{\n type "null"\n name "null"\n mixer_type "{mixer}"\n}}\n{extra}\n'
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert PROGRAM is not None
        self.process = subprocess.Popen(
            [PROGRAM, "--no-daemon", str(self.folder / "mpd.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: "songs" in self.ask("stats") and "songs: 5" in self.ask("stats"), 15, "MPD's list of songs")

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(5)
            self.process = None

    def ask(self, command: str) -> str:
        """Another client: a person, or the test's own eyes."""
        import socket

        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                line.recv(200)
                line.sendall(f"password hush\n{command}\nclose\n".encode())
                found = b""
                while part := line.recv(4096):
                    found += part
                return found.decode()
        except OSError:
            return ""


def _tone(path: Path, seconds: float) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((np.sin(np.arange(int(8000 * seconds)) / 5) * 3000).astype("<i2").tobytes())


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path / "mpd")
    daemon.start()
    yield daemon
    daemon.stop()


@pytest.fixture
def player(daemon: Daemon) -> Iterator[Mpd]:
    player = Mpd("127.0.0.1", daemon.port, password=None, clock=time.monotonic)
    yield player
    player.close()


CALM = Music("mpd:folder/calm", "calm")
LOUD = Music("mpd:folder/loud", "loud")


def play(music: Music = CALM, when: When = When.NOW, *, volume: int | None = None, fade: bool = False) -> Wish:
    return Wish(Act.PLAY, "happy", "a test", music, when, volume, fade)


def wish(act: Act, volume: int | None = None, *, fade: bool = False) -> Wish:
    return Wish(act, "happy", "a test", volume=volume, fade=fade)


def until(player: Mpd, state: str, seconds: float = 5) -> Playback:
    wait_for(lambda: player.playback().state == state, seconds, state)
    return player.playback()


def test_plays_a_folder(player: Mpd, daemon: Daemon) -> None:
    assert player.playback().state == "stopped"
    player.apply(play())
    shown = until(player, "playing")
    assert (shown.context, shown.uri, shown.duration) == (CALM.uri, "mpd:calm/calm0.wav", 30)
    assert not shown.elsewhere
    assert player.wait() == 2
    assert "playlistlength: 3" in daemon.ask("status")


@pytest.mark.parametrize(
    ("uri", "songs"),
    [
        ("mpd:playlist/Evening", 2),
        ("mpd:folder/loud/", 2),
        ("mpd:calm/calm1.wav", 1),
        ("mpd:stream/http://127.0.0.1:9/x", 1),
    ],
)
def test_what_can_be_named(player: Mpd, daemon: Daemon, uri: str, songs: int) -> None:
    player.apply(play(Music(uri, "x")))
    assert f"playlistlength: {songs}\n" in daemon.ask("status")


def test_search_finds_by_any_word(player: Mpd, daemon: Daemon) -> None:
    with pytest.raises(PlayerError, match="holds no song"):
        player.apply(play(Music("mpd:search/Nobody Anywhere", "x")))
    player.playback()  # nothing is left over that would be tried again


def test_what_does_not_exist_is_a_sentence(player: Mpd) -> None:
    for uri in ("mpd:playlist/None", "mpd:folder/none", "mpd:none.wav"):
        with pytest.raises(PlayerError, match=r"mpd: No such.*music.profiles"):
            player.apply(play(Music(uri, "x")))
        assert player.playback().state == "stopped"
    with pytest.raises(PlayerError, match="isn't MPD's"):
        player.apply(play(Music("spotify:track:1", "x")))


def test_pause_resume_next_previous_volume(player: Mpd) -> None:
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


def test_a_wish_for_the_songs_end_lets_the_song_end(player: Mpd, daemon: Daemon) -> None:
    player.apply(play(LOUD))
    until(player, "playing")
    player.apply(play(CALM, When.TRACK_END))
    assert player.playback().context == LOUD.uri
    assert "playlistlength: 4" in daemon.ask("status")
    wait_for(lambda: player.playback().context == CALM.uri, 6, "the next song")
    assert player.playback().uri == "mpd:calm/calm0.wav"


def test_a_newer_wish_for_the_songs_end_takes_its_place(player: Mpd, daemon: Daemon) -> None:
    player.apply(play())
    until(player, "playing")
    player.apply(play(LOUD, When.TRACK_END))
    player.apply(play(Music("mpd:playlist/Evening", "evening"), When.TRACK_END))
    assert "loud" not in daemon.ask("playlist")
    assert "playlistlength: 3" in daemon.ask("status")


def test_a_song_is_queued_next(player: Mpd, daemon: Daemon) -> None:
    player.apply(play())
    until(player, "playing")
    player.apply(play(Music("mpd:loud/loud1.wav", "x"), When.QUEUE))
    assert "1:file: loud/loud1.wav" in daemon.ask("playlist")


def test_music_that_a_person_added_has_no_context_of_ours(player: Mpd, daemon: Daemon) -> None:
    player.apply(play())
    daemon.ask("clear\nadd loud/loud0.wav\nplay")
    assert player.playback().context is None
    assert player.playback().uri == "mpd:loud/loud0.wav"


def test_fades(player: Mpd) -> None:
    player.apply(play(volume=60))
    until(player, "playing")
    player.apply(play(LOUD, fade=True))
    assert player.playback().volume == 18
    wait_for(lambda: player.playback().volume == 60, 6, "the volume")
    player.apply(wish(Act.VOLUME, 30, fade=True))
    wait_for(lambda: player.playback().volume == 30, 6, "the volume")


def test_an_output_without_volume(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path / "mpd", mixer="none")
    daemon.start()
    try:
        player = Mpd("127.0.0.1", daemon.port, password=None, clock=time.monotonic)
        player.apply(play(volume=30))
        shown = until(player, "playing")
        assert shown.volume is None
        player.apply(play(LOUD, fade=True))
        with pytest.raises(PlayerError, match="no volume"):
            player.apply(wish(Act.VOLUME, 30))
        player.playback()
        player.close()
    finally:
        daemon.stop()


def test_comes_back_after_mpd_was_away_and_does_what_was_kept(player: Mpd, daemon: Daemon) -> None:
    player.apply(play(LOUD))
    daemon.stop()
    with pytest.raises(PlayerError, match=r"broke off|doesn't answer"):
        player.playback()
    with pytest.raises(PlayerError, match=rf"127.0.0.1:{daemon.port} doesn't answer"):
        player.apply(play(CALM))
    daemon.start()
    assert until(player, "playing").context == CALM.uri


def test_passwords(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path / "mpd", extra='password "hush@read,add,control,admin"\ndefault_permissions "read"')
    daemon.start()
    try:
        for password, words in ((None, "asks for a password"), ("wrong", "doesn't accept the password")):
            player = Mpd("127.0.0.1", daemon.port, password=password, clock=time.monotonic)
            with pytest.raises(PlayerError, match=words) as found:
                player.apply(play())
            assert "wrong" not in str(found.value)
            player.close()
        player = Mpd("127.0.0.1", daemon.port, password="hush", clock=time.monotonic)
        player.apply(play())
        until(player, "playing")
        player.close()
    finally:
        daemon.stop()
