"""The room as the device knows it: readings and commands come in, events and wishes come out. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from edge.circumplex import set_by_hand
from edge.config import MusicConfig
from edge.events import (
    CameraSwitched,
    CommandRejected,
    ControlChanged,
    DecisionMade,
    Event,
    Liked,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
    RestartRequested,
    Skipped,
    TakenOver,
)
from edge.music.director import Director
from edge.music.takeover import Cause, Interpretation
from edge.values import EXPRESSIONS, UNKNOWN, Act, Command, Control, Mood, Playback, Reading, Wish

# A change of confidence or coordinates that is worth a message.
STEP = 0.1
PLAYBACK = {"play": Act.RESUME, "pause": Act.PAUSE, "next": Act.NEXT, "previous": Act.PREVIOUS}


class Room:
    """One mood, one control state, one camera switch; used by one thread."""

    def __init__(
        self,
        director: Director,
        *,
        camera_on: bool = True,
        music: MusicConfig | None = None,
        control: Control = Control.AUTO,
    ) -> None:
        """music: what `director` goes by; its profiles can be chosen between. control: as it was left."""
        self._director = director
        self._music = MusicConfig() if music is None else music
        self.camera_on = camera_on
        self.resting = False
        self.control = control
        self.override: str | None = None
        self._seen: Mood | None = None
        self._told: Mood | None = None
        self._present: bool | None = None
        self.playback: Playback | None = None

    @property
    def mood(self) -> Mood | None:
        """The mood that was told last; None before the first look."""
        return self._told

    @property
    def looking(self) -> bool:
        """False while the camera is switched off, or rests in quiet hours."""
        return self.camera_on and not self.resting

    def settings(self) -> dict[str, str]:
        """What people have set, each as it is set: camera, control, override and profile; and what follows from it.

        resting: ON while quiet hours let the camera rest. held: ON while the music stays paused since somebody wanted
        it so. scheduled: the profile that the schedule named last.
        """
        return {
            "camera": "ON" if self.camera_on else "OFF",
            "control": self.control.value,
            "override": self.override or "auto",
            "profile": self._music.profile,
            "resting": "ON" if self.resting else "OFF",
            "held": "ON" if self._director.held else "OFF",
            "scheduled": self._director.times.profile or "",
        }

    def as_before(self, settings: Mapping[str, str]) -> None:
        """What no command can ask for is as it was before a restart. settings: of `settings`, any part of them."""
        self._director.held = settings.get("held") == "ON"
        self._director.times.profile = settings.get("scheduled") or None

    def reading(self, reading: Reading) -> list[Event]:
        """A look at the room."""
        if not self.looking:
            return []
        self._seen = reading.mood
        known = reading.present or reading.mood.mood != UNKNOWN
        if known:
            self._director.absence.presence(reading.at, reading.present)
        events = self._mood(reading.at)
        if reading.present != self._present and known:
            self._present = reading.present
            events.append(PresenceChanged(reading.at, reading.present))
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
            "like": self._like,
            "restart": self._restart,
        }
        if command.name not in known:
            return [rejected(now, command, f"there is no such command; there is {', '.join(known)}")]
        if command.fault:
            return [rejected(now, command, command.fault)]
        return known[command.name](now, command)

    def told_playback(self, now: float, playback: Playback) -> list[Event]:
        """The player shows this; where a person's hand is in it, they have taken over."""
        meaning, before = self._director.told(now, playback), self.playback
        events: list[Event] = [] if playback == self.playback else [PlaybackChanged(now, playback)]
        self.playback = playback
        if meaning.means is Cause.TAKEN and self.control is Control.AUTO:
            events += self._taken_over(now, meaning, before)
        return events

    def dropped(self, now: float, wish: Wish) -> None:
        """The player didn't do what the device wished: what it counted on had changed, or couldn't be seen."""
        self._director.dropped(now, wish)

    def tick(self, now: float, unix: float | None = None) -> list[Event]:
        """Time passed; something may have waited for it. unix: the clock on the wall, None where there is none."""
        if unix is not None:
            self._director.times.clock(now, unix)
        resting = self._director.times.resting(now)
        events = self._unwatched(now) if resting and not self.resting else []
        self.resting = resting
        profile = self._director.times.profile_due(now)
        if profile is not None and profile != self._music.profile:
            events += self._use(now, profile, asked=False)
        if self.control is Control.HANDS_OFF and self._director.absence.long(now, self._music.takeover_ends_after):
            # Whoever took over is gone.
            events += self._give_back(now)
        wish = self._director.tick(now, self.control)
        return [*events, DecisionMade(now, wish)] if wish else events

    def _set_mood(self, now: float, command: Command) -> list[Event]:
        if command.value not in ("auto", *EXPRESSIONS):
            return [rejected(now, command, f"mood must be auto or one of {', '.join(EXPRESSIONS)}")]
        self.override = None if command.value == "auto" else command.value
        return self._mood(now, asked=self.override is not None)

    def _set_camera(self, now: float, command: Command) -> list[Event]:
        if command.value not in ("ON", "OFF"):
            return [rejected(now, command, "camera must be ON or OFF")]
        on = command.value == "ON"
        if on == self.camera_on:
            return []
        self.camera_on = on
        events: list[Event] = [CameraSwitched(now, on)]
        return events if on else [*events, *self._unwatched(now)]

    def _unwatched(self, now: float) -> list[Event]:
        """Nobody looks any more; what was seen last says nothing about the room from now on."""
        self._seen = Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, now)
        self._director.absence.presence(now, None)
        return self._mood(now)

    def _set_control(self, now: float, command: Command) -> list[Event]:
        if command.value not in [control.value for control in Control]:
            return [rejected(now, command, "control must be auto, hands_off or off")]
        if command.value == self.control.value:
            return []
        if command.value == Control.AUTO.value:
            return self._give_back(now)
        self.control = Control(command.value)
        return [ControlChanged(now, self.control), *self._leave_alone(now, "somebody asked for hands off")]

    def _set_profile(self, now: float, command: Command) -> list[Event]:
        if command.value not in self._music.profiles:
            return [rejected(now, command, f"profile must be one of {', '.join(self._music.profiles)}")]
        return [] if command.value == self._music.profile else self._use(now, command.value, asked=True)

    def _set_volume(self, now: float, command: Command) -> list[Event]:
        if not re.fullmatch("[0-9]{1,3}", command.value) or int(command.value) > 100:
            return [rejected(now, command, "volume must be a whole number from 0 to 100")]
        return [DecisionMade(now, self._director.volume(now, int(command.value)))]

    def _set_playback(self, now: float, command: Command) -> list[Event]:
        if command.value not in PLAYBACK:
            return [rejected(now, command, f"playback must be one of {', '.join(PLAYBACK)}")]
        act = PLAYBACK[command.value]
        song = self.playback
        skips = act is Act.NEXT and song is not None and song.state == "playing"
        skipped = [Skipped(now, *self._feedback_on(song))] if skips else []
        return [*skipped, DecisionMade(now, self._director.playback(now, act, self.control))]

    def _like(self, now: float, command: Command) -> list[Event]:
        if command.value != "PRESS":
            return [rejected(now, command, "like must be PRESS")]
        if self._director.music is None:
            return [rejected(now, command, "like is for music that the device chose, and none of it plays")]
        return [Liked(now, *self._feedback_on(self.playback))]

    def _restart(self, now: float, command: Command) -> list[Event]:
        if command.value != "PRESS":
            return [rejected(now, command, "restart must be PRESS")]
        return [RestartRequested(now)]

    # Whose the music is.

    def _taken_over(self, now: float, meaning: Interpretation, before: Playback | None) -> list[Event]:
        events: list[Event] = [TakenOver(now, meaning.kind, meaning.why)]
        if meaning.kind == "song":
            events.append(Skipped(now, *self._feedback_on(before)))
        self.control = Control.HANDS_OFF
        events += [ControlChanged(now, self.control), *self._leave_alone(now, meaning.why)]
        if self._told is not None:
            events.append(DecisionMade(now, self._director.mood(now, self._told, self.control)))
        return events

    def _give_back(self, now: float) -> list[Event]:
        self.control = Control.AUTO
        self._director.given_back()
        events: list[Event] = [ControlChanged(now, self.control)]
        if self._told is not None:
            events.append(DecisionMade(now, self._director.mood(now, self._told, self.control)))
        return events

    def _leave_alone(self, now: float, why: str) -> list[Event]:
        wish = self._director.left_alone(now, why)
        return [DecisionMade(now, wish)] if wish is not None else []

    def _feedback_on(self, song: Playback | None) -> tuple[str, str | None, str | None]:
        """The fields of Skipped and Liked: the mood, the address of the device's choice and the song's own."""
        chosen = self._director.music
        return (
            UNKNOWN if self._told is None else self._told.mood,
            chosen.uri if chosen is not None else None,
            song.uri if song is not None else None,
        )

    def _use(self, now: float, profile: str, *, asked: bool) -> list[Event]:
        self._music = self._music.model_copy(update={"profile": profile})
        self._director.use(self._music)
        if self.control is not Control.AUTO or self._told is None:
            return []
        wish = self._director.mood(now, self._told, self.control, asked=asked)
        if asked and wish.act is not Act.KEEP:
            wish = replace(wish, why=f"somebody chose the profile {profile}: {wish.why}")
        return [DecisionMade(now, wish)]

    def _mood(self, now: float, *, asked: bool = False) -> list[Event]:
        """The mood that counts, and what to tell about it. asked: somebody set it."""
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
            self._director.feels(mood)
            return [MoodUpdated(now, mood)]
        if first and mood.mood == UNKNOWN:
            return []
        self._told = mood
        return [
            MoodChanged(now, mood),
            DecisionMade(now, self._director.mood(now, mood, self.control, asked=asked)),
        ]


def rejected(now: float, command: Command, why: str) -> Event:
    """The answer to a request that can't be met."""
    return CommandRejected(now, command.name, why)


def _differs(a: Mood, b: Mood) -> bool:
    steps = (a.confidence - b.confidence, a.valence - b.valence, a.arousal - b.arousal)
    return a.people != b.people or any(abs(step) >= STEP for step in steps)
