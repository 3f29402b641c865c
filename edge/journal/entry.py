"""What the journal holds: one entry for each thing that happened, and how events become entries."""

from __future__ import annotations

from dataclasses import dataclass

from edge.values import Act, Command, Control, Event, Mood, Playback, Wish

KINDS = ("start", "mood", "decision", "play", "skip", "replay", "control", "command", "camera")
# What people's commands may hold beyond this says nothing more, and costs room.
LONGEST = 200


@dataclass(frozen=True)
class JournalEntry:
    """Something that happened in the room.

    at: UTC, seconds since 1970. kind: one of KINDS; `start` is the device's own, and what was before it is over.
    mood: the mood itself, or the one that a decision is about.
    title, artist, uri: what a decision chose, or what played or was skipped. text: why, or what was asked for.
    confidence: 0..1; valence, arousal: -1..1; people: in view. These four are set for a mood only.
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


class Notes:
    """Turns events into entries; remembers what plays, so that each song is noted once."""

    def __init__(self) -> None:
        self._song: tuple[str | None, ...] | None = None
        self._before: tuple[str | None, ...] | None = None

    def of(self, event: Event, at: float) -> list[JournalEntry]:
        """The entries that an event is worth, mostly none. at: the event's time in UTC, seconds since 1970."""
        value = event.value
        if event.name == "mood_changed" and isinstance(value, Mood):
            return [_mood(at, value)]
        if event.name == "decision" and isinstance(value, Wish):
            return [_decision(at, value)]
        if event.name == "player" and isinstance(value, Playback):
            return self._play(at, value)
        if event.name == "control" and isinstance(value, Control):
            return [JournalEntry(at, "control", text=value.value)]
        if event.name == "taken_over":
            return [JournalEntry(at, "control", text=_sentence(value, "somebody took over"))]
        if event.name == "command" and isinstance(value, Command):
            asked = f"{value.name} {value.value}".strip() + (f" ({value.origin})" if value.origin else "")
            return [JournalEntry(at, "command", text=asked[:LONGEST])]
        if event.name == "skipped" and isinstance(value, dict):
            return [self._skip(at, value)]
        if event.name == "camera":
            return [JournalEntry(at, "camera", text="on" if value else "off")]
        return []

    def _skip(self, at: float, told: dict[str, str | None]) -> JournalEntry:
        """told: mood, choice (the address that the song was from) and song (its own); the next one may play already."""
        uri = told.get("song")
        known = [song for song in (self._song, self._before) if song is not None and song[0] == uri]
        _, title, artist = known[0] if known and uri is not None else (None, None, None)
        return JournalEntry(at, "skip", told.get("mood"), title, artist, uri)

    def _play(self, at: float, playback: Playback) -> list[JournalEntry]:
        if playback.state != "playing":
            return []
        song = (playback.uri, playback.title, playback.artist)
        if song == self._song or song == (None, None, None):
            return []
        self._before, self._song = self._song, song
        return [JournalEntry(at, "play", title=playback.title, artist=playback.artist, uri=playback.uri)]


def _mood(at: float, mood: Mood) -> JournalEntry:
    return JournalEntry(
        at,
        "mood",
        mood.mood,
        text="set by hand" if mood.source == "override" else None,
        confidence=round(mood.confidence, 2),
        valence=round(mood.valence, 2),
        arousal=round(mood.arousal, 2),
        people=mood.people,
    )


def _decision(at: float, wish: Wish) -> JournalEntry:
    music = wish.music if wish.act is Act.PLAY else None
    return JournalEntry(
        at,
        "decision",
        wish.mood,
        title=music.name if music else None,
        uri=music.uri if music else None,
        text=wish.why[:LONGEST],
    )


def _sentence(value: object, otherwise: str) -> str:
    """The reason that an event may carry, as text or under `why` or `message`."""
    if isinstance(value, dict):
        value = value.get("why") or value.get("message")
    return value[:LONGEST] if isinstance(value, str) and value else otherwise
