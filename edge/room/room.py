"""The state of the room: readings, playback and people's requests go in, events come out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from edge.config import MusicConfig
from edge.events import (
    CameraSwitched,
    Corrected,
    DecisionMade,
    Event,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
    ProblemOccurred,
    Skipped,
    TakenOver,
)
from edge.music.director import Director
from edge.music.interpretation import Cause
from edge.music.likes import Likes, song_address
from edge.room.control import MusicControl
from edge.room.effective_mood import EffectiveMood, MoodNews
from edge.values import UNKNOWN, Control, Mood, Music, Playback, Reading, Wish


class Room:
    """One mood, one control state, one camera switch; used by one thread."""

    def __init__(
        self,
        director: Director,
        *,
        camera_on: bool = True,
        music: MusicConfig | None = None,
        control: Control = Control.AUTO,
        source: str = "camera",
        presence_expires: float = 1800.0,
        likes: Likes | None = None,
    ) -> None:
        """music: the director's configuration, with the profiles to choose from. control: the state at the start.

        source: where the readings come from, as in `Mood.source`. presence_expires: how long the home's own presence
        counts, seconds. likes: the songs that people like.
        """
        self.director = director
        self._effective = EffectiveMood(source, presence_expires)
        self.likes = Likes() if likes is None else likes
        self.camera_on = camera_on
        self.resting = False
        config = MusicConfig() if music is None else music
        self.music_control = MusicControl(director, self._effective, config, control)
        self.playback: Playback | None = None

    @property
    def mood(self) -> Mood | None:
        """The mood that was published last; None before the first one."""
        return self._effective.mood

    @property
    def control(self) -> Control:
        """Who decides about the music."""
        return self.music_control.control

    @property
    def override(self) -> str | None:
        """The mood that a person set in place of the camera's."""
        return self._effective.override

    @property
    def looking(self) -> bool:
        """False while the camera is switched off, or rests in quiet hours."""
        return self.camera_on and not self.resting

    @property
    def own_music(self) -> Music | None:
        """The device's own music that plays now."""
        return self.director.situation.own_music

    def settings(self) -> dict[str, str]:
        """What people have set (camera, control, override, profile and presence_override), and what follows from it.

        resting: ON while quiet hours let the camera rest. held: ON while the music stays paused because a person wanted
        it so. corrected: what the camera's mood really is, by a person. scheduled: the profile that the schedule named
        last. chosen, coming: the device's own music that plays, and what waits for a song's end. unwanted: what nobody
        wants to hear today.
        """
        own = self.director.situation.own
        return {
            "camera": "ON" if self.camera_on else "OFF",
            "control": self.control.value,
            "override": self.override or "auto",
            "corrected": self._effective.correction or "",
            "profile": self.music_control.config.profile,
            "presence_override": {None: "auto", True: "ON", False: "OFF"}[self._effective.presence_override],
            "resting": "ON" if self.resting else "OFF",
            "held": "ON" if self.director.situation.paused_by_person else "OFF",
            "scheduled": self.director.timetable.profile or "",
            "chosen": own.playing.music.name if own.playing is not None else "",
            "coming": own.upcoming.music.name if own.upcoming is not None else "",
            "unwanted": self.director.unwanted.as_text(),
        }

    def restore(self, settings: Mapping[str, str]) -> None:
        """Set again what no command can set. settings: as `settings` returned them, any part of them."""
        self.director.situation.paused_by_person = settings.get("held") == "ON"
        self.director.timetable.profile = settings.get("scheduled") or None
        self.director.unwanted.restore(settings.get("unwanted", ""))

    # What happens.

    def on_reading(self, reading: Reading) -> list[Event]:
        """Take the mood and presence after a look."""
        if not self.looking:
            return []
        self._effective.look(reading.mood, present=reading.present)
        self.director.situation.certainty.look(reading.at, reading.mood, settled=reading.settled)
        events = self._update(reading.at)
        begun = self.director.begin(reading.at, self.control)
        return events if begun is None else [*events, DecisionMade(reading.at, begun)]

    def on_presence(self, now: float, source: str, present: bool | None) -> list[Event]:
        """Take whether anybody is present from SENSOR or OVERRIDE of `home_presence`; None: no value any more."""
        self._effective.report_presence(now, source, present)
        return self._update(now)

    def on_playback(self, now: float, playback: Playback) -> list[Event]:
        """Take what the player does now; if a person changed it, they have taken over."""
        meaning, before = self.director.observe(now, playback), self.playback
        playback = replace(playback, liked=song_address(playback, self.own_music) in self.likes)
        events: list[Event] = [] if playback == self.playback else [PlaybackChanged(now, playback)]
        self.playback = playback
        if meaning.cause is Cause.FAILED:
            events.append(ProblemOccurred(now, "player", meaning.why))
        if meaning.cause is Cause.TAKEOVER and self.control is Control.AUTO:
            events.append(TakenOver(now, meaning.kind, meaning.why))
            if meaning.kind == "song":
                events.append(Skipped(now, *self.feedback_on(before)))
            events += self.music_control.yield_to_person(now, meaning.why)
        return events

    def on_abandoned(self, now: float, wish: Wish) -> None:
        """The player gave up a wish: what it counted on had changed, or couldn't be seen."""
        self.director.drop(now, wish)

    def tick(self, now: float, unix: float | None = None) -> list[Event]:
        """Do what is due by now. unix: the wall clock; None where there is none, as in a fast replay."""
        if unix is not None:
            self.director.timetable.set_clock(now, unix)
        resting = self.director.timetable.camera_rests(now)
        events = self._forget_camera_mood(now) if resting and not self.resting else []
        self.resting = resting
        if self._effective.presence_differs(now) or self._effective.correction_ended(now):
            events += self._update(now)
        events += self.music_control.tick(now)
        wish = self.director.tick(now, self.control)
        return [*events, DecisionMade(now, wish)] if wish else events

    def lose_sight(self, now: float) -> list[Event]:
        """No picture has come for long: from now on, the camera's last mood says nothing about the room."""
        return self._forget_camera_mood(now) if self.looking and self._effective.camera_knows else []

    # What people set.

    def set_override(self, now: float, mood: str | None, *, requested: bool = True) -> list[Event]:
        """Use this mood instead of the camera's; None returns to the camera's.

        requested: a person has just set it, and waits for its music; False where it is set again after a reload.
        """
        self._effective.override = mood
        return self._update(now, requested=requested and mood is not None)

    def correct(self, now: float, mood: str) -> list[Event] | str:
        """A person says that what the camera reads now is really this mood, which counts as if set, for a while.

        Returns a sentence instead where there is nothing to correct.
        """
        read = self._effective.correct(now, mood, looking=self.looking)
        return read if isinstance(read, str) else [Corrected(now, read, mood), *self._update(now, requested=True)]

    def switch_camera(self, now: float, on: bool) -> list[Event]:
        """Switch the camera on or off."""
        if on == self.camera_on:
            return []
        self.camera_on = on
        switched = CameraSwitched(now, on)
        return [switched] if on else [switched, *self._forget_camera_mood(now)]

    def feedback_on(self, song: Playback | None) -> tuple[str, str | None, str | None]:
        """The fields of Skipped and Liked: the mood, the address of the device's choice, and the song's own."""
        return (
            UNKNOWN if self.mood is None else self.mood.mood,
            self.own_music.uri if self.own_music is not None else None,
            song.uri if song is not None else None,
        )

    # The mood.

    def _forget_camera_mood(self, now: float) -> list[Event]:
        """The camera stops looking: from now on, its last mood says nothing about the room."""
        self._effective.forget_camera(now)
        return self._update(now)

    def _update(self, now: float, *, requested: bool = False) -> list[Event]:
        """The events for the presence and the mood that count now. requested: a person has just set the mood."""
        effective = self._effective
        present = effective.decide_presence(now)
        self.director.situation.presence.update(now, present)
        events: list[Event] = []
        news = effective.decide_mood(now, looking=self.looking)
        if news is not MoodNews.NONE:
            assert effective.mood is not None
            if news is MoodNews.CHANGED:
                wish = self.director.decide(now, effective.mood, self.control, requested=requested)
                events += [MoodChanged(now, effective.mood), DecisionMade(now, wish)]
            else:
                self.director.update_mood(effective.mood)
                events.append(MoodUpdated(now, effective.mood))
        if effective.presence_is_new():
            assert present is not None
            events.append(PresenceChanged(now, present))
        return events
