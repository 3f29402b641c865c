"""The household's stories in real time, on a real MPD and on a real Mopidy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from edge.events import Skipped, TakenOver
from edge.players.driver import MIN_LOOK_INTERVAL_S, TURN_MAX_S, PlayerDriver
from edge.players.mpd.player import LISTENING_POLL_INTERVAL_S, POLL_INTERVAL_S, MpdPlayer
from edge.players.wish_queue import WishQueue
from edge.values import Act, Control, Music, Playback, Wish
from tests.players.mopidy_daemon import Mopidy
from tests.players.mpd_daemon import PROGRAM, Daemon
from tests.scenarios.house import House
from tests.waiting import PATIENCE

# Real time.
pytestmark = pytest.mark.slow
Build = Callable[..., House]
SOON = {"cooldown": 0, "min_dwell": 0, "grace": 1}


class RealTime:
    """The machine's clock."""

    @property
    def monotonic(self) -> float:
        return time.monotonic()

    def advance(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.05))


@pytest.fixture(scope="module", params=["mpd", "mopidy"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "mpd" and PROGRAM is None:
        pytest.skip("mpd is not installed: apt install mpd")
    server = Daemon(folder) if request.param == "mpd" else Mopidy(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def speaker(running: Daemon) -> Daemon:
    running.reset()
    return running


@pytest.fixture
def house(speaker: Daemon) -> Iterator[Build]:
    """house(cooldown=30): a house whose music plays on the speaker."""
    players = []

    def build(profile: dict[str, Any] | None = None, **music: Any) -> House:
        player = MpdPlayer("127.0.0.1", speaker.port, password=None, clock=time.monotonic, timeout=PATIENCE)
        players.append(player)
        everyday = {
            "happy": {"play": speaker.folder_of("calm"), "name": "Happy Songs", "repeat": "context"},
            "sad": {"play": speaker.folder_of("loud"), "name": "Sad Songs", "repeat": "context"},
            "default": "nothing",
        }
        return House(RealTime(), player, profiles={"everyday": everyday | (profile or {})}, **{**SOON, **music})

    yield build
    for player in players:
        player.close()


def until(home: House, true: Callable[[], object], what: str) -> None:
    """Let time pass until something has come true."""
    limit = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < limit, f"{what} did not come; {home.reasons[-3:]}; {home.problems}"
        home.passes(0.05)


def plays(home: House, uri: str) -> Callable[[], bool]:
    """Return whether this plays, as far as the device knows."""

    def playing() -> bool:
        playback = home.room.playback
        return playback is not None and (playback.state, playback.uri) == ("playing", uri)

    return playing


def ends(home: House, speaker: Daemon) -> None:
    """Wind the song on to its end. The device must see that, or it would take the next song for a person's choice."""
    speaker.near_the_end(left=4)
    until(home, lambda: home.room.playback is not None and (home.room.playback.position or 0) > 20, "the winding")


def takes_over(home: House, *kinds: str) -> None:
    """Let time pass until the music is a person's, and no other way."""
    until(home, lambda: home.control is Control.HANDS_OFF, "the takeover")
    [taken_over] = home.happened(TakenOver)
    assert taken_over.kind in kinds


def begin(house: Build, speaker: Daemon, **options: Any) -> House:
    """Return a house in which the happy songs play."""
    home = house(**options)
    home.feels("happy")
    until(home, plays(home, speaker.song("calm/calm0")), "the happy songs")
    home.passes(1.5)
    return home


def test_music_follows_the_mood_at_the_end_of_the_song(house: Build, speaker: Daemon) -> None:
    home = begin(house, speaker)
    home.feels("sad")
    until(home, lambda: "loud/loud0.wav" in speaker.queue(), "the sad songs behind the current one")
    assert home.room.playback is not None and home.room.playback.uri == speaker.song("calm/calm0"), "it isn't cut"
    ends(home, speaker)
    until(home, plays(home, speaker.song("loud/loud0")), "the sad songs")
    until(home, lambda: speaker.queue() == ["loud/loud0.wav", "loud/loud1.wav"], "the end of the other songs")
    ends(home, speaker)
    until(home, plays(home, speaker.song("loud/loud1")), "the second sad song")
    assert home.happened(TakenOver) == [] and home.problems == []
    assert [wish.act for wish in home.actions] == [Act.PLAY] * 2


def test_a_mood_that_is_over_takes_its_music_back(house: Build, speaker: Daemon) -> None:
    home = begin(house, speaker)
    home.feels("sad")
    until(home, lambda: "loud/loud0.wav" in speaker.queue(), "the sad songs behind the current one")
    home.feels("happy")
    until(home, lambda: speaker.queue() == [f"calm/calm{n}.wav" for n in range(3)], "the happy songs alone")
    ends(home, speaker)
    until(home, plays(home, speaker.song("calm/calm1")), "the second happy song")
    assert home.happened(TakenOver) == [] and home.problems == []


def test_a_guest_skips_a_song(house: Build, speaker: Daemon) -> None:
    home = begin(house, speaker)
    speaker.ask("next")
    takes_over(home, "song")
    assert [event.choice for event in home.happened(Skipped)] == [speaker.folder_of("calm")]
    home.feels("sad", 3)
    assert "loud/loud0.wav" not in speaker.queue()


def test_a_guest_chooses_other_music_and_goes_home(house: Build, speaker: Daemon) -> None:
    home = begin(house, speaker, takeover_ends_after=1)
    speaker.ask(f"clear\naddid {speaker.song('loud/loud1').removeprefix('mpd:')}\nplay")
    # With Mopidy there is silence between, long enough to be seen.
    takes_over(home, "music", "start")
    home.feels("happy", 2)
    assert speaker.queue() == ["loud/loud1.wav"]
    home.leaves()
    until(home, lambda: home.control is Control.AUTO, "the end of the takeover")


def test_a_guest_pauses_and_goes_on(house: Build, speaker: Daemon) -> None:
    home = begin(house, speaker)
    speaker.ask("pause 1")
    until(home, lambda: home.room.playback is not None and home.room.playback.state == "paused", "the pause")
    home.feels("sad", 3)
    assert speaker.status()["state"] == "pause" and "loud/loud0.wav" not in speaker.queue()
    home.feels("happy")
    speaker.ask("pause 0")
    until(home, plays(home, speaker.song("calm/calm0")), "the happy songs")
    home.passes(1)
    assert home.control is Control.AUTO and len(home.actions) == 1


def test_a_guest_sets_the_volume(house: Build, speaker: Daemon) -> None:
    speaker.ask("setvol 40")
    home = begin(house, speaker)
    speaker.ask("setvol 70")
    takes_over(home, "volume")
    home.feels("sad", 3)
    assert speaker.status()["volume"] == "70" and "loud/loud0.wav" not in speaker.queue()


def test_music_that_changes_at_once_fades(house: Build, speaker: Daemon) -> None:
    home = begin(house, speaker, switch="now", start_volume=60)
    home.feels("sad")
    until(home, plays(home, speaker.song("loud/loud0")), "the sad songs")
    until(home, lambda: speaker.status()["volume"] == "60", "the volume")
    home.passes(1)
    assert home.happened(TakenOver) == [] and home.problems == []


@pytest.mark.parametrize("switch", ["now", "at_track_end"])
def test_a_playlist_that_is_gone_changes_nothing(house: Build, speaker: Daemon, switch: str) -> None:
    gone = {"play": "mpd:playlist/Gone", "name": "Gone"}
    home = begin(house, speaker, profile={"sad": gone}, switch=switch, start_volume=60)
    home.feels("sad")
    until(home, lambda: home.problems, "the problem")
    home.passes(2)
    assert home.problems[0].startswith("can't play Gone") and "check music.profiles" in home.problems[0]
    assert speaker.queue() == [f"calm/calm{n}.wav" for n in range(3)]
    assert (speaker.status()["state"], speaker.status()["volume"]) == ("play", "60")
    assert home.happened(TakenOver) == []


def test_a_song_that_is_gone_is_skipped_and_told(house: Build, speaker: Daemon) -> None:
    songs = [speaker.song("loud/loud0"), "mpd:nosuch://song", speaker.song("loud/loud1")]
    home = begin(house, speaker, profile={"sad": {"play": songs, "name": "Three Songs"}})
    home.feels("sad")
    until(home, lambda: "loud/loud0.wav" in speaker.queue(), "the sad songs behind the current one")
    ends(home, speaker)
    until(home, plays(home, speaker.song("loud/loud0")), "the first song")
    until(home, lambda: home.problems, "the problem")
    assert [problem.partition(",")[0] for problem in home.problems] == [f"skipped 1 of 3 songs of {songs[0]}"]
    ends(home, speaker)
    until(home, plays(home, speaker.song("loud/loud1")), "the next one that is there")
    assert home.happened(TakenOver) == []


def test_single_songs_go_into_the_queue(house: Build, speaker: Daemon) -> None:
    song = {"play": speaker.song("loud/loud1"), "name": "One Sad Song"}
    home = begin(house, speaker, profile={"sad": song}, switch="queue")
    home.feels("sad")
    until(home, lambda: "loud/loud1.wav" in speaker.queue(), "the song in the queue")
    ends(home, speaker)
    until(home, plays(home, speaker.song("loud/loud1")), "the queued song")
    home.passes(1)
    assert home.happened(TakenOver) == [] and home.problems == []


def test_single_that_a_guest_left_on_repeats_no_song(house: Build, speaker: Daemon) -> None:
    speaker.ask("single 1\nrepeat 1")
    home = begin(house, speaker)
    ends(home, speaker)
    until(home, plays(home, speaker.song("calm/calm1")), "the second song")
    assert home.happened(TakenOver) == []


def test_an_empty_room_pauses_the_music_and_a_return_resumes_it(house: Build, speaker: Daemon) -> None:
    home = begin(house, speaker, pause_after=1)
    home.leaves()
    until(home, lambda: speaker.status()["state"] == "pause", "the pause")
    home.feels("happy")
    until(home, plays(home, speaker.song("calm/calm0")), "the happy songs")
    assert home.happened(TakenOver) == []


def test_the_device_restarts_while_its_music_plays(house: Build, speaker: Daemon) -> None:
    home = begin(house, speaker)
    before = speaker.status()
    home.restart()
    home.feels("happy", 3)
    after = speaker.status()
    assert home.control is Control.AUTO and (before["songid"], before["playlist"]) == (
        after["songid"],
        after["playlist"],
    )


def test_the_player_restarts(house: Build, speaker: Daemon) -> None:
    home = begin(house, speaker)
    speaker.restart()
    until(home, lambda: any("was lost" in problem or "doesn't answer" in problem for problem in home.problems), "it")
    until(home, lambda: home.actions[1:], "the happy songs, which begin anew")
    until(home, plays(home, speaker.song("calm/calm0")), "the happy songs")
    assert home.happened(TakenOver) == []


def test_what_others_change_is_seen_long_before_the_next_poll_and_costs_no_busy_loop(speaker: Daemon) -> None:
    player = MpdPlayer("127.0.0.1", speaker.port, password=None, clock=time.monotonic, timeout=PATIENCE)
    wishes, seen, turns = WishQueue(), [Playback("stopped", "mpd")], 0
    driver = PlayerDriver(player, wishes, post=lambda item: seen.append(item) if isinstance(item, Playback) else None)
    wishes.put(Wish(Act.PLAY, "happy", "a test", Music(speaker.folder_of("calm"), "calm")))

    def turn_until(true: Callable[[], object]) -> float:
        nonlocal turns
        began = time.monotonic()
        while not true():
            assert time.monotonic() - began < PATIENCE, seen[-1]
            driver.turn()
            turns += 1
        return time.monotonic() - began

    # Where MPD tells its changes, the next look is only due once the song should have ended.
    turn_until(lambda: seen[-1].state == "playing" and not seen[-1].assumed and player.wait() > POLL_INTERVAL_S)
    changes: list[tuple[str, Callable[[], object]]] = [
        ("pause 1", lambda: seen[-1].state == "paused"),
        ("pause 0", lambda: seen[-1].state == "playing"),
        ("setvol 23", lambda: seen[-1].volume == 23),
        ("play 1", lambda: seen[-1].uri == speaker.song("calm/calm1")),
    ]
    for command, true in changes:
        turns = 0
        speaker.ask(command)
        took = turn_until(true)
        assert took < LISTENING_POLL_INTERVAL_S / 2 and turns <= 3 + took / MIN_LOOK_INTERVAL_S, (command, took, turns)
    # A change in the middle of a turn waits for its end, so that it is seen within half a second.
    assert TURN_MAX_S <= 0.3
    player.close()
