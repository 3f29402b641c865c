"""Songs that a real MPD doesn't take: the others play, nothing is cleared before, and nothing is left behind."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import mpd
import pytest

from edge.errors import PlayerError
from edge.events import ProblemOccurred
from edge.players.driver import PlayerDriver
from edge.players.mpd.connection import MpdPermissionError, MpdRefusedError
from edge.players.mpd.placing import MAX_ADDED_AT_ONCE
from edge.players.mpd.player import MpdPlayer
from edge.players.wish_queue import WishQueue
from edge.players.wishes import OVERRULED
from edge.values import Act, Basis, Music, When
from tests.players.listening import play, wish
from tests.players.mpd_daemon import PROGRAM, Daemon, FaultyProxy
from tests.waiting import PATIENCE, wait_for

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")
CALM, LOUD = Music("mpd:folder/calm", "calm"), Music("mpd:folder/loud", "loud")
CALM_FILES = [f"calm/calm{n}.wav" for n in range(3)]
LOUD_FILES = ["loud/loud0.wav", "loud/loud1.wav"]
Start = Callable[..., tuple[Daemon, MpdPlayer]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """start(extra, password=None): an MPD with these lines in its configuration, and a player."""
    started: list[tuple[Daemon, MpdPlayer]] = []

    def begin(extra: str = "", *, password: str | None = None) -> tuple[Daemon, MpdPlayer]:
        daemon = Daemon(tmp_path / "mpd", extra=extra)
        daemon.start()
        player = MpdPlayer("127.0.0.1", daemon.port, password=password, clock=time.monotonic, timeout=PATIENCE)
        started.append((daemon, player))
        return started[-1]

    yield begin
    for daemon, player in started:
        player.close()
        daemon.stop()


def plays(player: MpdPlayer, uri: str) -> None:
    wait_for(lambda: (player.playback().state, player.playback().uri) == ("playing", uri), uri)


def mine(*files: str) -> Music:
    return Music(f"mpd:{files[0]}", "mine", tuple(f"mpd:{file}" for file in files))


@pytest.mark.parametrize("when", [When.NOW, When.TRACK_END])
def test_a_song_that_is_gone_is_skipped_and_told(start: Start, when: When) -> None:
    daemon, player = start()
    player.apply(play(LOUD))
    plays(player, "mpd:loud/loud0.wav")
    player.apply(play(mine("calm/gone.wav", *CALM_FILES[:2], "calm/gone too.wav", CALM_FILES[2]), when))
    if when is When.TRACK_END:
        assert daemon.queue() == [LOUD_FILES[0], *CALM_FILES, LOUD_FILES[1]]
        daemon.near_the_end()
    plays(player, "mpd:calm/calm0.wav")
    assert daemon.queue() == CALM_FILES and player.take_abandoned() == []
    [notice] = player.take_notices()
    assert notice.startswith("skipped 2 of 5 songs of mpd:calm/gone.wav, such as calm/gone.wav (No such")


@pytest.mark.parametrize("playing", [False, True])
def test_a_station_that_does_not_answer_is_no_reason_to_refuse_the_list(start: Start, playing: bool) -> None:
    daemon, player = start()
    if playing:
        player.apply(play(CALM))
        plays(player, "mpd:calm/calm0.wav")
    player.apply(play(mine("http://127.0.0.1:9/dead", LOUD_FILES[0])))
    plays(player, "mpd:loud/loud0.wav")
    assert player.take_abandoned() == [] and daemon.queue()[-1] == LOUD_FILES[0]


def test_the_first_song_that_can_be_played_is(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon, player = start()
    refused: list[str] = []

    def playid(self: mpd.MPDClient, song_id: str) -> None:
        if len(refused) < 2:
            refused.append(song_id)
            raise mpd.CommandError("[5@0] {playid} Failed to decode")
        real(self, song_id)

    real = mpd.MPDClient.playid
    monkeypatch.setattr(mpd.MPDClient, "playid", playid)
    player.apply(play(mine(*CALM_FILES)))
    plays(player, "mpd:calm/calm2.wav")
    assert daemon.queue() == CALM_FILES[2:]
    [notice] = player.take_notices()
    assert notice.startswith("skipped 2 of 3 songs") and "Failed to decode" in notice


def test_more_songs_than_one_list_of_commands_holds_with_gone_ones_among_them(start: Start) -> None:
    daemon, player = start()
    wanted = [CALM_FILES[n % 3] if n % 7 else f"gone{n}.wav" for n in range(3 * MAX_ADDED_AT_ONCE)]
    player.apply(play(mine(*wanted)))
    assert daemon.queue() == [file for file in wanted if not file.startswith("gone")]


@pytest.mark.parametrize("uri", ["mpd:playlist/None", "mpd:folder/none", "mpd:none.wav", "mpd:nosuch://x"])
@pytest.mark.parametrize("when", When)
def test_the_music_goes_on_if_nothing_of_the_new_music_can_be_played(start: Start, uri: str, when: When) -> None:
    daemon, player = start()
    player.apply(play(LOUD, volume=60))
    plays(player, "mpd:loud/loud0.wav")
    with pytest.raises(MpdRefusedError):
        player.apply(play(Music(uri, "x"), when, fade=True, volume=20))
    playback = player.playback()
    assert (playback.state, playback.context, playback.volume) == ("playing", LOUD.uri, 60)
    assert daemon.queue() == LOUD_FILES


def test_a_full_queue_makes_room_and_gets_it_back(start: Start) -> None:
    daemon, player = start('max_playlist_length "3"')
    player.apply(play(CALM))
    plays(player, "mpd:calm/calm0.wav")
    player.apply(play(LOUD, When.TRACK_END))
    assert daemon.queue() == [CALM_FILES[0], LOUD_FILES[0], CALM_FILES[1]]
    player.apply(wish(Act.FORGET))
    assert daemon.queue() == CALM_FILES
    assert player.playback().context == CALM.uri
    with pytest.raises(MpdRefusedError, match="No such"):
        player.apply(play(Music("mpd:gone.wav", "x"), When.TRACK_END))
    assert daemon.queue() == CALM_FILES and len(player.take_abandoned()) == 1
    player.apply(play(mine(*LOUD_FILES, *CALM_FILES), When.TRACK_END))
    daemon.near_the_end()
    plays(player, "mpd:loud/loud0.wav")
    assert daemon.queue() == [*LOUD_FILES, CALM_FILES[0]]
    [notice] = player.take_notices()
    assert notice.startswith("plays 3 of 5 songs of mpd:loud/loud0.wav: the queue takes no more songs")
    player.apply(play(CALM))
    plays(player, "mpd:calm/calm0.wav")
    assert daemon.queue() == CALM_FILES and player.take_abandoned() == []


def test_without_the_permission_to_control_nothing_is_left_behind(start: Start) -> None:
    daemon, player = start('password "hush@read,add,control,admin"\ndefault_permissions "read,add"')
    daemon.ask("add loud/loud0.wav\nadd loud/loud1.wav\nplay")
    for requested in (play(CALM), play(CALM, When.TRACK_END), play(mine(CALM_FILES[0]), When.QUEUE)):
        for _ in range(3):
            with pytest.raises(MpdPermissionError, match=r"doesn't permit `.*add control to default_permissions"):
                player.apply(requested)
            assert player.playback().state == "playing", "it can be read"
    with pytest.raises(MpdPermissionError, match="doesn't permit `pause`"):
        player.apply(wish(Act.PAUSE))
    assert daemon.queue() == LOUD_FILES


def test_a_password_that_lacks_a_permission_is_not_asked_for_again(start: Start) -> None:
    _, player = start('password "hush@read,add,control,admin"\npassword "guest@read"', password="guest")
    with pytest.raises(MpdPermissionError, match="this password lacks a permission; give it read,add,control") as error:
        player.apply(play(CALM))
    assert error.value.lasting and "requires a password" not in str(error.value)


def test_single_and_consume_that_others_left_on_are_turned_off(start: Start) -> None:
    daemon, player = start()
    daemon.ask("single 1\nrepeat 1\nconsume 1")
    player.apply(play(CALM))
    plays(player, "mpd:calm/calm0.wav")
    assert (daemon.status()["single"], daemon.status()["consume"]) == ("0", "0")
    daemon.near_the_end()
    plays(player, "mpd:calm/calm1.wav")
    assert daemon.queue() == CALM_FILES
    daemon.ask("single oneshot\nconsume 1")
    player.apply(play(LOUD, When.TRACK_END))
    daemon.near_the_end()
    plays(player, "mpd:loud/loud0.wav")
    assert daemon.queue() == LOUD_FILES and daemon.status()["consume"] == "0"


def test_songs_of_a_wish_that_is_dropped_after_a_lost_response_are_taken_back(start: Start) -> None:
    daemon, _ = start()
    with FaultyProxy(daemon) as proxy:
        player = MpdPlayer("127.0.0.1", proxy.port, password=None, clock=time.monotonic, timeout=PATIENCE)
        player.apply(play(LOUD))
        plays(player, "mpd:loud/loud0.wav")
        # status, listall, commands, status and the ids are read before the songs are added.
        for faults in range(1, 9):
            proxy.faults.extend([*[None] * faults, "after"])
            with contextlib.suppress(PlayerError):
                player.apply(play(CALM, When.TRACK_END, basis=Basis(True, LOUD.uri, "mpd:loud/loud0.wav")))
            proxy.faults.clear()
            player.apply(wish(Act.PAUSE))
            player.apply(wish(Act.FORGET))
            assert daemon.queue() == LOUD_FILES, faults
            player.apply(wish(Act.RESUME))
            plays(player, "mpd:loud/loud0.wav")
        player.close()


def test_a_wish_that_a_person_overruled_leaves_no_song_behind(start: Start) -> None:
    daemon, _ = start()
    with FaultyProxy(daemon) as proxy:
        player = MpdPlayer("127.0.0.1", proxy.port, password=None, clock=time.monotonic, timeout=PATIENCE)
        player.apply(play(LOUD))
        plays(player, "mpd:loud/loud0.wav")
        waiting = play(CALM, When.TRACK_END, basis=Basis(True, LOUD.uri, "mpd:loud/loud0.wav"))
        for faults in range(4, 9):
            proxy.faults.extend([*[None] * faults, "after"])
            with contextlib.suppress(PlayerError):
                player.apply(waiting)
            proxy.faults.clear()
            if "calm" in daemon.ask("playlist"):
                break
        daemon.ask("clear\nadd loud/loud1.wav\nadd loud/loud1.wav\nplay")
        player.playback()
        assert daemon.queue() == [LOUD_FILES[1]] * 2
        assert {one.why for one in player.take_abandoned()} == {OVERRULED}
        player.close()


def test_what_is_skipped_is_told_once_as_a_problem(start: Start) -> None:
    _, player = start()
    wishes = WishQueue()
    posted: list[object] = []
    driver = PlayerDriver(player, wishes, post=posted.append)
    for _ in range(2):
        wishes.put(play(mine(*CALM_FILES, "gone.wav")))
        driver.turn()
    problems = [item for item in posted if isinstance(item, ProblemOccurred)]
    assert [problem.message.partition(",")[0] for problem in problems] == ["skipped 1 of 4 songs of mpd:calm/calm0.wav"]
