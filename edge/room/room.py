"""The state of the room: readings, playback and people's requests go in, events come out. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from edge.config import MusicConfig
from edge.events import (
    CameraSwitched,
    ChoiceRefused,
    ControlChanged,
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
from edge.music.following.handover import Handover
from edge.music.interpretation import Cause, Interpretation
from edge.music.likes import Likes, song_address
from edge.music.playback import elsewhere_reason
from edge.room.effective_mood import EffectiveMood, MoodNews
from edge.sentences import Sentence, mood_word
from edge.values import SEEK_PLAYERS, SPEAKER_PLAYERS, UNKNOWN, Act, Control, Mood, Music, Playback, Reading, Wish


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
        self._director = director
        self._music = MusicConfig() if music is None else music
        self._effective = EffectiveMood(source, presence_expires)
        self.likes = Likes() if likes is None else likes
        self.camera_on = camera_on
        self.resting = False
        self.control = control
        self.playback: Playback | None = None

    @property
    def mood(self) -> Mood | None:
        """The mood that was published last; None before the first one."""
        return self._effective.mood

    @property
    def override(self) -> str | None:
        """The mood that a person set in place of the camera's."""
        return self._effective.override

    @property
    def looking(self) -> bool:
        """False while the camera is switched off, or rests in quiet hours."""
        return self.camera_on and not self.resting

    @property
    def profiles(self) -> Collection[str]:
        """The names of the profiles to choose from."""
        return self._music.profiles

    @property
    def own_music(self) -> Music | None:
        """The device's own music that plays now."""
        return self._director.situation.own_music

    @property
    def handover(self) -> Handover:
        """Music that comes from another room, or goes there."""
        return self._director.handover

    def settings(self) -> dict[str, str]:
        """What people have set (camera, control, override, profile and presence_override), and what follows from it.

        resting: ON while quiet hours let the camera rest. held: ON while the music stays paused because a person wanted
        it so. corrected: what the camera's mood really is, by a person. scheduled: the profile that the schedule named
        last. chosen, coming: the device's own music that plays, and what waits for a song's end. unwanted: what nobody
        wants to hear today.
        """
        own = self._director.situation.own
        return {
            "camera": "ON" if self.camera_on else "OFF",
            "control": self.control.value,
            "override": self.override or "auto",
            "corrected": self._effective.correction or "",
            "profile": self._music.profile,
            "presence_override": {None: "auto", True: "ON", False: "OFF"}[self._effective.presence_override],
            "resting": "ON" if self.resting else "OFF",
            "held": "ON" if self._director.situation.paused_by_person else "OFF",
            "scheduled": self._director.timetable.profile or "",
            "chosen": own.playing.music.name if own.playing is not None else "",
            "coming": own.upcoming.music.name if own.upcoming is not None else "",
            "unwanted": self._director.unwanted.as_text(),
        }

    def restore(self, settings: Mapping[str, str]) -> None:
        """Set again what no command can set. settings: as `settings` returned them, any part of them."""
        self._director.situation.paused_by_person = settings.get("held") == "ON"
        self._director.timetable.profile = settings.get("scheduled") or None
        self._director.unwanted.restore(settings.get("unwanted", ""))

    # What happens.

    def on_reading(self, reading: Reading) -> list[Event]:
        """Take the mood and presence after a look."""
        if not self.looking:
            return []
        self._effective.look(reading.mood, present=reading.present)
        self._director.situation.certainty.look(reading.at, reading.mood, settled=reading.settled)
        events = self._update(reading.at)
        begun = self._director.begin(reading.at, self.control)
        return events if begun is None else [*events, DecisionMade(reading.at, begun)]

    def on_presence(self, now: float, source: str, present: bool | None) -> list[Event]:
        """Take whether anybody is present from SENSOR or OVERRIDE of `home_presence`; None: no value any more."""
        self._effective.report_presence(now, source, present)
        return self._update(now)

    def on_playback(self, now: float, playback: Playback) -> list[Event]:
        """Take what the player does now; if a person changed it, they have taken over."""
        meaning, before = self._director.observe(now, playback), self.playback
        playback = replace(playback, liked=song_address(playback, self.own_music) in self.likes)
        events: list[Event] = [] if playback == self.playback else [PlaybackChanged(now, playback)]
        self.playback = playback
        if meaning.cause is Cause.FAILED:
            events.append(ProblemOccurred(now, "player", meaning.why))
        if meaning.cause is Cause.TAKEOVER and self.control is Control.AUTO:
            events += self._take_over(now, meaning, before)
        return events

    def on_abandoned(self, now: float, wish: Wish) -> None:
        """The player gave up a wish: what it counted on had changed, or couldn't be seen."""
        self._director.drop(now, wish)

    def tick(self, now: float, unix: float | None = None) -> list[Event]:
        """Do what is due by now. unix: the wall clock; None where there is none, as in a fast replay."""
        if unix is not None:
            self._director.timetable.set_clock(now, unix)
        resting = self._director.timetable.camera_rests(now)
        events = self._forget_camera_mood(now) if resting and not self.resting else []
        self.resting = resting
        if self._effective.presence_differs(now) or self._effective.correction_ended(now):
            events += self._update(now)
        profile = self._director.timetable.profile_due(now)
        if profile is not None:
            events += self.use_profile(now, profile, requested=False)
        presence, limit = self._director.situation.presence, self._music.takeover_ends_after
        if self.control is Control.HANDS_OFF and presence.is_empty_for(now, limit):
            # The person who took over has left.
            events += self._resume_control(now)
        wish = self._director.tick(now, self.control)
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
        read = self._effective.read_now(looking=self.looking)
        if self.override is not None:
            return Sentence("correct is for a mood that the camera reads, and this one was set; set mood to auto first")
        if read is None:
            return Sentence("correct is for a mood that the camera reads, and it reads nobody's now; set mood instead")
        if mood == (self._effective.correction or read.mood):
            return Sentence("the mood is {mood} already", mood=mood_word(mood))
        self._effective.correct(now, mood)
        return [Corrected(now, read, mood), *self._update(now, requested=True)]

    def switch_camera(self, now: float, on: bool) -> list[Event]:
        """Switch the camera on or off."""
        if on == self.camera_on:
            return []
        self.camera_on = on
        switched = CameraSwitched(now, on)
        return [switched] if on else [switched, *self._forget_camera_mood(now)]

    def set_control(self, now: float, control: Control) -> list[Event]:
        """Let the device decide about the music, or not."""
        if control is self.control:
            return []
        if control is Control.AUTO:
            return self._resume_control(now)
        self.control = control
        return [ControlChanged(now, control), *self._withdraw_pending(now, Sentence("somebody asked for hands off"))]

    def use_profile(self, now: float, profile: str, *, requested: bool) -> list[Event]:
        """Choose music from this profile. requested: by a person, not by the schedule."""
        if profile == self._music.profile:
            return []
        self._music = self._music.model_copy(update={"profile": profile})
        self._director.use(self._music)
        if self.control is not Control.AUTO or self.mood is None:
            return []
        wish = self._director.decide(now, self.mood, self.control, requested=requested)
        if requested and wish.act is not Act.KEEP:
            why = Sentence("somebody chose the profile {profile}: {why}", profile=profile, why=wish.why)
            wish = replace(wish, why=why)
        return [DecisionMade(now, wish)]

    def set_volume(self, now: float, volume: int) -> list[Event]:
        """Set the volume, 0..100."""
        return [DecisionMade(now, self._director.volume_command(now, volume))]

    def control_playback(self, now: float, act: Act) -> list[Event]:
        """Act.RESUME, PAUSE, NEXT or PREVIOUS."""
        song = self.playback
        skips = act is Act.NEXT and song is not None and song.state == "playing"
        skipped = [Skipped(now, *self.feedback_on(song))] if skips else []
        return [*skipped, DecisionMade(now, self._director.playback_command(now, act, self.control))]

    def choose_speaker(self, now: float, name: str) -> list[Event] | str:
        """Move the music to the speaker with this name; a sentence instead where the player has one speaker only."""
        if self.playback is not None and self.playback.player not in SPEAKER_PLAYERS:
            return Sentence("speaker is for players with several speakers, and this one has one")
        return [DecisionMade(now, self._director.speaker_command(now, name))]

    def seek(self, now: float, position: float) -> list[Event] | str:
        """Go to this position in the song, seconds; a sentence instead where that can't be done."""
        playback = self.playback
        length = None if playback is None or playback.elsewhere else playback.duration
        if playback is None or length is None or playback.player not in SEEK_PLAYERS:
            return Sentence("position is for a song whose length the player tells, and none plays")
        if position >= length:
            return Sentence("position must be less than the song's length, {seconds} s", seconds=f"{length:.0f}")
        return [DecisionMade(now, self._director.seek_command(now, position))]

    def try_speaker(self, now: float, music: Music) -> list[Event] | str:
        """Play music for some seconds; returns a sentence instead while other music plays."""
        playback = self.playback
        if playback is not None and (playback.state == "playing" or playback.elsewhere):
            return Sentence("the speaker can't be tried while music plays")
        return [DecisionMade(now, self._director.try_speaker(now, music))]

    def not_this(self, now: float) -> list[Event] | str:
        """A person doesn't want the music that waits or, without any, what plays.

        Returns a sentence instead where neither can be dropped.
        """
        own = self._director.situation.own
        dropped = own.upcoming or own.playing
        if self.control is not Control.AUTO:
            return Sentence("not_this needs the device to choose the music; set control to auto")
        if dropped is None:
            return Sentence("not_this is for music that the device chose, and none of it plays or waits")
        if self.playback is not None and self.playback.elsewhere:
            return Sentence("not_this can't be done now: {why}", why=elsewhere_reason(self.playback))
        mood = dropped.mood.mood if dropped.mood is not None else self.feedback_on(None)[0]
        wishes = self._director.not_this(now, dropped)
        refused = ChoiceRefused(now, mood, dropped.music.uri, dropped.music.name)
        return [refused, *(DecisionMade(now, wish) for wish in wishes)]

    def feedback_on(self, song: Playback | None) -> tuple[str, str | None, str | None]:
        """The fields of Skipped and Liked: the mood, the address of the device's choice, and the song's own."""
        return (
            UNKNOWN if self.mood is None else self.mood.mood,
            self.own_music.uri if self.own_music is not None else None,
            song.uri if song is not None else None,
        )

    # Who decides about the music.

    def _take_over(self, now: float, meaning: Interpretation, before: Playback | None) -> list[Event]:
        """A person changed the music. before: what played until then."""
        events: list[Event] = [TakenOver(now, meaning.kind, meaning.why)]
        if meaning.kind == "song":
            events.append(Skipped(now, *self.feedback_on(before)))
        self.control = Control.HANDS_OFF
        return [
            *events,
            ControlChanged(now, self.control),
            *self._withdraw_pending(now, meaning.why),
            *self._decide(now),
        ]

    def _resume_control(self, now: float) -> list[Event]:
        self.control = Control.AUTO
        self._director.resume_control()
        return [ControlChanged(now, self.control), *self._decide(now)]

    def _withdraw_pending(self, now: float, why: str) -> list[Event]:
        """Take back music that was requested and hasn't begun."""
        wish = self._director.yield_control(now, why)
        return [DecisionMade(now, wish)] if wish is not None else []

    def _decide(self, now: float) -> list[Event]:
        return [] if self.mood is None else [DecisionMade(now, self._director.decide(now, self.mood, self.control))]

    # The mood.

    def _forget_camera_mood(self, now: float) -> list[Event]:
        """The camera stops looking: from now on, its last mood says nothing about the room."""
        self._effective.forget_camera(now)
        return self._update(now)

    def _update(self, now: float, *, requested: bool = False) -> list[Event]:
        """The events for the presence and the mood that count now. requested: a person has just set the mood."""
        effective = self._effective
        present = effective.decide_presence(now)
        self._director.situation.presence.update(now, present)
        events: list[Event] = []
        news = effective.decide_mood(now, looking=self.looking)
        if news is not MoodNews.NONE:
            assert effective.mood is not None
            if news is MoodNews.CHANGED:
                wish = self._director.decide(now, effective.mood, self.control, requested=requested)
                events += [MoodChanged(now, effective.mood), DecisionMade(now, wish)]
            else:
                self._director.update_mood(effective.mood)
                events.append(MoodUpdated(now, effective.mood))
        if effective.presence_is_new():
            assert present is not None
            events.append(PresenceChanged(now, present))
        return events
