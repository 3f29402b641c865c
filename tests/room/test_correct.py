"""The command correct: what the camera reads now is really another mood."""

from __future__ import annotations

import pytest

from edge import messages
from edge.config import MusicConfig
from edge.events import CommandRejected, Corrected, DecisionMade, Event, MoodChanged
from edge.music.director import Director
from edge.room.commands import execute
from edge.room.effective_mood import CORRECTION_LASTS_S
from edge.room.room import Room
from edge.values import EXPRESSIONS, Act, Command
from tests.room.test_room import kinds, reading


@pytest.fixture
def room() -> Room:
    music = MusicConfig.model_validate({"profile": "a", "profiles": {"a": {"sad": "mpd:S", "neutral": "mpd:N"}}})
    return Room(Director(music), music=music)


def correct(room: Room, now: float, mood: str) -> list[Event]:
    return execute(room, now, Command("correct", mood))


def look(room: Room, at: float, mood: str) -> list[str]:
    """The moods that are news after a look."""
    return [event.mood.mood for event in room.on_reading(reading(mood, at)) if isinstance(event, MoodChanged)]


def told(room: Room) -> tuple[str, str, str]:
    assert room.mood is not None
    return room.mood.mood, room.mood.source, room.settings()["corrected"]


def test_a_correction_counts_like_a_mood_that_was_set_and_its_music_begins_at_once(room: Room) -> None:
    look(room, 0, "neutral")
    corrected, changed, decided = correct(room, 5, "sad")
    assert isinstance(corrected, Corrected) and (corrected.read.mood, corrected.mood) == ("neutral", "sad")
    assert messages.event(corrected, 0.0) == {"event": "corrected", "mood": "sad", "read": "neutral", "confidence": 0.9}
    assert isinstance(changed, MoodChanged) and changed.mood.confidence == 1
    assert isinstance(decided, DecisionMade) and decided.wish.act is Act.PLAY
    assert decided.wish.music is not None and decided.wish.music.uri == "mpd:S"
    assert told(room) == ("sad", "override", "sad")
    assert room.settings()["override"] == "auto"


def test_it_counts_whatever_the_camera_reads_for_half_an_hour(room: Room) -> None:
    look(room, 0, "neutral")
    correct(room, 5, "sad")
    assert look(room, 60, "angry") == []
    assert MoodChanged not in kinds(room.tick(4 + CORRECTION_LASTS_S))
    assert told(room)[0] == "sad"
    after = [event for event in room.tick(5 + CORRECTION_LASTS_S) if isinstance(event, MoodChanged)]
    assert [(event.mood.mood, event.mood.source) for event in after] == [("angry", "camera")]
    assert told(room) == ("angry", "camera", "")


def test_it_ends_when_everybody_has_left(room: Room) -> None:
    look(room, 0, "neutral")
    correct(room, 5, "sad")
    assert look(room, 60, "absent") == ["absent"]
    assert look(room, 90, "neutral") == ["neutral"]
    assert told(room) == ("neutral", "camera", "")


@pytest.mark.parametrize("command", [Command("camera", "OFF"), Command("mood", "auto"), Command("mood", "happy")])
def test_another_word_ends_it(room: Room, command: Command) -> None:
    look(room, 0, "neutral")
    correct(room, 5, "sad")
    execute(room, 6, command)
    assert told(room)[2] == "" and told(room)[0] != "sad"
    execute(room, 7, Command("mood", "auto"))
    assert told(room)[0] != "sad"


def test_it_can_be_corrected_again_also_to_what_the_camera_reads(room: Room) -> None:
    look(room, 0, "neutral")
    correct(room, 5, "sad")
    (again, *_) = correct(room, 6, "neutral")
    assert isinstance(again, Corrected) and told(room) == ("neutral", "override", "neutral")


def test_a_face_that_is_not_clear_may_be_told(room: Room) -> None:
    look(room, 0, "neutral")
    look(room, 5, "unknown")
    room.on_presence(6, "override", True)
    assert kinds(correct(room, 7, "sad"))[:2] == [Corrected, MoodChanged]


@pytest.mark.parametrize(
    ("before", "mood", "why"),
    [
        ([], "sad", "it reads nobody's now; set mood instead"),
        (["absent"], "sad", "it reads nobody's now; set mood instead"),
        (["neutral", Command("camera", "OFF")], "sad", "it reads nobody's now; set mood instead"),
        (["neutral", Command("mood", "happy")], "sad", "this one was set; set mood to auto first"),
        (["neutral"], "neutral", "the mood is neutral already"),
        (["neutral"], "auto", f"correct must be one of {', '.join(EXPRESSIONS)}"),
        (["neutral"], "absent", "correct must be one of"),
        (["neutral"], "", "correct must be one of"),
    ],
)
def test_where_there_is_nothing_to_correct_nothing_changes(
    room: Room, before: list[str | Command], mood: str, why: str
) -> None:
    for step in before:
        if isinstance(step, Command):
            execute(room, 1, step)
        else:
            look(room, 1, step)
    settings = room.settings()
    (rejected,) = correct(room, 2, mood)
    assert isinstance(rejected, CommandRejected) and why in rejected.message
    assert room.settings() == settings
