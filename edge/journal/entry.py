"""The journal's entries, and how events become entries. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.events import (
    CameraSwitched,
    ChoiceRefused,
    ClockStepped,
    CommandReceived,
    CommandRejected,
    ControlChanged,
    Corrected,
    DecisionMade,
    Event,
    HealthReported,
    Liked,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
    ProblemOccurred,
    RestartRequested,
    SettingsReported,
    Skipped,
    TakenOver,
    Unliked,
    assert_never,
)
from edge.sentences import Sentence
from edge.values import SIMULATED, Act, Command, Mood, Playback, Wish

KINDS = (
    "start", "mood", "correct", "decision", "play", "skip", "replay", "like", "unlike", "not_this", "control",
    "command", "camera",
)  # fmt: skip
# Longer texts are cut: a command may hold anything.
TEXT_MAX_LENGTH = 200
# The text of a mood that a person set.
SET_BY_HAND = Sentence("set by hand")


@dataclass(frozen=True)
class JournalEntry:
    """Something that happened in the room.

    at: UTC, seconds since 1970. kind: one of KINDS; `start` is the start of the device, which ends what was before.
    mood: the mood itself, the one that a decision is about, or what it really is, by a correction.
    title, artist, uri: what a decision chose, or what played or was skipped. text: the reason, the command, or the mood
    that the camera read and a person corrected.
    confidence: 0..1; valence, arousal: -1..1; people: in view. These four are of what the camera read; they are set for
    a mood and a correction only.
    source: `film` or `demo` for a mood that was read from a replay; None for every other.
    """

    at: float
    kind: str
    mood: str | None = None
    title: str | None = None
    artist: str | None = None
    uri: str | None = None
    text: str | None = None
    confidence: float | None = None
    valence: float | None = None
    arousal: float | None = None
    people: int | None = None
    source: str | None = None


class Notes:
    """Turns events into entries; remembers what plays, so that each song becomes one entry."""

    def __init__(self) -> None:
        self._song: tuple[str | None, ...] | None = None
        self._before: tuple[str | None, ...] | None = None

    def of(self, event: Event, at: float) -> list[JournalEntry]:
        """The entries for an event, usually none. at: the event's time in UTC, seconds since 1970."""
        match event:
            case MoodChanged(mood=mood):
                return [_mood(at, mood)]
            case Corrected(read=read, mood=mood_now):
                return [replace(_mood(at, read), kind="correct", mood=mood_now, text=read.mood)]
            case DecisionMade(wish=wish):
                return [_decision(at, wish)]
            case PlaybackChanged(playback=playback):
                return self._play(at, playback)
            case ControlChanged(control=control):
                return [JournalEntry(at, "control", text=control.value)]
            case TakenOver(why=why):
                return [JournalEntry(at, "control", text=why[:TEXT_MAX_LENGTH])]
            case CommandReceived(command=command):
                return [_command(at, command)]
            case Skipped():
                return [self._about_song(at, "skip", event)]
            case Liked():
                return [self._about_song(at, "like", event)]
            case Unliked():
                return [self._about_song(at, "unlike", event)]
            case ChoiceRefused(mood=mood, choice=choice, name=name):
                return [JournalEntry(at, "not_this", mood, name, uri=choice)]
            case CameraSwitched(on=on):
                return [JournalEntry(at, "camera", text="on" if on else "off")]
            case (
                MoodUpdated()
                | PresenceChanged()
                | SettingsReported()
                | CommandRejected()
                | RestartRequested()
                | ProblemOccurred()
                | HealthReported()
                | ClockStepped()
            ):
                return []
            case _:
                return assert_never(event)

    def _about_song(self, at: float, kind: str, event: Skipped | Liked | Unliked) -> JournalEntry:
        """The title and artist are those of the event's song; after a skip the next one may play already."""
        known = [song for song in (self._song, self._before) if song is not None and song[0] == event.song]
        _, title, artist = known[0] if known and event.song is not None else (None, None, None)
        return JournalEntry(at, kind, event.mood, title, artist, event.song)

    def _play(self, at: float, playback: Playback) -> list[JournalEntry]:
        if playback.state != "playing":
            return []
        song = (playback.uri, playback.title, playback.artist)
        if song == self._song or song == (None, None, None):
            return []
        self._before, self._song = self._song, song
        if playback.player in SIMULATED:
            # Nothing is heard.
            return []
        return [JournalEntry(at, "play", title=playback.title, artist=playback.artist, uri=playback.uri)]


def _mood(at: float, mood: Mood) -> JournalEntry:
    return JournalEntry(
        at,
        "mood",
        mood.mood,
        text=SET_BY_HAND if mood.source == "override" else None,
        confidence=round(mood.confidence, 2),
        valence=round(mood.valence, 2),
        arousal=round(mood.arousal, 2),
        people=mood.people,
        source=mood.source if mood.source in ("film", "demo") else None,
    )


def _decision(at: float, wish: Wish) -> JournalEntry:
    music = wish.music if wish.act is Act.PLAY else None
    return JournalEntry(
        at,
        "decision",
        wish.mood,
        title=music.name if music else None,
        uri=music.uri if music else None,
        text=wish.why[:TEXT_MAX_LENGTH],
    )


def _command(at: float, command: Command) -> JournalEntry:
    request = f"{command.name} {command.value}".strip() + (f" ({command.origin})" if command.origin else "")
    return JournalEntry(at, "command", text=request[:TEXT_MAX_LENGTH])
