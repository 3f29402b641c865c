"""What is played for which mood, and how politely."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, WithJsonSchema, WrapValidator, model_validator

from edge.config.fields import Duration, Section
from edge.config.times import QuietHours, ScheduledProfile, Zone
from edge.values import EXPRESSIONS

SPOTIFY_KINDS = ("playlist", "album", "artist", "track", "show", "episode")
_SPOTIFY_LINK = re.compile(r"https://open\.spotify\.com/(?:intl-[a-z]+/)?([a-z]+)/([A-Za-z0-9]+)(?:\?.*)?")
NOTHING = "nothing"
_SPOTIFY_URI = re.compile(r"spotify:([a-z]+):[A-Za-z0-9]+")


def _uri(value: Any) -> Any:
    """A link copied from Spotify's share menu -> the address that players use; others are checked and kept."""
    if not isinstance(value, str):
        raise ValueError("must be text, such as spotify:playlist:... or a link from Spotify's share menu")
    link = _SPOTIFY_LINK.fullmatch(value.strip())
    uri = f"spotify:{link[1]}:{link[2]}" if link else value.strip()
    if uri == NOTHING:
        return uri
    kind = uri.split(":", 1)[0]
    if kind == "spotify":
        found = _SPOTIFY_URI.fullmatch(uri)
        if found is None or found[1] not in SPOTIFY_KINDS:
            raise ValueError(f"must look like spotify:KIND:ID with one of the kinds {', '.join(SPOTIFY_KINDS)}")
    elif kind not in ("mpd", "library") or ":" not in uri:
        raise ValueError(
            "must begin with spotify:, mpd: or library:, be a link from Spotify's share menu, or be the word nothing"
        )
    elif kind == "library" and uri.removeprefix("library:") not in EXPRESSIONS:
        raise ValueError(f"must be library: and one of the moods {', '.join(EXPRESSIONS)}, such as library:happy")
    elif uri == "mpd:":
        raise ValueError("must say what to play after mpd:, such as mpd:playlist/Morning")
    return uri


Uri = Annotated[str, BeforeValidator(_uri)]


# What `play` may be in a file; a list is taken apart before it is validated.
_Play = Annotated[
    str,
    BeforeValidator(_uri),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Axis = Annotated[float, Field(ge=-1, le=1)]


class Choice(Section):
    """What a mood plays: an address, a name for people, and how it is played."""

    play: _Play
    """spotify:playlist:..., a link from Spotify's share menu, mpd:..., library:..., or nothing: leave it as it is.
    A list of songs (spotify:track:...) plays one after the other."""
    name: str | None = None
    """What it is called in messages."""
    weight: Annotated[float, Field(ge=0, le=1000)] = 1.0
    """How often it is taken, beside the mood's other choices; 0 is never."""
    volume: Annotated[int, Field(ge=-100, le=100)] = 0
    """Louder or quieter than the room's volume by so much, in points of 100."""
    shuffle: bool | None = None
    """true: songs come in any order; null leaves the speaker's setting."""
    repeat: Literal["off", "context", "track"] | None = None
    """context: begin again after the last song; null leaves the speaker's setting."""
    songs: tuple[Uri, ...] = ()
    """The list of songs that stands under `play`, if one does."""

    @model_validator(mode="before")
    @classmethod
    def _from_short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"play": value}
        if isinstance(value, dict) and isinstance(value.get("play"), (list, tuple)) and value["play"]:
            return {"songs": value["play"]} | value | {"play": value["play"][0]}
        return value

    @model_validator(mode="after")
    def _a_list_holds_songs(self) -> Choice:
        wrong = [uri for uri in self.songs if not uri.startswith(("spotify:track:", "spotify:episode:", "mpd:"))]
        if wrong:
            raise ValueError(
                f"a list under `play` must hold single songs (spotify:track:...), and {wrong[0]} isn't one"
            )
        return self


_SEVERAL: TypeAdapter[tuple[Choice, ...]] = TypeAdapter(
    Annotated[tuple[Choice, ...], Field(min_length=1, max_length=100)]
)


def _one_or_several(value: Any, _: Any) -> Any:
    """Not left to the union, whose errors would name both forms."""
    return _SEVERAL.validate_python(value) if isinstance(value, (list, tuple)) else Choice.model_validate(value)


OneOrSeveral = Annotated[Choice | tuple[Choice, ...], WrapValidator(_one_or_several)]
MoodName = Literal["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "default"]
Profile = dict[MoodName, OneOrSeveral]


def _profile() -> Profile:
    """Artists that most people can bear; everybody replaces them with playlists of their own."""
    artists = {
        "happy": ("4tZwfgrHOc3mvqYlEYSvVi", "Daft Punk"),
        "surprise": ("2RdwBSPQiwcmiDo9kixcl8", "Pharrell Williams"),
        "neutral": ("2Kx7MNY7cI1ENniW7vT30N", "Norah Jones"),
        "sad": ("2uFUBdaVGtyMqckSeCl0Qj", "Ludovico Einaudi"),
        "fear": ("6UUrUCIZtQeOf8tC0WuzRy", "Sigur Rós"),
        "angry": ("2QsynagSdAqZj3U9HgDzjD", "Bob Marley & The Wailers"),
        "disgust": ("7G1GBhoKtEPnP86X2PvEYO", "Nina Simone"),
    }
    profile: Profile = {}
    for mood in EXPRESSIONS:
        key, name = artists[mood]
        profile[mood] = Choice(play=f"spotify:artist:{key}", name=name)  # type: ignore[index]
    profile["default"] = Choice(play=NOTHING)
    return profile


class LiftConfig(Section):
    """How `strategy: lift` leads the listener on."""

    valence: Axis = 0.6
    """Where it leads to: -1 unpleasant .. 1 pleasant."""
    arousal: Axis = 0.2
    """Where it leads to: -1 calm .. 1 lively."""
    tracks: Annotated[int, Field(ge=1, le=20)] = 3
    """Songs between two steps."""
    step: Annotated[float, Field(gt=0, le=3)] = 0.4
    """How far a step goes in the valence-arousal plane, whose sides are 2 long."""


TakeoverKind = Literal["song", "music", "speaker", "volume", "pause", "start"]
TAKEOVERS: tuple[TakeoverKind, ...] = ("song", "music", "speaker", "volume", "pause", "start")


class MusicConfig(Section):
    player: Literal["auto", "spotify", "mpd", "dry_run"] = "auto"
    """dry_run only says what it would play; auto takes the first of Spotify and MPD that is set up, else dry_run."""
    profile: str = "everyday"
    """Which of the profiles is used, at times that the schedule doesn't name."""
    schedule: tuple[ScheduledProfile, ...] = ()
    """Profiles by time of day; the first that fits counts. One that somebody chose stays until the next change here."""
    strategy: Literal["match", "lift", "fixed"] = "match"
    """match: music as the mood is; lift: begin there and lead on towards `lift`; fixed: the profile's `default`."""
    lift: LiftConfig = LiftConfig()
    """Where `strategy: lift` leads to, and how fast."""
    switch: Literal["at_track_end", "queue", "now"] = "at_track_end"
    """When the music follows a new mood; queue puts single songs into the queue, now fades."""
    min_dwell: Duration = 20.0
    """A mood must last for so long before the music follows in the middle of a song, or goes into the queue."""
    cooldown: Duration = 60.0
    """Between two switches in the middle of a song, or two starts, at least."""
    max_switches: Annotated[int, Field(ge=0, le=1000)] = 12
    """Switches within any hour at most; what people ask for isn't held back."""
    strong_change: Annotated[float, Field(gt=0, le=3)] | None = None
    """A change of mood this large in the valence-arousal plane, whose sides are 2 long, fades over; null: never."""
    pause_after: Duration | None = 600.0
    """The device's music pauses once the room has been empty for so long; null: never."""
    resume_within: Duration = 7200.0
    """Who comes back within this time hears it go on where it was; later it begins afresh."""
    quiet_hours: tuple[QuietHours, ...] = ()
    """When nothing is started, and how loud music may be then."""
    time_zone: Zone | None = None
    """Such as Europe/Berlin, for schedule and quiet hours; null takes the system's."""
    max_volume: Annotated[int, Field(ge=0, le=100)] = 100
    """0..100, the loudest that the device ever sets."""
    start_volume: Annotated[int, Field(ge=0, le=100)] | None = None
    """0..100, what music that begins in silence is set to; null leaves the speaker as it is."""
    grace: Annotated[float, Field(ge=1, le=120)] = 8.0
    """Seconds after a command of the device in which a change counts as its own."""
    takeover: tuple[TakeoverKind, ...] = TAKEOVERS
    """What counts as somebody taking over: song, music, speaker, volume, pause, start."""
    takeover_ends_after: Duration | None = 1800.0
    """The device decides again once the room has been empty for so long; null: only when told."""
    profiles: Annotated[dict[str, Profile], Field(min_length=1)] = Field(
        default_factory=lambda: {"everyday": _profile()}
    )
    """A map from mood to music for each profile, one choice or a list of them; `default` is for moods that are not
    named, `nothing` leaves the music as it is."""

    @model_validator(mode="after")
    def _profiles_exist(self) -> MusicConfig:
        known = ", ".join(name if name.isprintable() else repr(name) for name in self.profiles)
        if self.profile not in self.profiles:
            raise ValueError(f"profile: there is no profile called {self.profile!r}; there is {known}")
        for number, span in enumerate(self.schedule):
            if span.profile not in self.profiles:
                raise ValueError(
                    f"schedule.{number}.profile: there is no profile called {span.profile!r}; there is {known}"
                )
        if self.strategy == "fixed" and not any(
            choice.play != NOTHING for choice in several(self.profiles[self.profile].get("default"))
        ):
            raise ValueError(f"strategy: fixed plays the profile's `default`, and {self.profile!r} has none; name one")
        return self


def several(choices: OneOrSeveral | None) -> tuple[Choice, ...]:
    """A mood's choices, whichever way they are written; none where it has none."""
    return () if choices is None else (choices,) if isinstance(choices, Choice) else choices
