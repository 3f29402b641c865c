"""The room as the device knows it: readings and commands come in, events and wishes come out. Pure."""

from __future__ import annotations

from dataclasses import replace

from edge.director import Director
from edge.mood import set_by_hand
from edge.values import EXPRESSIONS, UNKNOWN, Command, Control, Event, Mood, Playback, Reading

# A change of confidence or coordinates that is worth a message.
STEP = 0.1


class Room:
    """One mood, one control state, one camera switch; used by one thread."""

    def __init__(self, director: Director, *, camera_on: bool = True) -> None:
        self._director = director
        self.camera_on = camera_on
        self.control = Control.AUTO
        self.override: str | None = None
        self._seen: Mood | None = None
        self._told: Mood | None = None
        self._present: bool | None = None
        self.playback: Playback | None = None

    @property
    def mood(self) -> Mood | None:
        """The mood that was told last; None before the first look."""
        return self._told

    def reading(self, reading: Reading) -> list[Event]:
        """A look at the room."""
        if not self.camera_on:
            return []
        self._seen = reading.mood
        events = self._mood(reading.at)
        if reading.present != self._present and (reading.present or reading.mood.mood != UNKNOWN):
            self._present = reading.present
            events.append(Event(reading.at, "presence", reading.present))
        return events

    def command(self, now: float, command: Command) -> list[Event]:
        """Somebody asks for something; a bad request changes nothing and is answered."""
        if command.name == "mood":
            return self._set_mood(now, command)
        if command.name == "camera":
            return self._set_camera(now, command)
        if command.name == "control":
            return self._set_control(now, command)
        return [rejected(now, command, "there is no such command")]

    def told_playback(self, now: float, playback: Playback) -> list[Event]:
        """The player does something else than before."""
        if playback == self.playback:
            return []
        self.playback = playback
        return [Event(now, "player", playback)]

    def tick(self, now: float) -> list[Event]:
        """Time passed; a wish may have waited for it."""
        wish = self._director.tick(now, self.control)
        return [Event(now, "decision", wish)] if wish else []

    def _set_mood(self, now: float, command: Command) -> list[Event]:
        if command.value not in ("auto", *EXPRESSIONS):
            return [rejected(now, command, f"mood must be auto or one of {', '.join(EXPRESSIONS)}")]
        self.override = None if command.value == "auto" else command.value
        return self._mood(now)

    def _set_camera(self, now: float, command: Command) -> list[Event]:
        if command.value not in ("ON", "OFF"):
            return [rejected(now, command, "camera must be ON or OFF")]
        on = command.value == "ON"
        if on == self.camera_on:
            return []
        self.camera_on = on
        events = [Event(now, "camera", on)]
        if not on:
            # What was seen last says nothing about the room from now on.
            self._seen = Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, now)
            events += self._mood(now)
        return events

    def _set_control(self, now: float, command: Command) -> list[Event]:
        if command.value not in [control.value for control in Control]:
            return [rejected(now, command, "control must be auto, hands_off or off")]
        if command.value == self.control.value:
            return []
        self.control = Control(command.value)
        events = [Event(now, "control", self.control)]
        if self.control is Control.AUTO and self._told is not None:
            events.append(Event(now, "decision", self._director.mood(now, self._told, self.control)))
        return events

    def _mood(self, now: float) -> list[Event]:
        """The mood that counts, and what to tell about it."""
        mood = self._seen
        if self.override is not None:
            people = mood.people if mood else 0
            mood = set_by_hand(self.override, now, people)
        if mood is None:
            return []
        before, first = self._told, self._told is None
        if before is not None and (before.mood, before.source) == (mood.mood, mood.source):
            mood = replace(mood, since=before.since)
            if not _differs(before, mood):
                return []
            self._told = mood
            return [Event(now, "mood", mood)]
        if first and mood.mood == UNKNOWN:
            return []
        self._told = mood
        return [
            Event(now, "mood_changed", mood),
            Event(now, "decision", self._director.mood(now, mood, self.control)),
        ]


def rejected(now: float, command: Command, why: str) -> Event:
    """The answer to a request that can't be met."""
    return Event(now, "command_rejected", {"command": command.name, "message": why})


def _differs(a: Mood, b: Mood) -> bool:
    steps = (a.confidence - b.confidence, a.valence - b.valence, a.arousal - b.arousal)
    return a.people != b.people or any(abs(step) >= STEP for step in steps)
