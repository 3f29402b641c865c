"""After a restart of MPD the device's own songs are recognized, and a person's songs aren't taken for them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from edge.errors import PlayerError
from edge.players.mpd import queue as mpd_queue
from edge.players.mpd.player import MpdPlayer
from edge.players.mpd.protocol import StartTime, start_time
from edge.players.mpd.upcoming import MPD_RESTARTED
from edge.players.wishes import AbandonedWish
from edge.values import Act, Music, When
from tests.players.listening import look, play, wish
from tests.players.mpd_daemon import PROGRAM, Daemon
from tests.waiting import PATIENCE, wait_for

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")
CALM = Music("mpd:folder/calm", "calm")
LOUD = Music("mpd:folder/loud", "loud")
CALM_FILES = [f"calm/calm{n}.wav" for n in range(3)]
LOUD_FILES = ["loud/loud0.wav", "loud/loud1.wav"]
WAITING = [CALM_FILES[0], *LOUD_FILES, *CALM_FILES[1:]]


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """An MPD that restores its queue after a restart, with new ids."""
    daemon = Daemon(tmp_path / "mpd", extra=f'state_file "{tmp_path}/mpd/state"\nstate_file_interval "1"')
    try:
        daemon.start()
        # Makes the ids before a restart differ from those after it.
        daemon.ask("add loud/loud1.wav\nadd calm/calm2.wav\nclear")
        yield daemon
    finally:
        daemon.stop()


@pytest.fixture
def player(daemon: Daemon) -> Iterator[MpdPlayer]:
    player = MpdPlayer("127.0.0.1", daemon.port, password=None, clock=time.monotonic, timeout=PATIENCE)
    yield player
    player.close()


def grow_old(player: MpdPlayer) -> None:
    """Pretend that MPD has run for an hour: ages are in whole seconds, so a restart of a young MPD isn't noticed."""
    started = player._connection._start_time
    assert started is not None
    player._connection._start_time = replace(started, earliest=started.earliest - 3600, latest=started.latest - 3600)


def restart(player: MpdPlayer, daemon: Daemon) -> None:
    grow_old(player)
    daemon.restart()


def files(daemon: Daemon, ids: list[int]) -> list[str]:
    """Return the files of the songs with these ids."""
    answers = [daemon.ask(f"playlistid {song_id}") for song_id in ids]
    return [answer.split("file: ", 1)[1].split("\n", 1)[0] for answer in answers if "file: " in answer]


def test_a_persons_song_that_gets_the_id_of_an_own_song_stays_theirs(player: MpdPlayer, daemon: Daemon) -> None:
    daemon.restart()  # the ids begin at 1
    player.apply(play(CALM))
    assert look(player).context == CALM.uri
    daemon.ask("clear\nadd loud/loud0.wav\nadd loud/loud1.wav\nplay")
    assert look(player).context is None
    restart(player, daemon)
    assert files(daemon, [1, 2]) == LOUD_FILES
    assert (look(player).uri, look(player).context) == ("mpd:loud/loud0.wav", None)


def test_a_persons_song_stays_theirs_if_nobody_looked_before(player: MpdPlayer, daemon: Daemon) -> None:
    daemon.restart()
    player.apply(play(CALM))
    look(player)
    daemon.ask("clear\nadd calm/calm0.wav\nadd loud/loud1.wav\nplay")
    restart(player, daemon)
    assert (look(player).uri, look(player).context) == ("mpd:calm/calm0.wav", None)


def test_own_music_is_recognized_after_a_restart(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(CALM))
    look(player)
    restart(player, daemon)
    assert files(daemon, [1, 2, 3]) == CALM_FILES
    assert look(player).context == CALM.uri
    daemon.ask("next")
    assert (look(player).uri, look(player).context) == ("mpd:calm/calm1.wav", CALM.uri)


def test_a_persons_songs_among_own_ones_stay_theirs(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(CALM))
    daemon.ask("addid loud/loud0.wav 1")
    look(player)
    restart(player, daemon)
    assert look(player).context == CALM.uri
    for context in (None, CALM.uri):
        daemon.ask("next")
        assert look(player).context == context


@pytest.mark.parametrize("meanwhile", ["status", "add calm/calm1.wav", "addid calm/calm1.wav 0", "move 4 1"])
def test_deferred_music_stays_deferred(player: MpdPlayer, daemon: Daemon, meanwhile: str) -> None:
    """meanwhile: what a person does after the restart and before the next look."""
    daemon.ask("\n".join(["clear", *(f"add {file}" for file in CALM_FILES), "play"]))
    player.apply(play(LOUD, When.TRACK_END))
    look(player)
    assert daemon.queue() == WAITING
    restart(player, daemon)
    daemon.ask(meanwhile)
    assert look(player).context is None
    assert player.take_abandoned() == []
    player.apply(play(LOUD, When.TRACK_END))
    look(player)
    assert sorted(daemon.queue()) == sorted([*WAITING, *(["calm/calm1.wav"] if "add" in meanwhile else [])])
    daemon.near_the_end()
    wait_for(lambda: look(player).context == LOUD.uri, "the next song")
    assert daemon.queue() == LOUD_FILES


def test_queued_songs_keep_their_order(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(CALM))
    player.apply(play(Music("mpd:loud/loud1.wav", "x"), When.QUEUE))
    look(player)
    restart(player, daemon)
    look(player)
    player.apply(play(Music("mpd:loud/loud0.wav", "x"), When.QUEUE))
    assert daemon.queue() == [CALM_FILES[0], LOUD_FILES[1], LOUD_FILES[0], *CALM_FILES[1:]]


def test_an_older_queue_that_comes_back_is_recognized(player: MpdPlayer, daemon: Daemon) -> None:
    state = daemon.folder / "state"
    player.apply(play(CALM))
    look(player)
    wait_for(lambda: state.exists() and "2:calm/calm2.wav" in state.read_text(), "MPD's state")
    written = state.read_text()
    waiting = play(LOUD, When.TRACK_END)
    player.apply(waiting)
    look(player)
    grow_old(player)
    daemon.stop()
    state.write_text(written)
    daemon.start()
    assert look(player).context == CALM.uri
    assert player.take_abandoned() == [AbandonedWish(waiting, MPD_RESTARTED, False)]
    player.apply(waiting)
    assert daemon.queue() == WAITING


def test_a_persons_songs_are_never_removed(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(CALM))
    waiting = play(LOUD, When.TRACK_END)
    player.apply(waiting)
    look(player)
    daemon.ask("\n".join(["clear", *["add loud/loud0.wav"] * 9, "play"]))
    restart(player, daemon)
    # Makes the wish the first to notice the restart.
    player._connection._used_at = time.monotonic() - 100
    player.apply(wish(Act.FORGET))
    assert daemon.queue() == ["loud/loud0.wav"] * 9
    assert player.take_abandoned() == [AbandonedWish(waiting, MPD_RESTARTED, False)]


def test_no_command_with_old_ids_reaches_the_restarted_mpd(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(CALM))
    look(player)
    restart(player, daemon)
    player._connection._used_at = time.monotonic() - 100
    with pytest.raises(PlayerError, match="was restarted"):
        player._connection.call(lambda client: client.deleteid(1))
    assert look(player).context == CALM.uri


def test_an_mpd_that_loses_its_queue(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(CALM))
    player.apply(play(LOUD, When.TRACK_END))
    look(player)
    grow_old(player)
    daemon.stop()
    (daemon.folder / "state").unlink(missing_ok=True)
    daemon.start()
    assert look(player).state == "stopped"
    assert [abandoned.why for abandoned in player.take_abandoned()] == [MPD_RESTARTED]
    daemon.ask("add calm/calm0.wav\nadd calm/calm1.wav\nplay")
    assert look(player).context is None


def test_a_lost_connection_is_no_restart(player: MpdPlayer, daemon: Daemon) -> None:
    player.apply(play(CALM))
    look(player)
    # This queue is in no snapshot, so that only the ids tell whose songs these are.
    daemon.ask("move 0 2\ndelete 0\nadd loud/loud0.wav")
    assert player._connection._client._sock is not None
    player._connection._client._sock.shutdown(2)
    assert look(player).context == CALM.uri


@pytest.mark.parametrize(("alive", "gap", "restarted"), [(3.0, 1.0, True), (60.0, 3600.0, True), (0.5, 0.1, False)])
def test_a_restart_shows_in_the_age(alive: float, gap: float, restarted: bool) -> None:
    """alive: age of the first MPD when measured, seconds. gap: seconds until the second is measured, and its age."""
    before = measured(alive, 1000.0)
    assert measured(gap, 1000.0 + gap).is_after(before) is restarted
    for later in (0.1, 1.0, 86400.0):
        assert not measured(alive + later, 1000.0 + later).is_after(before)
        assert not measured((alive + later) * 0.9995, 1000.0 + later).is_after(before)


def measured(age: float, at: float) -> StartTime:
    client = SimpleNamespace(stats=lambda: {"uptime": str(int(age)), "songs": "5"})
    result = start_time(client, lambda: at)
    assert result is not None
    return result


def test_mopidy_reports_no_age() -> None:
    assert start_time(SimpleNamespace(stats=lambda: {"uptime": "0", "songs": "0"}), time.monotonic) is None


def test_a_queue_that_is_too_long_is_not_read(
    player: MpdPlayer, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mpd_queue, "MAX_READ_SONGS", 2)
    player.apply(play(CALM))
    assert look(player).context == CALM.uri
    restart(player, daemon)
    assert look(player).context is None
