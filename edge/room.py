"""The room as the device knows it: readings and commands come in, events and wishes come out. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from edge.config import MusicConfig
from edge.director import Director
from edge.mood import set_by_hand
from edge.values import EXPRESSIONS, UNKNOWN, Act, Command, Control, Event, Mood, Playback, Reading, Wish

# A change of confidence or coordinates that is worth a message.
STEP = 0.1
PLAYBACK = {"play": Act.RESUME, "pause": Act.PAUSE, "next": Act.NEXT, "previous": Act.PREVIOUS}
ASKED = "somebody asked for it"


class Room:
    """One mood, one control state, one camera switch; used by one thread."""

    def __init__(self, director: Director, *, camera_on: bool = True, music: MusicConfig | None = None) -> None:
        """music: what `director` goes by; its profiles can be chosen between."""
        self._director = director
        self._music = MusicConfig() if music is None else music
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

    def settings(self) -> dict[str, str]:
        """What people have set, each as it is set: camera, control, override and profile."""
        return {
            "camera": "ON" if self.camera_on else "OFF",
            "control": self.control.value,
            "override": self.override or "auto",
            "profile": self._music.profile,
        }

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
        known: dict[str, Callable[[float, Command], list[Event]]] = {
            "mood": self._set_mood,
            "camera": self._set_camera,
            "control": self._set_control,
            "profile": self._set_profile,
            "volume": self._set_volume,
            "playback": self._set_playback,
            "restart": self._restart,
        }
        if command.name not in known:
            return [rejected(now, command, f"there is no such command; there is {', '.join(known)}")]
        if command.fault:
            return [rejected(now, command, command.fault)]
        return known[command.name](now, command)

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

    def _set_profile(self, now: float, command: Command) -> list[Event]:
        if command.value not in self._music.profiles:
            return [rejected(now, command, f"profile must be one of {', '.join(self._music.profiles)}")]
        if command.value == self._music.profile:
            return []
        self._music = self._music.model_copy(update={"profile": command.value})
        self._director.use(self._music)
        if self.control is not Control.AUTO or self._told is None:
            return []
        return [Event(now, "decision", self._director.mood(now, self._told, self.control))]

    def _set_volume(self, now: float, command: Command) -> list[Event]:
        if not re.fullmatch("[0-9]{1,3}", command.value) or int(command.value) > 100:
            return [rejected(now, command, "volume must be a whole number from 0 to 100")]
        return [self._asked(now, Act.VOLUME, int(command.value))]

    def _set_playback(self, now: float, command: Command) -> list[Event]:
        if command.value not in PLAYBACK:
            return [rejected(now, command, f"playback must be one of {', '.join(PLAYBACK)}")]
        return [self._asked(now, PLAYBACK[command.value])]

    def _restart(self, now: float, command: Command) -> list[Event]:
        if command.value != "PRESS":
            return [rejected(now, command, "restart must be PRESS")]
        return [Event(now, "restart")]

    def _asked(self, now: float, act: Act, volume: int | None = None) -> Event:
        mood = UNKNOWN if self._told is None else self._told.mood
        return Event(now, "decision", Wish(act, mood, ASKED, volume=volume))

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
