"""What comes next and the cover, on a real MPD."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from edge.players.mpd.connection import MpdGoneError
from edge.players.mpd.player import MpdPlayer
from edge.players.mpd.shown.cover import song_cover
from edge.values import Act, Music, When
from tests.broker import free_port
from tests.conftest import ROOT
from tests.players.listening import play, wish
from tests.players.mpd_daemon import PROGRAM, Daemon
from tests.waiting import PATIENCE, wait_for

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")
PICTURE = (ROOT / "edge" / "web" / "static" / "icon-512.png").read_bytes() + bytes(20_000)
CALM, LOUD = Music("mpd:folder/calm", "calm"), Music("mpd:folder/loud", "loud")


@pytest.fixture
def player(daemon: Daemon) -> Iterator[MpdPlayer]:
    player = MpdPlayer("127.0.0.1", daemon.port, password=None, clock=time.monotonic, timeout=PATIENCE)
    yield player
    player.close()


def test_the_next_songs_in_order_at_random_queued_and_waiting(player: MpdPlayer, daemon: Daemon) -> None:
    assert player.playback().upcoming == ()
    player.apply(play(CALM))
    wait_for(lambda: player.playback().state == "playing", "music")
    assert player.playback().upcoming == ("calm/calm1.wav", "calm/calm2.wav")
    player.apply(play(Music("mpd:loud/loud1.wav", "one"), When.QUEUE))
    assert player.playback().upcoming == ("loud/loud1.wav", "calm/calm1.wav", "calm/calm2.wav")
    player.apply(wish(Act.NEXT))
    wait_for(lambda: player.playback().upcoming == ("calm/calm1.wav", "calm/calm2.wav"), "the next song")
    player.apply(play(LOUD, When.TRACK_END))
    assert player.playback().upcoming == ("loud/loud0.wav", "loud/loud1.wav"), "these replace the rest"
    player.apply(wish(Act.FORGET))
    assert player.playback().upcoming == ("calm/calm1.wav", "calm/calm2.wav")
    daemon.ask("random 1")
    wait_for(lambda: len(player.playback().upcoming) == 1, "the only one that is known")
    daemon.ask("random 0\nsingle 1")
    wait_for(lambda: player.playback().upcoming == (), "a stop after this song")


def test_the_cover_of_a_song_is_read_in_pieces_and_bounded(daemon: Daemon) -> None:
    (daemon.folder / "music" / "calm" / "cover.png").write_bytes(PICTURE)

    def cover(song: str, max_bytes: int = 2**20) -> bytes | None:
        return song_cover("127.0.0.1", daemon.port, None, song, max_bytes=max_bytes)

    assert len(PICTURE) > 2 * 8192, "more than MPD sends at once"
    assert cover("calm/calm0.wav") == PICTURE
    assert cover("calm/calm0.wav", max_bytes=len(PICTURE) - 1) is None
    assert cover("loud/loud0.wav") is None and cover("nowhere.wav") is None and cover("http://127.0.0.1/x") is None
    with pytest.raises(MpdGoneError):
        song_cover("127.0.0.1", free_port(), None, "calm/calm0.wav", max_bytes=2**20)
