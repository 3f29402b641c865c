"""The section `music`: what is played, when it changes, and how people's own changes are respected."""

from __future__ import annotations

from typing import Annotated, Literal

from edge.config.basis import Field, model_validator
from edge.config.choices import NOTHING, Profile, default_profile, several
from edge.config.device import DeviceId
from edge.config.fields import Duration, Section
from edge.config.times import QuietHours, ScheduledProfile, Zone
from edge.sentences import Sentence

Axis = Annotated[float, Field(ge=-1, le=1)]
PROFILE_NAME_MAX_CHARS = 64
TakeoverKind = Literal["song", "music", "speaker", "volume", "pause", "start"]
TAKEOVERS: tuple[TakeoverKind, ...] = ("song", "music", "speaker", "volume", "pause", "start")


class LiftConfig(Section):
    """How `strategy: lift` leads from the room's mood to another."""

    valence: Axis = 0.6
    """Target, from -1 (unpleasant) to 1 (pleasant)."""
    arousal: Axis = 0.2
    """Target, from -1 (calm) to 1 (excited)."""
    tracks: Annotated[int, Field(ge=1, le=20)] = 3
    """Songs per step."""
    step: Annotated[float, Field(gt=0, le=3)] = 0.4
    """Length of a step in the valence-arousal plane, in which each axis is 2 long."""


class MusicConfig(Section):
    """What is played, and when; see docs/music.md."""

    player: Literal["auto", "spotify", "mpd", "music_assistant", "go_librespot", "dry_run", "none"] = "auto"
    """The player. `dry_run` only reports what it would play. `none`: the home plays what the device's events say.
    `auto`: Spotify, Music Assistant, go-librespot or MPD, whichever is set up, else dry_run."""
    profile: str = "everyday"
    """The profile that is used at times without one in `schedule`."""
    schedule: tuple[ScheduledProfile, ...] = ()
    """Profiles by time of day; the first that matches is used. A profile that a person chose stays until the next
    change in this schedule."""
    strategy: Literal["match", "lift", "fixed"] = "match"
    """`match`: music for the room's mood. `lift`: start there, then lead towards `lift`. `fixed`: always the profile's
    `default`."""
    lift: LiftConfig = LiftConfig()
    """The target and pace of `strategy: lift`."""
    switch: Literal["at_track_end", "queue", "now"] = "at_track_end"
    """When the music follows a new mood: when the song ends, by adding single songs to the queue, or at once with a
    fade."""
    min_dwell: Duration = 20.0
    """How long a mood must last before the music changes during a song, or before songs are queued."""
    cooldown: Duration = 60.0
    """Minimum time between two changes during a song, or between two starts."""
    max_switches: Annotated[int, Field(ge=0, le=1000)] = 12
    """Maximum changes per hour. What people ask for isn't counted."""
    strong_change: Annotated[float, Field(gt=0, le=3)] | None = None
    """A change of mood of at least this distance in the valence-arousal plane fades over before the song ends, after
    min_dwell. Clearly happy to clearly sad is 1.6. null: never."""
    pause_after: Duration | None = 600.0
    """Pause the device's music once the room has been empty for this long. null: never."""
    resume_within: Duration = 7200.0
    """If people return within this time, the paused music resumes; after that, new music starts."""
    quiet_hours: tuple[QuietHours, ...] = ()
    """Hours in which nothing is started and the volume is limited."""
    time_zone: Zone | None = None
    """The time zone of `schedule` and `quiet_hours`, such as Europe/Berlin. null: the system's."""
    max_volume: Annotated[int, Field(ge=0, le=100)] = 100
    """The highest volume that the device sets."""
    start_volume: Annotated[int, Field(ge=0, le=100)] | None = None
    """The volume for music that starts in silence. null: leave the speaker's volume."""
    grace: Annotated[float, Field(ge=1, le=120)] = 8.0
    """Seconds after a command of the device in which a change of playback counts as its effect."""
    takeover: tuple[TakeoverKind, ...] = TAKEOVERS
    """Which changes by people count as a takeover, after which the device leaves the music to them."""
    takeover_ends_after: Duration | None = 1800.0
    """A takeover ends once the room has been empty for this long. null: only when a person ends it."""
    follow: Annotated[tuple[DeviceId, ...], Field(max_length=16)] = ()
    """The ids of devices between whose rooms the music follows people, over MQTT, such as [kitchen, living-room]: the
    same list on each of them."""
    follow_after: Duration = 20.0
    """How long the room must be empty, and somebody in the other one, before the music follows."""
    profiles: Annotated[dict[str, Profile], Field(min_length=1)] = Field(
        default_factory=lambda: {"everyday": default_profile()}
    )
    """For each profile, a map from mood to a choice or a list of choices. `default` is used for moods that aren't
    listed."""

    def plays_from(self, kind: str) -> bool:
        """Whether any profile plays an address of this kind: `spotify`, `mpd`, `ma` or `library`."""
        moods = (mood for profile in self.profiles.values() for mood in profile.values())
        return any(choice.play.startswith(f"{kind}:") for mood in moods for choice in several(mood))

    @model_validator(mode="after")
    def _profiles_exist(self) -> MusicConfig:
        known = ", ".join(name if name.isprintable() else repr(name) for name in self.profiles)
        for name in self.profiles:
            # Home Assistant takes the word None for no value.
            if not 1 <= len(name) <= PROFILE_NAME_MAX_CHARS or name == "None":
                shown = name if len(name) <= PROFILE_NAME_MAX_CHARS else name[:20] + "..."
                raise ValueError(
                    Sentence(
                        "profiles: a name must have 1 to {limit} characters and can't be None, not {name}; name it "
                        "otherwise",
                        limit=PROFILE_NAME_MAX_CHARS,
                        name=repr(shown),
                    )
                )
        if self.profile not in self.profiles:
            raise ValueError(
                Sentence(
                    "profile: there is no profile called {name}; there is {names}", name=repr(self.profile), names=known
                )
            )
        for number, span in enumerate(self.schedule):
            if span.profile not in self.profiles:
                raise ValueError(
                    Sentence(
                        "schedule.{number}.profile: there is no profile called {name}; there is {names}",
                        number=number,
                        name=repr(span.profile),
                        names=known,
                    )
                )
        if self.strategy == "fixed" and not any(
            choice.play != NOTHING for choice in several(self.profiles[self.profile].get("default"))
        ):
            raise ValueError(
                Sentence(
                    "strategy: fixed plays the profile's `default`, and {name} has none; name one",
                    name=repr(self.profile),
                )
            )
        return self
