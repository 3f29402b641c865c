"""The state for the page, and its listeners."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.events import (
    ClockStepped,
    CommandRejected,
    ControlChanged,
    DecisionMade,
    HealthReported,
    Liked,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
    ProblemOccurred,
    SettingsReported,
    Skipped,
    TakenOver,
    Unliked,
)
from edge.sentences import Sentence, mood_word
from edge.times import utc_text
from edge.values import Act, Control, Mood, Music, Playback, Wish
from edge.web.board import LISTENERS_MAX, TRAIL_MAX_POINTS, Board
from edge.web.today import ENTRIES_MAX, Today, start_of_day

OFFSET = 1_000_000.0


def board(**more: object) -> Board:
    return Board(offset=OFFSET, about={"name": "Den"}, **more)


def mood(name: str = "happy", valence: float = 0.5) -> Mood:
    return Mood(name, 0.8, valence, 0.1, 1, 10.0)


def test_each_event_sets_its_part() -> None:
    made = board()
    song = Playback("playing", "mpd", title="Clocks", artist="Coldplay", volume=30)
    for event in (
        MoodChanged(20.0, mood()),
        DecisionMade(20.0, Wish(Act.PLAY, "happy", "the room is happy", Music("spotify:x:y", "X"))),
        PlaybackChanged(20.0, song),
        ControlChanged(20.0, Control.HANDS_OFF),
        PresenceChanged(20.0, True),
        SettingsReported(20.0, {"camera": "ON"}),
        HealthReported(20.0, {"problems": []}),
        CommandRejected(20.0, "mood", "no such mood"),
        Skipped(20.0, "happy", None, None),
    ):
        made(event)
    parts = made.snapshot()
    assert parts["mood"]["mood"] == "happy"
    assert parts["trail"] == [{"valence": 0.5, "arousal": 0.1, "mood": "happy"}]
    assert parts["why"]["why"] == "the room is happy"
    assert (parts["player"]["title"], parts["player"]["control"]) == ("Clocks", "hands_off")
    assert parts["presence"] is True
    assert parts["notice"] == {"number": 1, "kind": "refused", "text": "no such mood"}
    assert parts["timeline"] == 5


def test_a_takeover_is_shown_with_its_sentence() -> None:
    made = board()
    made(TakenOver(1.0, "song", "somebody chose another song"))
    assert made.snapshot()["notice"]["text"] == "somebody chose another song"
    made(TakenOver(1.0, "pause", "somebody paused the music"))
    assert made.snapshot()["notice"] == {"number": 2, "kind": "taken over", "text": "somebody paused the music"}


def test_a_wish_that_failed_for_good_is_shown_with_its_sentence() -> None:
    made = board()
    listener = made.listen(lambda: None)
    assert listener is not None
    listener.take()
    made(ProblemOccurred(1.0, "player", "can't play Clocks: the playlist doesn't exist any more"))
    assert listener.take() == {
        "notice": {
            "number": 1,
            "kind": "problem",
            "text": "can't play Clocks: the playlist doesn't exist any more",
        }
    }


def test_the_reason_for_the_music_stays_while_volume_and_control_explain_themselves() -> None:
    made = board()
    chosen = Wish(Act.PLAY, "happy", "the room is happy: X plays now", Music("mpd:x", "X"))
    made(DecisionMade(1.0, chosen))
    for number, (wish, about) in enumerate(
        (
            (Wish(Act.VOLUME, "happy", "somebody asked for it", volume=30, about="volume"), "volume"),
            (Wish(Act.NEXT, "happy", "somebody asked for it", about="press"), "press"),
            (Wish(Act.KEEP, "happy", "kept: music control is off", about="control"), "control"),
        )
    ):
        made(DecisionMade(2.0 + number, wish))
        parts = made.snapshot()
        assert (parts["why"]["why"], parts["also"]["why"]) == (chosen.why, wish.why)
        assert parts["also"]["about"] == about
    made(DecisionMade(6.0, Wish(Act.KEEP, "sad", "kept: X is already playing for sad")))
    parts = made.snapshot()
    assert (parts["why"]["why"], parts["also"]) == ("kept: X is already playing for sad", None)


def test_a_like_is_shown_until_it_is_taken_back() -> None:
    made = board()
    made(PlaybackChanged(1.0, Playback("playing", "mpd", title="Clocks", uri="mpd:1")))
    assert made.snapshot()["player"]["liked"] is False
    made(Liked(2.0, "happy", "mpd:x", "mpd:1"))
    assert made.snapshot()["player"]["liked"] is True
    made(Unliked(3.0, "happy", "mpd:x", "mpd:1"))
    assert made.snapshot()["player"]["liked"] is False


def test_today_has_what_people_did() -> None:
    now = start_of_day(time.time()) + 3600
    made = Board(offset=now - 100.0, about={}, wall=lambda: now)
    made(MoodChanged(99.0, replace(mood(), source="override")))
    made(PlaybackChanged(99.0, Playback("playing", "mpd", title="Clocks", artist="Coldplay", uri="mpd:1")))
    made(Liked(99.0, "happy", "mpd:x", "mpd:1"))
    made(Skipped(99.0, "happy", "mpd:x", "mpd:1"))
    made(TakenOver(99.0, "song", "somebody chose another song"))
    made(ControlChanged(99.0, Control.HANDS_OFF))
    made(ProblemOccurred(99.0, "player", "can't play X: its folder is missing"))
    told = [(entry["kind"], entry.get("text") or entry["title"]) for entry in made.today()]
    assert told == [
        ("mood", "set by hand"),
        ("song", "Clocks"),
        ("like", "Clocks"),
        ("skip", "Clocks"),
        ("control", "somebody chose another song"),
        ("control", "people choose the music"),
        ("problem", "can't play X: its folder is missing"),
    ]


def test_a_problem_is_over_with_the_next_wish() -> None:
    made = board()
    made(ProblemOccurred(1.0, "player", "can't play X"))
    made(DecisionMade(2.0, Wish(Act.KEEP, "happy", "kept: nobody is here")))
    assert made.snapshot()["notice"]["text"] == "can't play X"
    made(DecisionMade(3.0, Wish(Act.PLAY, "happy", "the room is happy: Y plays now", Music("mpd:y", "Y"))))
    assert made.snapshot()["notice"] is None
    made(ProblemOccurred(4.0, "player", "can't play Y"))
    assert made.snapshot()["notice"]["number"] == 2


def test_only_changes_wake_and_a_slow_listener_gets_the_newest_values_only() -> None:
    made, woken = board(), []
    listener = made.listen(lambda: woken.append(1))
    assert listener is not None
    assert listener.take() == made.snapshot()
    assert listener.take() == {}
    for _ in range(3):
        made(SettingsReported(1.0, {"camera": "ON"}))
    assert len(woken) == 1
    for step in range(1000):
        made(MoodUpdated(float(step), mood(valence=step / 1000)))
    taken = listener.take()
    assert taken is not None
    assert taken["mood"]["valence"] == 1.0
    assert set(taken) == {"settings", "mood", "trail"}
    assert len(taken["trail"]) == TRAIL_MAX_POINTS
    listener.close()
    made(PresenceChanged(1.0, True))
    assert made.listeners == 0


def test_listeners_are_limited_and_end_with_the_board() -> None:
    made, woken = board(), []
    listeners = [made.listen(lambda: woken.append(1)) for _ in range(LISTENERS_MAX)]
    assert all(listeners)
    assert made.listen(lambda: None) is None
    made.close()
    assert len(woken) == LISTENERS_MAX
    assert listeners[0] is not None
    assert listeners[0].take() is None
    assert made.listen(lambda: None) is None


def test_one_thread_writes_while_another_reads() -> None:
    made, stop = board(), threading.Event()
    listener = made.listen(lambda: None)
    assert listener is not None

    def write() -> None:
        for step in range(2000):
            made(MoodUpdated(float(step), mood(valence=step / 2000)))
        stop.set()

    writer = threading.Thread(target=write)
    writer.start()
    last: dict[str, object] = {}
    while not stop.is_set():
        last |= listener.take() or {}
    writer.join()
    last |= listener.take() or {}
    assert last["mood"] == made.snapshot()["mood"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", "b", None]), max_size=30))
def test_a_song_is_one_entry_however_often_it_is_reported(titles: list[str | None]) -> None:
    day, noted = Today(offset=0.0), []
    for at, title in enumerate(titles):
        if day.add(PlaybackChanged(float(at), Playback("playing", "mpd", title=title, position=float(at)))):
            noted.append(title)
    heard = [title for title in titles if title is not None]
    assert noted == [title for n, title in enumerate(heard) if n == 0 or heard[n - 1] != title]


def test_the_day_is_bounded_and_begins_at_midnight() -> None:
    day = Today(offset=0.0)
    for at in range(ENTRIES_MAX + 10):
        assert day.add(MoodChanged(float(at), mood()))
    assert len(day.since(0.0)) == ENTRIES_MAX
    assert len(day.since(ENTRIES_MAX)) == 10
    assert not day.add(DecisionMade(1.0, Wish(Act.KEEP, "happy", "kept: nobody is here")))
    now = time.time()
    midnight = start_of_day(now)
    assert 0 <= now - midnight <= 25 * 3600
    assert time.localtime(midnight)[3:6] == (0, 0, 0)
    made = Board(offset=0.0, about={}, wall=lambda: now)
    made(MoodChanged(midnight - 1, mood("sad")))
    made(MoodChanged(midnight + 1, mood("happy")))
    assert [entry["mood"] for entry in made.today()] == ["happy"]


def test_a_step_of_the_wall_clock_corrects_all_times() -> None:
    """A Pi without a battery-backed clock starts days behind."""
    midnight = start_of_day(time.time())
    made = Board(offset=midnight - 5 * 86400, about={}, wall=lambda: midnight + 3700)
    listener = made.listen(lambda: None)
    assert listener is not None
    made(MoodChanged(3600.0, mood()))
    made(DecisionMade(3601.0, Wish(Act.PLAY, "happy", "the room is happy", Music("spotify:x:y", "X"))))
    assert made.today() == []
    listener.take()
    made(ClockStepped(3602.0, midnight))
    changes = listener.take()
    assert changes is not None
    assert set(changes) == {"mood", "why", "timeline"}
    assert changes["why"]["at"] == utc_text(3601.0 + midnight)
    assert changes["mood"]["since"] == utc_text(10.0 + midnight)
    assert [(entry["kind"], entry["at"]) for entry in made.today()] == [
        ("mood", utc_text(3600.0 + midnight)),
        ("decision", utc_text(3601.0 + midnight)),
    ]
    assert len(made.snapshot()["trail"]) == 1


def test_the_page_knows_whether_music_is_paused_and_since_when_by_the_right_clock() -> None:
    made = Board(offset=1000.0, about={})
    made(PlaybackChanged(10.0, Playback("playing", "dry_run", title="Clocks", duration=300.0, position=5.0)))
    player = made.snapshot()["player"]
    assert (player["state"], player["playing"], player["position_at"]) == ("dry_run", True, utc_text(1010.0))
    made(ClockStepped(11.0, 5000.0))
    assert made.snapshot()["player"]["position_at"] == utc_text(5010.0)
    made(PlaybackChanged(12.0, Playback("paused", "dry_run", title="Clocks")))
    assert made.snapshot()["player"]["playing"] is False


def test_sentences_come_with_what_they_are_made_from() -> None:
    board = Board(offset=0.0, about={}, wall=lambda: 4.0)
    reason = Sentence("the room is {mood}", mood=mood_word("happy"))
    why = Sentence("{why}: {music} plays now", why=reason, music="Jazz")
    wish = Wish(Act.PLAY, "happy", why, Music("mpd:Jazz", "Jazz"))
    report = {"problems": [{"part": "camera", "message": Sentence("camera: {why}", why="gone")}], "notices": []}
    board(DecisionMade(1.0, wish))
    board(TakenOver(2.0, "song", Sentence("somebody chose this song")))
    board(HealthReported(3.0, report))
    parts = json.loads(json.dumps(board.snapshot()))
    assert (parts["why"]["why"], parts["why"]["code"]) == ("the room is happy: Jazz plays now", why.code)
    mood = {"code": "happy", "values": {}}
    assert parts["why"]["values"] == {"why": {"code": reason.code, "values": {"mood": mood}}, "music": "Jazz"}
    assert parts["notice"]["text"] == parts["notice"]["code"] == "somebody chose this song"
    problem = {"code": "camera: {why}", "values": {"why": "gone"}}
    assert parts["health"]["problems"] == [{"part": "camera", "message": "camera: gone"} | problem]
    # What goes to MQTT stays as it was.
    assert report["problems"] == [{"part": "camera", "message": "camera: gone"}]
    assert board.today()[0]["code"] == why.code
